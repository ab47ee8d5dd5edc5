//! A client's credentials in a token request, and whether its platform permits them.

use base64ct::{Base64, Encoding as _};
use url::form_urlencoded;

use crate::client_assertion;
use crate::directory::Directory;
use crate::entra_error::{EntraError, Refusal};
use crate::parameters::Parameters;
use crate::setup::{Platform, Registration};
use onerealm_loopback::http_server::Request;

/// The client identifier and the credentials in a token request.
pub(crate) struct ClientAuthentication {
    pub(crate) client_id: Option<String>,
    /// From the header or the body; may be empty.
    secret: Option<String>,
    assertion: Option<String>,
    /// What the assertion is said to be.
    assertion_type: Option<String>,
    origin: Option<String>,
}

impl ClientAuthentication {
    /// Reads the credentials from the header and the body.
    pub(crate) fn read(request: &Request, form: &Parameters) -> Result<Self, Refusal> {
        let basic = request.header("authorization").map(basic_credentials).transpose()?;
        let in_body = form.get("client_secret");
        let client_id = form.get("client_id");
        // One request may use one method only (RFC 6749, section 2.3), and name one client.
        let is_twofold = basic.as_ref().is_some_and(|(id, _)| {
            in_body.is_some() || client_id.is_some_and(|client_id| client_id != id)
        });
        if is_twofold {
            return Err(EntraError::Malformed.refusal());
        }
        let (basic_id, basic_secret) = basic.unzip();
        Ok(Self {
            client_id: basic_id.or(client_id.map(str::to_owned)),
            secret: basic_secret.or(in_body.map(str::to_owned)),
            assertion: form.get("client_assertion").map(str::to_owned),
            assertion_type: form.get("client_assertion_type").map(str::to_owned),
            origin: request.header("origin").map(str::to_owned),
        })
    }

    /// Accepts or refuses the credentials, by the platform of the login's redirect URI.
    pub(crate) fn check(
        &self,
        directory: &Directory,
        registration: &Registration,
        platform: Platform,
    ) -> Result<(), Refusal> {
        let shows_something = self.secret.is_some() || self.assertion.is_some();
        match (platform, &self.origin) {
            (Platform::Spa, None) => Err(EntraError::SinglePageOnly.refusal()),
            (Platform::Web | Platform::Native, Some(origin)) => {
                let origin = format!("'{origin}'");
                Err(EntraError::CrossOrigin.about(&[("'origin'", &origin)]))
            }
            (Platform::Native | Platform::Spa, _) if shows_something => {
                Err(EntraError::ClientIsPublic.refusal())
            }
            (Platform::Native | Platform::Spa, _) => Ok(()),
            (Platform::Web, None) => match (&self.assertion, &self.secret) {
                (Some(_), Some(_)) => Err(EntraError::Malformed.refusal()),
                (Some(assertion), None) => self.check_assertion(directory, assertion),
                (None, _) => self.check_secret(registration),
            },
        }
    }

    fn check_assertion(&self, directory: &Directory, assertion: &str) -> Result<(), Refusal> {
        if self.assertion_type.as_deref() != Some(JWT_BEARER) {
            return Err(EntraError::SecretMissing.refusal());
        }
        let client_id = self.client_id.as_deref().unwrap_or_default();
        client_assertion::check(directory, client_id, assertion)
    }

    fn check_secret(&self, registration: &Registration) -> Result<(), Refusal> {
        let shown = self.secret.as_deref().filter(|secret| !secret.is_empty());
        match shown {
            None => Err(EntraError::SecretMissing.refusal()),
            Some(_) if shown == registration.secret.as_deref() => Ok(()),
            Some(_) => Err(EntraError::SecretWrong.about(&[("app-guid", &registration.client_id)])),
        }
    }
}

/// The only type of assertions (RFC 7523, section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The client identifier and the secret, each form-encoded in the header (RFC 6749, section 2.3.1).
fn basic_credentials(header: &str) -> Result<(String, String), Refusal> {
    parse_basic(header).ok_or_else(|| EntraError::Malformed.refusal())
}

fn parse_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let bytes = Base64::decode_vec(encoded).ok()?;
    let joined = String::from_utf8(bytes).ok()?;
    let (id, secret) = joined.split_once(':')?;
    let is_basic = scheme.eq_ignore_ascii_case("basic");
    is_basic.then_some((form_decoded(id)?, form_decoded(secret)?))
}

/// `None` if the text contains `&` or `=`, which form encoding escapes.
fn form_decoded(text: &str) -> Option<String> {
    if text.contains(['&', '=']) {
        return None;
    }
    let pair = form_urlencoded::parse(text.as_bytes()).next();
    Some(pair.map_or_else(String::new, |(text, _)| text.into_owned()))
}
