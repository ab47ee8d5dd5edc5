//! Client assertions, `private_key_jwt` (RFC 7523, OpenID Connect Core 9): what they say, who gets
//! them, and the ways to make none.

mod common;

use std::cell::RefCell;

use common::{ISSUER, NOW, Provider, REDIRECT_URI, Trial, begin, from_base64url, metadata, realm};
use onerealm_core::wire::BufferTooSmall;
use onerealm_core::{
    Accepted, AssertionAudience, AssertionError, AssertionSigner, AuthorizationError,
    AuthorizationRequest, AuthorizationResponse, BeginError, CertificateThumbprints, ClientId,
    ClientRegistration, ClientType, ClientTypeError, ClientTypeSetting, Credential, Decision,
    JwsAlgorithm, KeyId, NativeRegistration, PendingAuthorization, PrivateKey, Realm, RealmError,
    RedirectUri, RelyingParty, Requested, SigningFailed, TokenAuthMethod, UnixTime,
    UnsignedTokenRequest,
};
use rand_core::{Infallible, TryCryptoRng, TryRng};
use serde_json::{Value, json};

const LOOPBACK: &str = "http://127.0.0.1:51004/callback";
const TOKEN_ENDPOINT: &str = "https://login.example/t/token";

/// The keys of tests, and what they were asked to sign.
struct Signer {
    algorithms: Vec<JwsAlgorithm>,
    len: usize,
    /// The bytes that are said to be written, if not all.
    written: Option<usize>,
    thumbprints: Option<CertificateThumbprints>,
    signed: RefCell<Vec<String>>,
    provider: Provider,
}

impl Signer {
    fn new(algorithms: &[JwsAlgorithm]) -> Self {
        let first = algorithms.first().copied().unwrap_or(JwsAlgorithm::Es256);
        let len = if first == JwsAlgorithm::Es256 { 64 } else { 256 };
        Signer {
            algorithms: algorithms.to_vec(),
            len,
            written: None,
            thumbprints: None,
            signed: RefCell::default(),
            provider: Provider::signing_with(first),
        }
    }

    fn rsa() -> Self {
        Signer::new(&[JwsAlgorithm::Rs256, JwsAlgorithm::Ps256])
    }

    fn p256() -> Self {
        Signer::new(&[JwsAlgorithm::Es256])
    }
}

impl AssertionSigner for Signer {
    fn algorithms(&self) -> &[JwsAlgorithm] {
        &self.algorithms
    }

    fn signature_len(&self) -> usize {
        self.len
    }

    fn sign(
        &self,
        algorithm: JwsAlgorithm,
        message: &[u8],
        signature: &mut [u8],
    ) -> Result<usize, SigningFailed> {
        self.signed.borrow_mut().push(String::from_utf8(message.to_vec()).unwrap());
        let made = match algorithm == self.provider.algorithm {
            true => self.provider.signature(message),
            false => Provider::signing_with(algorithm).signature(message),
        };
        signature.copy_from_slice(&made);
        Ok(self.written.unwrap_or(made.len()))
    }

    fn thumbprints(&self) -> Option<CertificateThumbprints> {
        self.thumbprints
    }
}

/// A signer whose key is gone.
struct Gone;

impl AssertionSigner for Gone {
    fn algorithms(&self) -> &[JwsAlgorithm] {
        &[JwsAlgorithm::Es256]
    }

    fn signature_len(&self) -> usize {
        64
    }

    fn sign(&self, _: JwsAlgorithm, _: &[u8], _: &mut [u8]) -> Result<usize, SigningFailed> {
        Err(SigningFailed)
    }
}

/// Always the same bytes.
struct Fixed(u8);

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}

/// A source that has nothing.
struct Empty;

#[derive(Debug)]
struct Nothing;

impl std::fmt::Display for Nothing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nothing")
    }
}

impl std::error::Error for Nothing {}

impl TryRng for Empty {
    type Error = Nothing;

    fn try_next_u32(&mut self) -> Result<u32, Nothing> {
        Err(Nothing)
    }

    fn try_next_u64(&mut self) -> Result<u64, Nothing> {
        Err(Nothing)
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Nothing> {
        Err(Nothing)
    }
}

impl TryCryptoRng for Empty {}

fn registered(key: PrivateKey<&'static str>) -> Realm<&'static str> {
    let registration = ClientRegistration {
        client_id: ClientId::parse("pve").unwrap(),
        credential: Some(Credential::PrivateKey(key)),
    };
    Realm { registration, ..realm() }
}

fn named(key_id: &'static str) -> PrivateKey<&'static str> {
    PrivateKey { key_id: Some(KeyId::parse(key_id).unwrap()), ..PrivateKey::new() }
}

const FOR_TOKEN_ENDPOINT: PrivateKey<&str> =
    PrivateKey { key_id: None, audience: AssertionAudience::TokenEndpoint };

/// Metadata that is changed.
fn document(change: &dyn Fn(&mut Value)) -> String {
    let mut document = Trial::new().discovery;
    change(&mut document);
    document.to_string()
}

/// A login in the realm up to the request that must be signed.
fn with_unsigned<T>(
    realm: &Realm<&str>,
    document: &str,
    then: impl FnOnce(UnsignedTokenRequest<'_>) -> T,
) -> T {
    let metadata = metadata(document);
    let relying_party = RelyingParty::new(realm, &metadata).unwrap();
    let (pending, _) = begin(relying_party, REDIRECT_URI);
    assert_eq!(pending.decision(), Decision::Assertion);
    let state = pending.state().as_str().to_owned();
    let response = AuthorizationResponse::from_parts("c0de", &state, None).unwrap();
    match pending.accept_either(&response, relying_party, NOW).unwrap() {
        Accepted::Unsigned(unsigned) => then(unsigned),
        Accepted::Request(request) => panic!("{request:?} needs no signature"),
    }
}

/// The token request of a login, taken apart.
struct Sent {
    url: String,
    authorization: Option<String>,
    form: Vec<(String, String)>,
}

impl Sent {
    fn by(realm: &Realm<&str>, signer: &Signer, document: &str) -> Self {
        with_unsigned(realm, document, |unsigned| {
            assert_eq!(unsigned.client_type(), ClientType::Confidential);
            let mut buf = vec![0; unsigned.buffer_needed(signer)];
            let request = unsigned.sign(signer, &mut Fixed(7), NOW, &mut buf).unwrap();
            assert_eq!(request.client_type(), ClientType::Confidential);
            let mut buf = vec![0; 8192];
            let request = request.request(&mut buf).unwrap();
            let form = url::form_urlencoded::parse(request.body).into_owned().collect();
            let authorization = request.authorization.map(str::to_owned);
            Sent { url: request.url.to_owned(), authorization, form }
        })
    }

    fn value(&self, name: &str) -> &str {
        let mut named = self.form.iter().filter(|(known, _)| known == name);
        let (_, value) = named.next().unwrap();
        assert!(named.next().is_none(), "{name} twice");
        value
    }

    /// Header and claims of the assertion, whose signature is right.
    fn assertion(&self) -> (Value, Value) {
        let parts: Vec<_> = self.value("client_assertion").split('.').collect();
        let [header, claims, _] = parts.as_slice() else { panic!("{parts:?}") };
        let json = |text: &str| serde_json::from_slice(&from_base64url(text)).unwrap();
        (json(header), json(claims))
    }

    fn is_signed_by(&self, signer: &Signer) -> bool {
        let (signed, signature) = self.value("client_assertion").rsplit_once('.').unwrap();
        signer.provider.verifies(signed.as_bytes(), &from_base64url(signature))
    }
}

#[test]
fn an_assertion_is_what_an_independent_implementation_makes_of_the_same_values() {
    let realm = registered(named("key \"1\" \\ ü"));
    let mut signer = Signer::rsa();
    signer.thumbprints = Some(CertificateThumbprints {
        sha1: std::array::from_fn(|i| i as u8),
        sha256: std::array::from_fn(|i| 100 + i as u8),
    });
    let sent = Sent::by(&realm, &signer, &document(&|_| ()));
    let expected = include_str!("vectors/client_assertion_rs256.txt").trim_end();
    assert_eq!(sent.value("client_assertion"), expected);
}

#[test]
fn a_login_with_a_private_key_sends_an_assertion_and_no_secret() {
    for signer in [Signer::rsa(), Signer::p256()] {
        let sent = Sent::by(&registered(PrivateKey::new()), &signer, &document(&|_| ()));
        assert_eq!((sent.url.as_str(), &sent.authorization), (TOKEN_ENDPOINT, &None));
        let names: Vec<_> = sent.form.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "grant_type",
                "code",
                "redirect_uri",
                "client_id",
                "client_assertion_type",
                "client_assertion",
                "code_verifier"
            ]
        );
        assert_eq!(sent.value("client_id"), "pve");
        let type_ = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        assert_eq!(sent.value("client_assertion_type"), type_);
        let (header, claims) = sent.assertion();
        assert_eq!(header, json!({"alg": signer.algorithms[0].as_str(), "typ": "JWT"}));
        assert_eq!(
            claims,
            json!({
                "iss": "pve", "sub": "pve", "aud": ISSUER,
                "jti": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
                "iat": NOW.0, "nbf": NOW.0, "exp": NOW.0 + 60,
            })
        );
        assert!(sent.is_signed_by(&signer));
        let message = sent.value("client_assertion").rsplit_once('.').unwrap().0.to_owned();
        assert_eq!(*signer.signed.borrow(), [message], "signed once, and nothing else");
    }
}

#[test]
fn each_assertion_has_an_identifier_of_its_own() {
    let mut seen = std::collections::BTreeSet::new();
    let realm = registered(PrivateKey::new());
    for _ in 0..20 {
        let signer = Signer::p256();
        with_unsigned(&realm, &document(&|_| ()), |unsigned| {
            let mut buf = vec![0; unsigned.buffer_needed(&signer)];
            unsigned.sign(&signer, &mut getrandom::SysRng, NOW, &mut buf).unwrap();
        });
        let claims = signer.signed.borrow()[0].split_once('.').unwrap().1.to_owned();
        let claims: Value = serde_json::from_slice(&from_base64url(&claims)).unwrap();
        let jti = claims["jti"].as_str().unwrap().to_owned();
        assert_eq!(jti.len(), 43);
        assert!(seen.insert(jti));
    }
}

#[test]
fn the_audience_is_the_issuer_or_the_endpoint_that_the_request_goes_to() {
    let elsewhere = "https://login.example/t/oauth2/token?x=%22&y='";
    for (key, endpoint, expected) in [
        (PrivateKey::new(), TOKEN_ENDPOINT, ISSUER),
        (FOR_TOKEN_ENDPOINT, TOKEN_ENDPOINT, TOKEN_ENDPOINT),
        (PrivateKey::new(), elsewhere, ISSUER),
        (FOR_TOKEN_ENDPOINT, elsewhere, elsewhere),
    ] {
        let document = document(&|document| document["token_endpoint"] = endpoint.into());
        let sent = Sent::by(&registered(key), &Signer::p256(), &document);
        assert_eq!(sent.url, endpoint);
        assert_eq!(sent.assertion().1["aud"], expected, "a single text");
    }
    // However metadata spells it.
    let spelled = document(&|_| ()).replace("t/token\"", "t\\/\\u0074oken\"");
    let sent = Sent::by(&registered(FOR_TOKEN_ENDPOINT), &Signer::p256(), &spelled);
    assert_eq!(sent.assertion().1["aud"], TOKEN_ENDPOINT);
}

#[test]
fn the_header_names_the_key_and_the_certificate_where_there_are_names() {
    let both = CertificateThumbprints { sha1: [0xfb; 20], sha256: [0xff; 32] };
    let (x5t, x5t_s256) =
        ("-_v7-_v7-_v7-_v7-_v7-_v7-_s", "__________________________________________8");
    for (key_id, thumbprints, expected) in [
        (None, None, json!({})),
        (Some("k1"), None, json!({"kid": "k1"})),
        (None, Some(both), json!({"x5t": x5t, "x5t#S256": x5t_s256})),
        (Some("k1"), Some(both), json!({"kid": "k1", "x5t": x5t, "x5t#S256": x5t_s256})),
    ] {
        let key = key_id.map_or_else(PrivateKey::new, named);
        let signer = Signer { thumbprints, ..Signer::p256() };
        let (mut header, _) = Sent::by(&registered(key), &signer, &document(&|_| ())).assertion();
        let members = header.as_object_mut().unwrap();
        assert_eq!(members.remove("alg"), Some(json!("ES256")));
        assert_eq!(members.remove("typ"), Some(json!("JWT")));
        assert_eq!(header, expected);
    }
}

#[test]
fn the_algorithm_is_the_first_that_metadata_lists_or_the_keys_usual_one() {
    use JwsAlgorithm::{Es256, Ps256, Rs256};
    let rsa = [Rs256, Ps256];
    for (algorithms, listed, expected) in [
        (&rsa[..], json!(null), Rs256),
        (&rsa, json!(["RS256", "PS256"]), Rs256),
        (&rsa, json!(["PS256", "RS256"]), Rs256),
        (&rsa, json!(["ES256", "PS256"]), Ps256),
        (&rsa, json!(["PS256"]), Ps256),
        // The list has none: the provider may take one all the same.
        (&rsa, json!(["ES256", "ps256"]), Rs256),
        (&rsa, json!([]), Rs256),
        (&rsa, json!("PS256"), Rs256),
        (&rsa, json!([7, {"a": "PS256"}]), Rs256),
        (&[Es256], json!(["RS256"]), Es256),
        (&[Es256], json!(["RS256", "ES256"]), Es256),
    ] {
        let document = document(&|document| {
            document["token_endpoint_auth_signing_alg_values_supported"] = listed.clone();
        });
        let signer = Signer::new(algorithms);
        let sent = Sent::by(&registered(PrivateKey::new()), &signer, &document);
        assert_eq!(sent.assertion().0["alg"], expected.as_str(), "{listed}");
        let (_, signature) = sent.value("client_assertion").rsplit_once('.').unwrap();
        assert_eq!(from_base64url(signature).len(), signer.len);
        let has_one =
            !listed.is_array() || listed.as_array().unwrap().contains(&json!(expected.as_str()));
        assert_eq!(metadata(&document).lists_algorithm_of(&signer), has_one, "{listed}");
    }
}

#[test]
fn case_142_no_public_login_signs_or_sends_an_assertion() {
    let with = |client_type| Realm { client_type, ..registered(named("k1")) };
    let client_id = ClientId::parse("cli").unwrap();
    let native = NativeRegistration { client_id, key: None };
    for (realm, redirect_uri, requested, client_id) in [
        (with(ClientTypeSetting::Public), REDIRECT_URI, Requested::Default, "pve"),
        (with(ClientTypeSetting::Auto), LOOPBACK, Requested::Default, "pve"),
        (with(ClientTypeSetting::Auto), "com.example.app:/cb", Requested::Default, "pve"),
        (with(ClientTypeSetting::Unset), REDIRECT_URI, Requested::Public, "pve"),
        (with(ClientTypeSetting::Confidential), LOOPBACK, Requested::Public, "pve"),
        (
            Realm { native_registration: Some(native), ..with(ClientTypeSetting::Auto) },
            LOOPBACK,
            Requested::Default,
            "cli",
        ),
    ] {
        let document = document(&|_| ());
        let metadata = metadata(&document);
        let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
        let uri = RedirectUri::parse(redirect_uri).unwrap();
        let rng = &mut getrandom::SysRng;
        let pending = AuthorizationRequest::new(relying_party, uri, requested, rng, NOW).unwrap();
        let pending = pending.into_pending();
        let state = pending.state().as_str().to_owned();
        let response = AuthorizationResponse::from_parts("c0de", &state, None).unwrap();
        let accepted = pending.clone().accept_either(&response, relying_party, NOW).unwrap();
        let Accepted::Request(either) = accepted else { panic!("{accepted:?}") };
        let plain = pending.accept(&response, relying_party, NOW).unwrap();
        for request in [either, plain] {
            let mut buf = vec![0; 8192];
            let request = request.request(&mut buf).unwrap();
            assert_eq!(request.authorization, None);
            let form: Vec<_> = url::form_urlencoded::parse(request.body).into_owned().collect();
            let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
            let expected = ["grant_type", "code", "redirect_uri", "client_id", "code_verifier"];
            assert_eq!(names, expected);
            assert_eq!(form[3].1, client_id);
        }
    }
}

#[test]
fn a_login_that_needs_a_signature_makes_no_request_without_one() {
    let realm = registered(PrivateKey::new());
    let document = document(&|_| ());
    let metadata = metadata(&document);
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let (pending, _) = begin(relying_party, REDIRECT_URI);
    let state = pending.state().as_str().to_owned();
    let response = AuthorizationResponse::from_parts("c0de", &state, None).unwrap();
    let refused = pending.accept(&response, relying_party, NOW).unwrap_err();
    assert_eq!((refused, refused.code()), (AuthorizationError::Unsigned, "assertion_unsigned"));
}

#[test]
fn a_signer_that_signs_nothing_makes_no_request() {
    let realm = registered(PrivateKey::new());
    let sign = |signer: &dyn AssertionSigner| {
        with_unsigned(&realm, &document(&|_| ()), |unsigned| {
            let mut buf = vec![0; 8192];
            unsigned.sign(signer, &mut Fixed(7), NOW, &mut buf).map(|_| ()).unwrap_err()
        })
    };
    assert_eq!(sign(&Gone), AssertionError::Signature);
    for written in [0, 1, 63, 65, usize::MAX] {
        let signer = Signer { written: Some(written), ..Signer::p256() };
        assert_eq!(sign(&signer), AssertionError::Signature, "{written}");
    }
    struct NoAlgorithm(Signer);
    impl AssertionSigner for NoAlgorithm {
        fn algorithms(&self) -> &[JwsAlgorithm] {
            &[]
        }
        fn signature_len(&self) -> usize {
            self.0.signature_len()
        }
        fn sign(&self, _: JwsAlgorithm, _: &[u8], _: &mut [u8]) -> Result<usize, SigningFailed> {
            panic!("there is nothing to sign with")
        }
    }
    assert_eq!(sign(&NoAlgorithm(Signer::p256())), AssertionError::Signature);
    struct NoLength;
    impl AssertionSigner for NoLength {
        fn algorithms(&self) -> &[JwsAlgorithm] {
            &[JwsAlgorithm::Es256]
        }
        fn signature_len(&self) -> usize {
            0
        }
        fn sign(&self, _: JwsAlgorithm, _: &[u8], _: &mut [u8]) -> Result<usize, SigningFailed> {
            Ok(0)
        }
    }
    assert_eq!(sign(&NoLength), AssertionError::Signature);
}

#[test]
fn without_randomness_nothing_is_signed() {
    let signer = Signer::p256();
    let error = with_unsigned(&registered(PrivateKey::new()), &document(&|_| ()), |unsigned| {
        unsigned.sign(&signer, &mut Empty, NOW, &mut vec![0; 8192]).map(|_| ()).unwrap_err()
    });
    assert_eq!((error, error.code()), (AssertionError::NoEntropy, "no_entropy"));
    assert!(signer.signed.borrow().is_empty());
}

#[test]
fn a_short_buffer_is_told_what_is_enough_and_the_longest_texts_fit_in_it() {
    let longest_id: &str = "\"".repeat(256).leak();
    let longest_key_id: &str = "\\".repeat(512).leak();
    let endpoint = format!("{TOKEN_ENDPOINT}?{}", "x".repeat(512 - TOKEN_ENDPOINT.len() - 1));
    let document = document(&|document| document["token_endpoint"] = endpoint.as_str().into());
    let longest = PrivateKey { key_id: named(longest_key_id).key_id, ..FOR_TOKEN_ENDPOINT };
    let mut realm = registered(longest);
    realm.registration.client_id = ClientId::parse(longest_id).unwrap();
    let thumbprints = Some(CertificateThumbprints { sha1: [1; 20], sha256: [2; 32] });
    for signer in [Signer::rsa(), Signer::p256()] {
        let signer = Signer { thumbprints, ..signer };
        for (realm, now) in [(registered(PrivateKey::new()), NOW), (realm, UnixTime(u64::MAX))] {
            let sign = |len: Option<usize>| {
                with_unsigned(&realm, &document, |unsigned| {
                    let needed = unsigned.buffer_needed(&signer);
                    let mut buf = vec![0; len.unwrap_or(needed)];
                    let signed = unsigned.sign(&signer, &mut Fixed(7), now, &mut buf);
                    (needed, signed.map(|_| ()))
                })
            };
            let (needed, signed) = sign(None);
            assert_eq!(signed, Ok(()));
            for len in [0, 1, needed / 2, needed - 1] {
                let error = AssertionError::from(BufferTooSmall { needed });
                assert_eq!(sign(Some(len)), (needed, Err(error)), "{len}");
            }
        }
    }
}

#[test]
fn an_assertion_is_not_sent_where_a_secret_is_offered_in_its_place() {
    for (listed, expected) in [
        (json!(null), true),
        (json!(["private_key_jwt"]), true),
        (json!(["client_secret_basic", "private_key_jwt"]), true),
        (json!(["client_secret_basic"]), false),
        (json!(["client_secret_post"]), false),
        (json!(["tls_client_auth", "none"]), true),
        (json!([]), true),
    ] {
        // A method for secrets doesn't concern a key.
        for token_auth_method in [None, Some(TokenAuthMethod::ClientSecretPost)] {
            let realm = Realm { token_auth_method, ..registered(PrivateKey::new()) };
            let document = document(&|document| {
                document["token_endpoint_auth_methods_supported"] = listed.clone();
            });
            let metadata = metadata(&document);
            let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
            let uri = RedirectUri::parse(REDIRECT_URI).unwrap();
            let rng = &mut getrandom::SysRng;
            let begun = AuthorizationRequest::new(relying_party, uri, Requested::Default, rng, NOW);
            let begun = begun.map(|request| request.into_pending().decision());
            let refused = BeginError::ClientType(ClientTypeError::TokenAuthMethod);
            let expected = if expected { Ok(Decision::Assertion) } else { Err(refused) };
            assert_eq!(begun, expected, "{listed}");
        }
    }
}

#[test]
fn a_login_remembers_that_it_needs_a_signature() {
    let realm = registered(PrivateKey::new());
    let document = document(&|_| ());
    let metadata = metadata(&document);
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let (pending, _) = begin(relying_party, REDIRECT_URI);
    let mut buf = [0; PendingAuthorization::PENDING_LEN];
    let stored = PendingAuthorization::decode(pending.encode(&mut buf).unwrap()).unwrap();
    assert_eq!(stored.decision(), Decision::Assertion);
    assert_eq!(stored.client_type(), ClientType::Confidential);
    let state = pending.state().as_str().to_owned();
    let response = AuthorizationResponse::from_parts("c0de", &state, None).unwrap();
    // The realm has another credential by now, or none: what was decided isn't decided anew.
    for credential in [None, Credential::secret("s3cret")] {
        let registration = ClientRegistration { credential, ..realm.registration };
        let other = Realm { registration, ..realm };
        let relying_party = RelyingParty::new(&other, &metadata).unwrap();
        let accepted = stored.clone().accept_either(&response, relying_party, NOW).map(|_| ());
        assert_eq!(accepted, Err(AuthorizationError::ClientGone));
    }
    // And a login with a secret isn't finished by a key.
    let with_secret = common::realm();
    let relying_party = RelyingParty::new(&with_secret, &metadata).unwrap();
    let (pending, _) = begin(relying_party, REDIRECT_URI);
    let state = pending.state().as_str().to_owned();
    let response = AuthorizationResponse::from_parts("c0de", &state, None).unwrap();
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let accepted = pending.accept_either(&response, relying_party, NOW).map(|_| ());
    assert_eq!(accepted, Err(AuthorizationError::ClientGone));
}

#[test]
fn an_unsigned_request_shows_no_secret() {
    with_unsigned(&registered(named("k1")), &document(&|_| ()), |unsigned| {
        let shown = format!("{unsigned:?}");
        assert!(shown.starts_with("UnsignedTokenRequest {"), "{shown}");
        assert!(!shown.contains("c0de"), "{shown}");
    });
}

#[test]
fn the_name_of_a_key_is_bounded_and_has_no_control_character() {
    let long = "k".repeat(512);
    for good in ["k", "key 1 / ü", long.as_str()] {
        assert_eq!(KeyId::parse(good).unwrap().as_str(), good);
    }
    let too_long = "k".repeat(513);
    for bad in ["", "a\n", "\u{85}", too_long.as_str()] {
        assert_eq!(KeyId::parse(bad), Err(RealmError::KeyId), "{bad:?}");
    }
}

#[test]
fn a_realm_has_a_secret_or_a_private_key() {
    let with = |credential| ClientRegistration { credential, ..realm().registration };
    let secret = with(Credential::secret("s3cret"));
    assert!(secret.secret().is_some() && secret.private_key().is_none());
    let key = with(Some(Credential::PrivateKey(FOR_TOKEN_ENDPOINT)));
    assert!(key.secret().is_none());
    assert_eq!(key.borrowed().private_key(), Some(&FOR_TOKEN_ENDPOINT));
    let none = with(Credential::secret(""));
    assert!(none.secret().is_none() && none.private_key().is_none());
    assert_eq!(PrivateKey::<&str>::default(), PrivateKey::new());
}
