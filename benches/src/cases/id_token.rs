//! An ID token: its parts, the key, the signature and the claims.

use onerealm_core::SignatureVerifier;
use serde_json::Value;

use super::peers;
use crate::case::{Allocations, Case, Contender};
use crate::workload::{Algorithm, Answered, ISSUER, Signer};

/// What verifies ours, and whose verification alone is the limit.
#[derive(Clone, Copy)]
pub enum Library {
    Ring,
    #[cfg(feature = "aws-lc")]
    AwsLc,
}

/// A token, as a provider may make it.
pub struct Token {
    pub algorithm: Algorithm,
    pub library: Library,
    /// From issuer, nonce and time.
    pub claims: Box<dyn Fn(&str, &str, u64) -> Value>,
    /// A key set that the key is added to.
    pub others: Value,
}

impl Token {
    pub fn case(self) -> Case {
        let signer = Signer::new(self.algorithm);
        let claims = |nonce: &str, now: u64| (self.claims)(ISSUER, nonce, now);
        let login = Answered::new(&signer, claims, self.others);
        Case {
            allocations: Allocations::NoneBesidesTheLimit,
            limit: Some(self.library.signature_alone(&signer, login.id_token)),
            peers: peers::all(self.algorithm, &login),
            ours: ours(login, self.library.verifiers()),
        }
    }
}

/// The key set was read before, as in the peers; the key is found and decoded for each token.
fn ours(login: Answered, verifiers: &'static [&'static dyn SignatureVerifier]) -> Contender {
    let keys = login.keys;
    let now = login.returned.provider.now;
    let mut buf = vec![0; login.id_token().buffer_needed()];
    Contender::prepared(
        "onerealm",
        move || login.id_token(),
        move |id_token| {
            let id_token = id_token.open(&mut buf).unwrap();
            id_token.validate(&keys, verifiers, now).unwrap().subject().len()
        },
    )
}

impl Library {
    pub const ALL: &[Library] = &[
        Library::Ring,
        #[cfg(feature = "aws-lc")]
        Library::AwsLc,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Library::Ring => "ring",
            #[cfg(feature = "aws-lc")]
            Library::AwsLc => "aws-lc",
        }
    }

    /// The runtime's, or as short ones on aws-lc.
    fn verifiers(self) -> &'static [&'static dyn SignatureVerifier] {
        match self {
            Library::Ring => onerealm::verifiers(),
            #[cfg(feature = "aws-lc")]
            Library::AwsLc => super::aws_lc::VERIFIERS,
        }
    }

    /// What nobody on this library can be faster than.
    fn signature_alone(self, signer: &Signer, token: &'static str) -> Contender {
        let (signed, signature) = signed_and_signature(token);
        let key = signer.public_key();
        match self {
            Library::Ring => {
                use ring::signature as s;
                let algorithm: &dyn s::VerificationAlgorithm = match signer.algorithm {
                    Algorithm::Rs256 => &s::RSA_PKCS1_2048_8192_SHA256,
                    Algorithm::Es256 => &s::ECDSA_P256_SHA256_FIXED,
                    Algorithm::EdDsa => &s::ED25519,
                };
                let key = s::UnparsedPublicKey::new(algorithm, key);
                Contender::new("ring", move || key.verify(signed, &signature).unwrap())
            }
            #[cfg(feature = "aws-lc")]
            Library::AwsLc => {
                use aws_lc_rs::signature as s;
                let algorithm: &dyn s::VerificationAlgorithm = match signer.algorithm {
                    Algorithm::Rs256 => &s::RSA_PKCS1_2048_8192_SHA256,
                    Algorithm::Es256 => &s::ECDSA_P256_SHA256_FIXED,
                    Algorithm::EdDsa => &s::ED25519,
                };
                // Prepared, so that it is not parsed for each signature.
                let key = s::ParsedPublicKey::new(algorithm, key).unwrap();
                Contender::new("aws-lc", move || key.verify_sig(signed, &signature).unwrap())
            }
        }
    }
}

fn signed_and_signature(token: &'static str) -> (&'static [u8], Vec<u8>) {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let (signed, signature) = token.rsplit_once('.').unwrap();
    (signed.as_bytes(), Base64UrlUnpadded::decode_vec(signature).unwrap())
}
