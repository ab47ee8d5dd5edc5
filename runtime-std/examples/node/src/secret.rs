//! Values that nobody guesses, and what is kept of them.

use std::io;

use sha2::{Digest as _, Sha256};

/// What is kept of a secret: enough to know it again, and no use to whoever reads it. Finding a digest in a map, or
/// comparing two, takes a time that tells nothing of the secret.
pub type Digest = [u8; 32];

pub fn digest(secret: &str) -> Digest {
    Sha256::digest(secret).into()
}

pub fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}
