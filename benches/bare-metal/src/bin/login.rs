//! A login whose signature nobody verifies: what all the rest costs.

#![no_std]
#![no_main]

use firmware::login::{Login, Outcome, run};
use firmware::provider::{Change, Provider};
use onerealm_core::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};

#[cortex_m_rt::entry]
fn main() -> ! {
    let provider: Provider = firmware::provider!("es256");
    let login = |verifier, expected| Login {
        provider: &provider,
        verifier,
        change: Change::Nothing,
        expected,
    };
    run(&[
        login(&Unverified(Ok(())), Outcome::LoggedIn),
        login(&Unverified(Err(InvalidSignature)), Outcome::SignatureRefused),
    ])
}

/// Says what it was told to say: for measuring.
struct Unverified(Result<(), InvalidSignature>);

impl SignatureVerifier for Unverified {
    fn algorithm(&self) -> JwsAlgorithm {
        JwsAlgorithm::Es256
    }

    fn verify(
        &self,
        _key: PublicKey<'_>,
        _message: &[u8],
        _signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        self.0
    }
}
