//! The provider's documents, each as the answer to the request that asks for it.

use onerealm_core::{
    DiscoveryRequest, ErrorResponse, HttpResponse, InvalidSignature, Issuer, JwksRequest,
    ProviderMetadata, RelyingParty,
};

use super::fixed::{self, METADATA, NOW, as_dyn, ok_json, verifiers};
use super::wire::seen_by_browser;

/// Metadata leads nowhere but to https, or to this machine.
pub fn discovery(input: &[u8]) -> bool {
    // The realm that this provider could be meant for.
    let document = serde_json::from_slice::<serde_json::Value>(input).unwrap_or_default();
    let Some(issuer) = document["issuer"].as_str().and_then(|issuer| Issuer::parse(issuer).ok())
    else {
        return false;
    };
    let Ok(metadata) = DiscoveryRequest::new(issuer).response(ok_json(input)) else { return false };
    let userinfo = metadata.userinfo_endpoint();
    let endpoints =
        [metadata.authorization_endpoint(), metadata.token_endpoint(), metadata.jwks_uri()];
    for endpoint in endpoints.into_iter().chain(userinfo) {
        let Some(url) = seen_by_browser(&endpoint.chars().collect::<String>()) else { continue };
        assert!(
            url.scheme() == "https" || url.scheme() == "http" && is_this_machine(&url),
            "{url}"
        );
        assert_eq!((url.username(), url.password(), url.fragment()), ("", None, None));
    }

    let realm = fixed::realm(issuer);
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let mut buf = [0; 4096];
    let request = fixed::token_request(relying_party);
    let url = request.request(&mut buf).unwrap().url;
    assert!(metadata.token_endpoint().chars().eq(url.chars()));
    true
}

fn is_this_machine(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Keys come to a verifier as it is promised them, and none makes a signature good.
pub fn jwks(input: &[u8]) -> bool {
    let metadata = metadata();
    let Ok(keys) = JwksRequest::new(&metadata).response(ok_json(input)) else { return false };
    let usable = keys.usable();

    let realm = fixed::realm(Issuer::parse(fixed::ISSUER).unwrap());
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    // Each kind of key, with signatures as long as its own; RSA's are as long as the modulus.
    let signatures = [
        (r#"{"alg":"RS256"}"#, 256),
        (r#"{"alg":"PS384"}"#, 384),
        (r#"{"alg":"RS512"}"#, 512),
        (r#"{"alg":"ES256"}"#, 64),
        (r#"{"alg":"ES256","kid":"1"}"#, 64),
        (r#"{"alg":"ES384"}"#, 96),
        (r#"{"alg":"EdDSA"}"#, 64),
    ];
    for (header, len) in signatures {
        let answer = token_answer(header.as_bytes(), b"{}", len);
        let id_token =
            fixed::token_request(relying_party).response(ok_json(answer.as_bytes())).unwrap();
        let mut buf = vec![0; id_token.buffer_needed()];
        let id_token = id_token.open(&mut buf).unwrap();
        let _ = id_token.lacks_key(&keys);
        let verifiers = verifiers(Err(InvalidSignature));
        assert!(id_token.validate(&keys, &as_dyn(&verifiers), NOW).is_err());
    }
    usable > 0
}

/// A token response gives an ID token, an error that the provider names, or an error of ours.
pub fn token_response(input: &[u8]) -> bool {
    let metadata = metadata();
    let realm = fixed::realm(Issuer::parse(fixed::ISSUER).unwrap());
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();

    let refusal = HttpResponse { status: 400, ..ok_json(input) };
    let error = ErrorResponse::of(&refusal);
    assert!(fixed::token_request(relying_party).response(refusal).is_err());
    let keys = JwksRequest::new(&metadata).response(ok_json(br#"{"keys":[]}"#)).unwrap();
    let Ok(id_token) = fixed::token_request(relying_party).response(ok_json(input)) else {
        return false;
    };
    assert!(error.is_none());
    let mut buf = vec![0; id_token.buffer_needed()];
    let refused = match id_token.open(&mut buf) {
        Ok(id_token) => {
            assert!(id_token.lacks_key(&keys));
            id_token.validate(&keys, &as_dyn(&verifiers(Ok(()))), NOW).unwrap_err()
        }
        Err(refused) => refused,
    };
    let _ = refused.words();
    true
}

pub fn metadata() -> ProviderMetadata<'static> {
    let issuer = Issuer::parse(fixed::ISSUER).unwrap();
    DiscoveryRequest::new(issuer).response(ok_json(METADATA.as_bytes())).unwrap()
}

/// A token response whose ID token has a signature of so many bytes.
pub fn token_answer(header: &[u8], payload: &[u8], signature: usize) -> String {
    let [header, payload] = [header, payload].map(fixed::base64url);
    let signature = fixed::base64url(&vec![1; signature]);
    format!(
        r#"{{"access_token":"at","token_type":"Bearer","id_token":"{header}.{payload}.{signature}"}}"#
    )
}
