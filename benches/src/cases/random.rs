//! What a login begins with.

use onerealm_core::CodeVerifier;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge};
use sha2::{Digest, Sha256};

use crate::case::{Allocations, Case, Contender};
use crate::workload::Provider;

/// Ours makes the whole pending authorization, with copies of the names that it is bound to. The
/// challenge is another verifier's: its own is shown in the URL only.
pub fn state_nonce_verifier_challenge() -> Case {
    let provider = Provider::new();
    Case {
        allocations: Allocations::None,
        ours: Contender::new("onerealm", move || {
            let request = provider.begin();
            (request.pending().state(), CodeVerifier::from_bytes([7; 32]).challenge())
        }),
        limit: Some(Contender::new("96 random bytes and one SHA-256", || {
            let mut random = [0; 96];
            getrandom::fill(&mut random).unwrap();
            Sha256::digest(&random[..43])
        })),
        // It has a generator in its own process.
        peers: vec![Contender::new("openidconnect 4", || {
            (CsrfToken::new_random(), Nonce::new_random(), PkceCodeChallenge::new_random_sha256())
        })],
    }
}
