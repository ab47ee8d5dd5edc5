//! How a realm's client shows who it is: with a secret, or with a private key.

use onerealm::{ClientKeyFiles, Text};
use onerealm_core::{AssertionAudience, Credential, KeyId, PrivateKey, TokenAuthMethod};

use crate::names::{CLIENT_KEY, CLIENT_KEY_FILE, TOKEN_AUTH_METHOD};
use crate::properties::{Located, Properties};

const METHODS: [(&str, Method); 3] = [
    ("client_secret_basic", Method::Secret(TokenAuthMethod::ClientSecretBasic)),
    ("client_secret_post", Method::Secret(TokenAuthMethod::ClientSecretPost)),
    ("private_key_jwt", Method::PrivateKey),
];

const AUDIENCES: [(&str, AssertionAudience); 2] =
    [("issuer", AssertionAudience::Issuer), ("token-endpoint", AssertionAudience::TokenEndpoint)];

const CLIENT_CERT_FILE: &str = "client-cert-file";
const CLIENT_KEY_ID: &str = "client-key-id";
const ASSERTION_AUDIENCE: &str = "assertion-audience";

#[derive(Clone, Copy)]
enum Method {
    Secret(TokenAuthMethod),
    PrivateKey,
}

/// What `token-auth-method` and the properties around it say: it decides between a secret and a private key. The
/// properties of the other one have no effect, so that a realm can be changed from one to the other line by line.
pub(crate) struct Authentication {
    pub(crate) credential: Option<Credential<Text>>,
    pub(crate) files: Option<ClientKeyFiles>,
    pub(crate) method: Option<TokenAuthMethod>,
    /// The properties without effect.
    pub(crate) unused: Vec<String>,
}

impl Authentication {
    pub(crate) fn of(properties: &Properties<'_>) -> Result<Self, Located> {
        let expected = "client_secret_basic, client_secret_post or private_key_jwt";
        let method = properties.one_of(TOKEN_AUTH_METHOD, &METHODS, expected)?;
        // Each is judged whether it is used or not.
        let key = properties.absolute_path(CLIENT_KEY_FILE)?;
        let certificate = properties.absolute_path(CLIENT_CERT_FILE)?;
        let key_id = properties.checked(CLIENT_KEY_ID, KeyId::parse)?;
        let audience =
            properties.one_of(ASSERTION_AUDIENCE, &AUDIENCES, "issuer or token-endpoint")?;
        let method = match method {
            Some(Method::PrivateKey) => {
                let key = properties.required(CLIENT_KEY_FILE, key)?;
                let private_key = PrivateKey { key_id, audience: audience.unwrap_or_default() };
                return Ok(Authentication {
                    credential: Some(Credential::PrivateKey(private_key)),
                    files: Some(ClientKeyFiles { key, certificate }),
                    method: None,
                    unused: properties.present([CLIENT_KEY]),
                });
            }
            Some(Method::Secret(method)) => Some(method),
            None => None,
        };
        let secret = properties.value(CLIENT_KEY);
        Ok(Authentication {
            credential: secret.and_then(|secret| Credential::secret(secret.into())),
            files: None,
            method,
            unused: properties.present([
                CLIENT_KEY_FILE,
                CLIENT_CERT_FILE,
                CLIENT_KEY_ID,
                ASSERTION_AUDIENCE,
            ]),
        })
    }
}
