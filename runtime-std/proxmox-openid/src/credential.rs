//! The credential of a caller's realm: a client secret or a private key.

use onerealm::core::{AssertionAudience, Credential, KeyId, PrivateKey};
use onerealm::{ClientKeyFiles, Text};

use crate::auth_state::PRIVATE_KEY_JWT;
use crate::config::{OpenIdConfig, Problem, absolute, said};

impl OpenIdConfig {
    /// `token_auth_method` decides which of the two is used; the other one has no effect.
    pub(crate) fn credential(
        &self,
    ) -> Result<(Option<Credential<Text>>, Option<ClientKeyFiles>), Problem> {
        let key = absolute(&self.client_key_file, "client_key_file must be an absolute path")?;
        let certificate =
            absolute(&self.client_cert_file, "client_cert_file must be an absolute path")?;
        let key_id = said(&self.client_key_id).map(Text::from).map(KeyId::parse).transpose()?;
        let audience = self.audience()?;
        if said(&self.token_auth_method) != Some(PRIVATE_KEY_JWT) {
            let secret = said(&self.client_key).map(Text::from);
            return Ok((secret.and_then(Credential::secret), None));
        }
        let key = key.ok_or("token_auth_method private_key_jwt needs client_key_file beside it")?;
        let private_key = PrivateKey { key_id, audience };
        let files = ClientKeyFiles { key, certificate };
        Ok((Some(Credential::PrivateKey(private_key)), Some(files)))
    }

    fn audience(&self) -> Result<AssertionAudience, Problem> {
        match said(&self.assertion_audience) {
            None | Some("issuer") => Ok(AssertionAudience::Issuer),
            Some("token-endpoint") => Ok(AssertionAudience::TokenEndpoint),
            Some(_) => Err("assertion_audience must be issuer or token-endpoint".into()),
        }
    }
}
