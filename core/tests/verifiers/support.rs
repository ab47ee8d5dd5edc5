//! What the published vectors are run through, as in the runtime's tests.

use onerealm_core::verify::{EdDsa, Es256, Es384, Ps256, Rs256};
use onerealm_core::{
    DiscoveryRequest, Issuer, JwksRequest, JwsAlgorithm, JwsError, JwsSignature, SignatureVerifier,
};
use serde_json::{Value, json};

use crate::common::{ISSUER, ok_json};

pub use crate::common::base64url;

pub const VERIFIERS: [&dyn SignatureVerifier; 5] = [&Rs256, &Ps256, &Es256, &Es384, &EdDsa];

/// A provider that publishes these keys.
pub struct Publisher(String);

impl Publisher {
    pub fn of<'k>(keys: impl IntoIterator<Item = &'k Value>) -> Self {
        let keys: Vec<_> = keys.into_iter().collect();
        Publisher(json!({ "keys": keys }).to_string())
    }

    pub fn verifies(&self, algorithm: JwsAlgorithm) -> bool {
        VERIFIERS.iter().any(|verifier| verifier.algorithm() == algorithm)
    }

    /// Verifies any bytes, by the steps that a login's ID token takes.
    pub fn verify(
        &self,
        header: &Value,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<JwsAlgorithm, JwsError> {
        let metadata = crate::common::Provider::new().discovery().to_string();
        let metadata = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap())
            .response(ok_json(&metadata))
            .unwrap();
        let keys = JwksRequest::new(&metadata).response(ok_json(&self.0)).unwrap();
        let (header, signature) = (header.to_string(), base64url(signature));
        let jws = JwsSignature { header: header.as_bytes(), signing_input, signature: &signature };
        jws.verify(&keys, &VERIFIERS, &mut [0; 8192])
    }
}
