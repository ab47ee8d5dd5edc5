//! An authorization request, and where its answer goes.

use url::form_urlencoded;

use crate::entra_error::{EntraError, Refusal};
use crate::parameters::Parameters;
use crate::setup::Setup;
use crate::{redirect_uri, sign_in_page};
use onerealm_loopback::http_server::Response;

/// The scopes that name no resource.
const SCOPES: [&str; 5] = ["openid", "profile", "email", "offline_access", "User.Read"];

/// Characters of a SHA-256 digest in base64url without padding.
const CHALLENGE_LENGTH: usize = 43;

/// A valid authorization request.
#[derive(Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) destination: Destination,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: String,
}

/// The client, and where its answer goes.
#[derive(Clone)]
pub(crate) struct Destination {
    pub(crate) client_id: String,
    /// Exactly as the client sent it.
    pub(crate) redirect_uri: String,
    state: Option<String>,
    response_mode: ResponseMode,
}

#[derive(Clone, Copy)]
enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl AuthorizationRequest {
    /// Reads the parameters whose errors are sent to the redirect URI.
    pub(crate) fn read(
        parameters: &Parameters,
        destination: &Destination,
    ) -> Result<Self, Refusal> {
        let response_type = parameters
            .given("response_type")
            .ok_or_else(|| EntraError::missing_parameter("response_type"))?;
        if response_type != "code" {
            return Err(EntraError::ResponseType.about(&[("name", response_type)]));
        }
        let scope =
            parameters.given("scope").ok_or_else(|| EntraError::missing_parameter("scope"))?;
        if let Some(unknown) = scope.split(' ').find(|scope| !is_known(scope)) {
            let application = format!("'{}'", destination.client_id);
            let words = [("'pve'", application.as_str()), ("groups", unknown)];
            return Err(EntraError::UnknownScope.about(&words));
        }
        Ok(Self {
            destination: destination.clone(),
            scope: scope.to_owned(),
            nonce: parameters.given("nonce").map(str::to_owned),
            code_challenge: code_challenge(parameters)?.to_owned(),
        })
    }
}

impl Destination {
    /// Reads the parameters whose errors must not go to the redirect URI (RFC 6749, section 4.1.2.1).
    pub(crate) fn of(parameters: &Parameters, setup: &Setup) -> Result<Self, Refusal> {
        if parameters.has_duplicates() {
            return Err(EntraError::Malformed.refusal());
        }
        let client_id = parameters
            .given("client_id")
            .ok_or_else(|| EntraError::missing_parameter("client_id"))?;
        let redirect_uri = parameters
            .given("redirect_uri")
            .ok_or_else(|| EntraError::missing_parameter("redirect_uri"))?;
        let Some(registration) = setup.registration(client_id) else {
            return Err(EntraError::UnknownApplication.about(&[("bogus", client_id)]));
        };
        if registration.platform(redirect_uri).is_none() {
            let words = [("app-guid", client_id), ("asked-uri", redirect_uri)];
            return Err(EntraError::RedirectMismatchAtAuthorization.about(&words));
        }
        Ok(Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            state: parameters.given("state").map(str::to_owned),
            response_mode: ResponseMode::of(parameters.get("response_mode")),
        })
    }

    /// Sends an error to the redirect URI.
    pub(crate) fn refuse(&self, refusal: &Refusal) -> Response {
        self.answer(&[("error", refusal.error()), ("error_description", refusal.description())])
    }

    /// Sends parameters to the redirect URI, with the request's `state`.
    pub(crate) fn answer(&self, parameters: &[(&str, &str)]) -> Response {
        let state = self.state.as_deref().map(|state| ("state", state));
        let parameters: Vec<_> = parameters.iter().copied().chain(state).collect();
        let uri = redirect_uri::with_path(&self.redirect_uri);
        let mark = match self.response_mode {
            ResponseMode::FormPost => return sign_in_page::form_post(&uri, &parameters),
            ResponseMode::Fragment => '#',
            ResponseMode::Query if uri.contains('?') => '&',
            ResponseMode::Query => '?',
        };
        let encoded =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        Response::new(302)
            .with_header("Cache-Control", "no-store")
            .with_header("Location", format!("{uri}{mark}{encoded}"))
    }
}

impl ResponseMode {
    fn of(asked: Option<&str>) -> Self {
        match asked {
            Some("fragment") => Self::Fragment,
            Some("form_post") => Self::FormPost,
            _ => Self::Query,
        }
    }
}

/// The code challenge. Entra ID requires one only of single-page applications; this provider requires one of every
/// client and rejects `plain`, to expose relying parties without PKCE.
fn code_challenge(parameters: &Parameters) -> Result<&str, Refusal> {
    let challenge = parameters.get("code_challenge").unwrap_or_default();
    let is_digest = challenge.len() == CHALLENGE_LENGTH
        && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_digest && parameters.get("code_challenge_method") == Some("S256") {
        return Ok(challenge);
    }
    Err(EntraError::CodeChallenge.refusal())
}

/// Every resource scope is accepted: it begins with the resource, as in `https://graph.microsoft.com/User.Read`.
fn is_known(scope: &str) -> bool {
    SCOPES.contains(&scope) || scope.contains('/')
}
