//! How a client says at the token endpoint who it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use onerealm_core::policy::CLIENT_ID_LEN;
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, ClientSecret,
    ClientTypeSetting, Credential, Issuer, Realm, RedirectUri, RelyingParty, Requested,
    TokenAuthMethod,
};
use url::form_urlencoded;

use super::fixed::{self, NOW, REDIRECT_URI, STATE_AND_NONCE, Zeros};
use super::provider::metadata;

/// A provider that decodes the credentials has what was configured. They are in one place of the request, and in that
/// of a public login there is no secret at all.
///
/// The input is a client identifier, a line break, and a client secret.
pub fn basic_credentials(input: &[u8]) -> bool {
    let text = std::str::from_utf8(input).unwrap_or_default();
    let Some((id, secret)) = text.split_once('\n') else { return false };
    let (Ok(client_id), Some(_)) = (ClientId::parse(id), ClientSecret::new(secret)) else {
        let fits = (1..=CLIENT_ID_LEN).contains(&id.len()) && !id.contains(char::is_control);
        assert!(!fits || secret.is_empty());
        return false;
    };
    let registration = ClientRegistration { client_id, credential: Credential::secret(secret) };
    // Form-encoded and then in base64, a byte takes four.
    let sent = |method, requested| Sent::by(registration, method, requested, 4096 + 4 * text.len());

    let basic = sent(TokenAuthMethod::ClientSecretBasic, Requested::Default);
    assert_eq!(basic.user_and_password(), (id.to_owned(), secret.to_owned()));
    assert_eq!(basic.form, form_with(&[]));

    let post = sent(TokenAuthMethod::ClientSecretPost, Requested::Default);
    assert_eq!(post.authorization, None);
    assert_eq!(post.form, form_with(&[("client_id", id), ("client_secret", secret)]));

    for method in [TokenAuthMethod::ClientSecretBasic, TokenAuthMethod::ClientSecretPost] {
        let public = sent(method, Requested::Public);
        assert_eq!(public.authorization, None);
        assert_eq!(public.form, form_with(&[("client_id", id)]));
    }
    true
}

/// A token request as its endpoint sees it.
struct Sent {
    authorization: Option<String>,
    form: Vec<(String, String)>,
}

impl Sent {
    fn by(
        registration: ClientRegistration<&str>,
        method: TokenAuthMethod,
        requested: Requested,
        room: usize,
    ) -> Self {
        let metadata = metadata();
        let realm = Realm {
            registration,
            client_type: ClientTypeSetting::Confidential,
            token_auth_method: Some(method),
            ..fixed::realm(Issuer::parse(fixed::ISSUER).unwrap())
        };
        let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
        let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
        let request =
            AuthorizationRequest::new(relying_party, redirect_uri, requested, &mut Zeros, NOW)
                .unwrap();
        let response = AuthorizationResponse::from_parts("c0de", STATE_AND_NONCE, None).unwrap();
        let request = request.into_pending().accept(&response, relying_party, NOW).unwrap();

        let mut buf = vec![0; room];
        let request = request.request(&mut buf).unwrap();
        let mut headers = request.headers().filter(|(name, _)| *name == "authorization");
        let authorization = headers.next().map(|(_, value)| value.to_owned());
        assert!(headers.next().is_none());
        Sent { authorization, form: form_urlencoded::parse(request.body).into_owned().collect() }
    }

    /// The halves of HTTP Basic (RFC 7617 section 2), each form-decoded (RFC 6749 section 2.3.1).
    fn user_and_password(&self) -> (String, String) {
        let credentials = self.authorization.as_ref().unwrap().strip_prefix("Basic ").unwrap();
        let credentials = String::from_utf8(STANDARD.decode(credentials).unwrap()).unwrap();
        let (user, password) = credentials.split_once(':').unwrap();
        (form_decoded(user), form_decoded(password))
    }
}

/// One text of a form: the name of a pair that has no value.
fn form_decoded(text: &str) -> String {
    let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
    let [(decoded, value)] = pairs.as_slice() else { panic!("{text}") };
    assert!(value.is_empty() && !text.contains('='), "{text}");
    decoded.clone().into_owned()
}

/// The form that every login sends, with these parameters before its last one.
fn form_with(client: &[(&str, &str)]) -> Vec<(String, String)> {
    let first =
        [("grant_type", "authorization_code"), ("code", "c0de"), ("redirect_uri", REDIRECT_URI)];
    // Zeros make the same of the code verifier.
    let last = [("code_verifier", STATE_AND_NONCE)];
    let pairs = first.iter().chain(client).chain(&last);
    pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
