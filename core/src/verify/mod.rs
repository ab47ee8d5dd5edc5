//! Verifiers that need no heap and no operating system: for programs that have no crypto library of
//! their own. Each is behind a feature (`rs256`, `es256`, `es384`, `eddsa`), which may ask for a
//! newer compiler than the core does.
//!
//! The arithmetic of the curves is that of crates. What stands here is what a JSON Web Signature asks
//! for around it, and what those crates let pass. RSA's public operation is here as a whole
//! (`modular.rs`): types of fixed sizes would come once for each length of modulus.

#[cfg(any(feature = "es256", feature = "es384"))]
mod ecdsa;
#[cfg(feature = "eddsa")]
mod eddsa;
#[cfg(feature = "rs256")]
mod modular;
#[cfg(feature = "rs256")]
mod rsa;

#[cfg(feature = "es256")]
pub use ecdsa::Es256;
#[cfg(feature = "es384")]
pub use ecdsa::Es384;
#[cfg(feature = "eddsa")]
pub use eddsa::EdDsa;
#[cfg(feature = "rs256")]
pub use rsa::{Ps256, Rs256};

use crate::jwa::InvalidSignature;

fn accept_if(valid: bool) -> Result<(), InvalidSignature> {
    if valid { Ok(()) } else { Err(InvalidSignature) }
}
