//! The verifiers that need no heap: against the published vectors that the runtime's are held
//! against, and against ring, bit by bit.

#[path = "../common/mod.rs"]
mod common;
mod differential;
mod strict_eddsa;
mod support;
mod wycheproof;

/// Of the moduli that these verifiers take.
const LONGEST_RSA_BITS: usize = 4096;
