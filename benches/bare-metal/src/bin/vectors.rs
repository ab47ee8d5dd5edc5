//! A sample of published signatures, verified on the board: the verifiers are compiled for another
//! machine here than on the host, where all of the vectors are run.

#![no_std]
#![no_main]

use firmware::board::{exit, print};
use onerealm_core::verify::{EdDsa, Es256, Es384, Ps256, Rs256};
use onerealm_core::{PublicKey, SignatureVerifier};

const FILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/vectors.bin"));
#[expect(unsafe_code, reason = "the section is in memory.x")]
#[unsafe(link_section = ".canned")]
static VECTORS: [u8; FILE.len()] = *include_bytes!(concat!(env!("OUT_DIR"), "/vectors.bin"));

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut rest = VECTORS.as_slice();
    // Accepted and refused ones of each algorithm.
    let mut tallies = [[0_u32; 2]; 5];
    while !rest.is_empty() {
        let Some((algorithm, is_valid, as_expected)) = vector(&mut rest) else { exit(false) };
        let Some(tally) = tallies.get_mut(usize::from(algorithm)) else { exit(false) };
        if !as_expected {
            print("a vector came out wrong\n");
            exit(false);
        }
        tally[usize::from(is_valid)] += 1;
    }
    exit(tallies.as_flattened().iter().all(|count| *count > 0))
}

/// Verifies the first of the vectors: says of which algorithm it is, whether it is valid, and
/// whether it was taken so.
fn vector(rest: &mut &'static [u8]) -> Option<(u8, bool, bool)> {
    let ([algorithm, is_valid], behind) = rest.split_first_chunk()?;
    *rest = behind;
    let (a, b, message, signature) = (part(rest)?, part(rest)?, part(rest)?, part(rest)?);
    let (verifier, key): (&dyn SignatureVerifier, _) = match algorithm {
        0 => (&Rs256, PublicKey::Rsa { n: a, e: b }),
        1 => (&Ps256, PublicKey::Rsa { n: a, e: b }),
        2 => (&Es256, PublicKey::P256 { x: a, y: b }),
        3 => (&Es384, PublicKey::P384 { x: a, y: b }),
        4 => (&EdDsa, PublicKey::Ed25519 { x: a }),
        _ => return None,
    };
    let is_valid = *is_valid == 1;
    let accepted = verifier.verify(key, message, signature).is_ok();
    Some((*algorithm, is_valid, accepted == is_valid))
}

fn part(rest: &mut &'static [u8]) -> Option<&'static [u8]> {
    let (len, behind) = rest.split_first_chunk()?;
    let (part, behind) = behind.split_at_checked(u16::from_be_bytes(*len).into())?;
    *rest = behind;
    Some(part)
}
