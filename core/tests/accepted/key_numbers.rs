//! Numbers of keys: leading zero bytes, and `=` at the end.

use onerealm_core::{IdTokenError, JwksError, JwsAlgorithm, JwsError};
use serde_json::json;

use crate::common::{Provider, Trial, base64url, from_base64url, jws_error, key_error, rsa_member};

/// Judges a good token by a key of which one member is another.
fn judge(algorithm: JwsAlgorithm, member: &str, value: &str) -> Result<(), IdTokenError> {
    let mut trial = Trial::of(Provider::signing_with(algorithm));
    trial.keys["keys"][0][member] = value.into();
    trial.judge_claims(|_| ())
}

/// The number with so many zero bytes before it and so many `=` behind it.
fn spelled(number: &[u8], zeros: usize, padding: usize) -> String {
    let bytes = [&vec![0; zeros], number].concat();
    base64url(&bytes) + &"=".repeat(padding)
}

#[test]
fn a_modulus_and_an_exponent_are_numbers_however_many_zeros_lead_them() {
    for member in ["n", "e"] {
        let number = from_base64url(&rsa_member(member));
        for zeros in [1, 2, 3, 4, 5, 6, 7, 63, 256, 257, 300, 1000, 20_000] {
            for padding in [0, 1, 2] {
                let verdict = judge(JwsAlgorithm::Rs256, member, &spelled(&number, zeros, padding));
                assert_eq!(verdict, Ok(()), "{member} with {zeros} zeros and {padding} signs");
            }
        }
    }
}

#[test]
fn padding_is_no_part_of_a_number() {
    for (algorithm, members) in [
        (JwsAlgorithm::Rs256, &["n", "e"][..]),
        (JwsAlgorithm::Ps512, &["n", "e"]),
        (JwsAlgorithm::Es256, &["x", "y"]),
        (JwsAlgorithm::Es384, &["x", "y"]),
        (JwsAlgorithm::EdDsa, &["x"]),
    ] {
        for padding in ["=", "=="] {
            let mut trial = Trial::of(Provider::signing_with(algorithm));
            for member in members {
                let key = &mut trial.keys["keys"][0];
                key[*member] = format!("{}{padding}", key[*member].as_str().unwrap()).into();
                assert_eq!(trial.judge_claims(|_| ()), Ok(()), "{algorithm} {member} {padding}");
            }
        }
    }
}

#[test]
fn the_limits_are_for_the_number_and_not_for_its_spelling() {
    let size = |bits| key_error(JwksError::RsaSize { bits });
    let not_ours = jws_error(JwsError::Signature);
    let number = |bits: usize| {
        let mut number = vec![0xff; bits.div_ceil(8)];
        number[0] >>= number.len() * 8 - bits;
        number
    };
    for zeros in [0, 1, 2, 3, 4, 257] {
        for padding in [0, 2] {
            for (bits, expected) in [
                (1024, size(1024)),
                (2047, size(2047)),
                (2048, not_ours),
                (4095, not_ours),
                (4096, not_ours),
            ] {
                let value = spelled(&number(bits), zeros, padding);
                let verdict = judge(JwsAlgorithm::Rs256, "n", &value);
                assert_eq!(verdict, expected, "{bits} bits behind {zeros} zeros, {padding} signs");
            }
            // Of a number that no buffer has to hold, only the order of its size is told.
            for bits in [4097, 4104, 4112, 4120, 8192, 16_384] {
                let verdict =
                    judge(JwsAlgorithm::Rs256, "n", &spelled(&number(bits), zeros, padding));
                let Err(IdTokenError::Jws {
                    error: JwsError::Key { error: JwksError::RsaSize { bits: told } },
                }) = verdict
                else {
                    panic!("{bits} bits behind {zeros} zeros: {verdict:?}")
                };
                assert!((bits..bits + 24).contains(&told), "{bits} {told}");
            }
            for (number, expected) in [
                (&[3][..], not_ours),
                (&[0xff; 4], not_ours),
                (&[], key_error(JwksError::Malformed)),
                (&[1], key_error(JwksError::Malformed)),
                (&[2], key_error(JwksError::Malformed)),
                (&[1, 0, 0], key_error(JwksError::Malformed)),
                (&[1, 0, 0, 0, 1], key_error(JwksError::Malformed)),
                (&[0xff; 6], key_error(JwksError::Malformed)),
                (&[0xff; 4096], key_error(JwksError::Malformed)),
            ] {
                let value = spelled(number, zeros, padding);
                let verdict = judge(JwsAlgorithm::Rs256, "e", &value);
                assert_eq!(verdict, expected, "{number:?} behind {zeros} zeros, {padding} signs");
            }
        }
    }
}

#[test]
fn what_is_no_number_stays_refused() {
    let good = rsa_member("n");
    for value in [
        "".to_owned(),
        "=".to_owned(),
        "==".to_owned(),
        "A".to_owned(),
        "AA==".to_owned(),
        "AAAA".to_owned(),
        "A".repeat(1000),
        format!("={good}"),
        format!("{}={}", &good[..100], &good[100..]),
        format!("{good}=A"),
        format!("{good}= "),
        format!("{good}\n"),
        format!("{good}\n=="),
        format!("AAAA\n{good}"),
        format!("AAAA={good}"),
        format!("%AAA{good}"),
        good.replace('-', "+").replace('_', "/"),
    ] {
        let verdict = judge(JwsAlgorithm::Rs256, "n", &value);
        assert_eq!(verdict, key_error(JwksError::Malformed), "{value:?}");
    }
}

#[test]
fn a_coordinate_has_the_length_of_its_curve_zeros_and_all() {
    let mut trial = Trial::of(Provider::signing_with(JwsAlgorithm::Es256));
    let good = trial.keys["keys"][0]["x"].as_str().unwrap().to_owned();
    let good = from_base64url(&good);
    for value in [
        spelled(&good, 1, 0),
        spelled(&good, 1, 2),
        spelled(&good, 3, 0),
        spelled(&good[1..], 0, 0),
        spelled(&good[1..], 0, 1),
        spelled(&[], 0, 43),
        format!("={}", base64url(&good)),
    ] {
        trial.keys["keys"][0]["x"] = json!(value);
        assert_eq!(trial.judge_claims(|_| ()), key_error(JwksError::Malformed), "{value}");
    }
}
