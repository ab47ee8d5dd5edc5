//! The envelope of an ID token: a JWS in compact form (RFC 7515, RFC 8725).

mod common;

use std::cell::RefCell;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{
    NOW, Provider, Ring, Trial, base64url, believe, from_base64url, jws_error, key_error, ok_json,
    rsa_member, token_response,
};
use onerealm_core::policy::{ID_TOKEN_LEN, KEY_ID_LEN};
use onerealm_core::wire::{JsonError, JsonProblem};
use onerealm_core::{
    IdTokenError, InvalidSignature, JwksError, JwsAlgorithm, JwsError, PublicKey, ResponseError,
    SignatureVerifier, TokenError,
};
use ring::hmac;
use serde_json::{Value, json};

const SIGNING: [JwsAlgorithm; 9] = [
    JwsAlgorithm::Rs256,
    JwsAlgorithm::Rs384,
    JwsAlgorithm::Rs512,
    JwsAlgorithm::Ps256,
    JwsAlgorithm::Ps384,
    JwsAlgorithm::Ps512,
    JwsAlgorithm::Es256,
    JwsAlgorithm::Es384,
    JwsAlgorithm::EdDsa,
];

/// The three parts of a token.
fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

fn with_header(bend: impl FnOnce(&mut Value)) -> String {
    let mut header = json!({"alg": "ES256", "typ": "JWT", "kid": "k1"});
    bend(&mut header);
    header.to_string()
}

fn header_json(problem: JsonProblem, at: usize) -> Result<(), IdTokenError> {
    jws_error(JwsError::HeaderJson { error: JsonError { problem, at } })
}

#[test]
fn each_algorithm_that_has_a_verifier_is_accepted() {
    for algorithm in SIGNING {
        let trial = Trial::of(Provider::signing_with(algorithm));
        assert_eq!(trial.judge_claims(|_| ()), Ok(()), "{algorithm}");
    }
}

#[test]
fn each_algorithm_that_has_no_verifier_is_refused() {
    for algorithm in SIGNING {
        let mut trial = Trial::of(Provider::signing_with(algorithm));
        trial.verifiers.retain(|verifier| verifier.algorithm() != algorithm);
        let expected = jws_error(JwsError::AlgorithmNotAllowed { algorithm });
        assert_eq!(trial.judge_claims(|_| ()), expected, "{algorithm}");
    }
}

#[test]
fn case_001_to_006_none_and_symmetric_algorithms_are_refused_however_they_are_spelled() {
    let trial = Trial::new();
    for alg in [
        "none", "NoNe", "NONE", "None", "none ", " none", "", "HS256", "HS384", "HS512", "hs256",
        "es256", "Es256", "ES256 ", "ES256\0", "ES256K", "ES512", "RS1", "RSA1_5", "A128KW", "dir",
        "ed25519", "Ed448", "eddsa",
    ] {
        let header = with_header(|header| header["alg"] = alg.into());
        assert_eq!(trial.judge_header(&header), jws_error(JwsError::AlgorithmUnknown), "{alg:?}");
        let unsigned = trial.judge(|nonce| {
            let token = trial.provider.sign_raw(&header, &trial.claims(nonce).to_string());
            let [header, payload, _] = parts(&token);
            format!("{header}.{payload}.")
        });
        assert_eq!(unsigned, jws_error(JwsError::AlgorithmUnknown), "{alg:?} without signature");
    }
    for header in [
        json!({"kid": "k1"}),
        json!({"alg": null, "kid": "k1"}),
        json!({"alg": 256, "kid": "k1"}),
        json!({"alg": ["ES256"], "kid": "k1"}),
        json!({"ALG": "ES256", "kid": "k1"}),
    ] {
        let verdict = trial.judge_header(&header.to_string());
        assert_eq!(verdict, jws_error(JwsError::Header), "{header}");
    }
}

#[test]
fn case_004_to_006_a_public_key_is_no_hmac_key() {
    let trial = Trial::of(Provider::signing_with(JwsAlgorithm::Rs256));
    for key in hmac_keys() {
        let verdict = trial.judge(|nonce| {
            let header = base64url(br#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#);
            let payload = base64url(trial.claims(nonce).to_string().as_bytes());
            let signed = format!("{header}.{payload}");
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
            format!("{signed}.{}", base64url(tag.as_ref()))
        });
        let shown = String::from_utf8_lossy(&key);
        assert_eq!(verdict, jws_error(JwsError::AlgorithmUnknown), "{shown}");
    }
}

/// What a verifier that knows HMAC might be brought to take for its key: the RSA key in all its
/// encodings, the client secret, nothing.
fn hmac_keys() -> Vec<Vec<u8>> {
    let modulus = from_base64url(&rsa_member("n"));
    let pkcs1 = [b"\x30\x82\x01\x0a\x02\x82\x01\x01\x00", &modulus[..], b"\x02\x03\x01\x00\x01"];
    let pkcs1 = pkcs1.concat();
    let spki = b"\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let spki = [&spki[..], b"\x03\x82\x01\x0f\x00", &pkcs1].concat();
    let jwk = Provider::signing_with(JwsAlgorithm::Rs256).jwk("k1");

    let mut keys = vec![modulus];
    for (label, der) in [("RSA PUBLIC KEY", &pkcs1), ("PUBLIC KEY", &spki)] {
        let base64 = STANDARD.encode(der);
        for line_end in ["\n", "\r\n"] {
            let lines: Vec<_> = base64
                .as_bytes()
                .chunks(64)
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            let lines = lines.join(line_end);
            let pem =
                format!("-----BEGIN {label}-----{line_end}{lines}{line_end}-----END {label}-----");
            keys.push(pem.clone().into_bytes());
            keys.push((pem + line_end).into_bytes());
        }
        keys.push(der.clone());
        keys.push(base64.into_bytes());
    }
    keys.push(jwk.to_string().into_bytes());
    for text in [&rsa_member("n"), "AQAB", "RSA", "RS256", "k1", "s3cret", ""] {
        keys.push(text.as_bytes().to_vec());
    }
    keys
}

#[test]
fn case_007_to_009_keys_in_the_header_are_not_looked_at() {
    let attacker = Provider::new();
    let trial = Trial::new();
    for (name, value) in [
        ("jwk", attacker.jwk("k1")),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/chain")),
        ("x5c", json!(["good", "bad"])),
        ("x5c", json!(["bad", "good"])),
        ("x5t", json!("AAAA")),
    ] {
        let header = with_header(|header| header[name] = value.clone());
        assert_eq!(trial.judge_header(&header), Ok(()), "{name} in a good token");
        let forged = |header: &str| {
            trial.judge(|nonce| attacker.sign_raw(header, &trial.claims(nonce).to_string()))
        };
        assert_eq!(forged(&header), jws_error(JwsError::Signature), "{name}");
        let other_kid = header.replace("\"k1\"", "\"evil\"");
        assert_eq!(forged(&other_kid), key_error(JwksError::Unknown), "{name} with its own kid");
    }
}

#[test]
fn case_010_a_kid_is_only_ever_compared() {
    let mut trial = Trial::new();
    let long = "k".repeat(KEY_ID_LEN);
    for kid in [
        "../../dev/null",
        "' OR 1=1 --",
        "https://evil.example/key",
        "\0",
        "k1\0",
        "K1",
        "",
        "{\"kty\":\"EC\"}",
        "ключ",
        &long,
    ] {
        let header = with_header(|header| header["kid"] = kid.into());
        trial.keys = json!({"keys": [trial.provider.jwk("k1")]});
        assert_eq!(trial.judge_header(&header), key_error(JwksError::Unknown), "{kid:?}");
        trial.keys = json!({"keys": [trial.provider.jwk("other"), trial.provider.jwk(kid)]});
        assert_eq!(trial.judge_header(&header), Ok(()), "{kid:?} is published");
    }
    for len in [KEY_ID_LEN + 1, 10_000] {
        let kid = "k".repeat(len);
        trial.keys = json!({"keys": [trial.provider.jwk(&kid)]});
        let header = with_header(|header| header["kid"] = kid.into());
        assert_eq!(trial.judge_header(&header), jws_error(JwsError::Header), "{len} characters");
    }
}

#[test]
fn case_011_a_kid_is_a_string() {
    let trial = Trial::new();
    for kid in [json!(1), json!({}), json!(["k1"]), json!(null), json!(true)] {
        let header = with_header(|header| header["kid"] = kid.clone());
        assert_eq!(trial.judge_header(&header), jws_error(JwsError::Header), "{kid}");
    }
}

#[test]
fn case_012_without_kid_the_only_key_that_fits_is_used() {
    let mut trial = Trial::new();
    let header = r#"{"alg":"ES256"}"#;
    assert_eq!(trial.judge_header(header), Ok(()));
    let others = [JwsAlgorithm::Rs256, JwsAlgorithm::Es384, JwsAlgorithm::EdDsa]
        .map(|algorithm| Provider::signing_with(algorithm).jwk("k1"));
    trial.keys["keys"].as_array_mut().unwrap().extend(others);
    assert_eq!(trial.judge_header(header), Ok(()), "beside keys of other kinds");
    trial.keys["keys"].as_array_mut().unwrap().remove(0);
    assert_eq!(trial.judge_header(header), key_error(JwksError::Unknown), "other kinds only");
}

#[test]
fn case_013_without_kid_two_keys_that_fit_are_one_too_many() {
    let mut trial = Trial::new();
    trial.keys = json!({"keys": [trial.provider.jwk("k1"), Provider::new().jwk("k2")]});
    let verdict = trial.judge_header(r#"{"alg":"ES256"}"#);
    assert_eq!(verdict, key_error(JwksError::Ambiguous));
    assert_eq!(trial.judge_claims(|_| ()), Ok(()), "with kid");
}

#[test]
fn case_014_a_kid_that_names_an_unfit_key_is_refused_though_another_key_would_fit() {
    let wrong_kind = key_error(JwksError::WrongKind { algorithm: JwsAlgorithm::Es256 });
    let unknown = key_error(JwksError::Unknown);
    let bent = |name: &str, value: &str| {
        let mut key = Provider::new().jwk("k1");
        key[name] = value.into();
        key
    };
    let of = |algorithm| Provider::signing_with(algorithm).jwk("k1");
    for (key, expected) in [
        (of(JwsAlgorithm::Rs256), wrong_kind),
        (of(JwsAlgorithm::Es384), wrong_kind),
        (of(JwsAlgorithm::EdDsa), wrong_kind),
        (bent("alg", "ES384"), wrong_kind),
        (bent("alg", "es256"), wrong_kind),
        (bent("alg", "Ed25519"), wrong_kind),
        (bent("use", "enc"), unknown),
        (bent("kty", "oct"), unknown),
        (bent("kty", "ec"), unknown),
        (bent("crv", "secp256k1"), unknown),
    ] {
        let mut trial = Trial::new();
        trial.keys = json!({"keys": [trial.provider.jwk("other"), key.clone()]});
        assert_eq!(trial.judge_claims(|_| ()), expected, "{key}");
    }
}

/// Judges a token whose signature is replaced.
fn judge_signature(
    trial: &Trial,
    signature: impl FnOnce(Vec<u8>) -> Vec<u8>,
) -> Result<(), IdTokenError> {
    trial.judge(|nonce| {
        let token = trial.provider.sign(&trial.claims(nonce));
        let (signed, good) = token.rsplit_once('.').unwrap();
        format!("{signed}.{}", base64url(&signature(from_base64url(good))))
    })
}

/// The order of the group of P-256.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

#[test]
fn case_015_the_numbers_of_an_ecdsa_signature_are_in_range() {
    let mut one = [0; 32];
    one[31] = 1;
    let mut before_order = P256_ORDER;
    before_order[31] -= 1;
    let numbers = [[0; 32], one, before_order, P256_ORDER];
    let trial = Trial::new();
    for r in numbers {
        for s in numbers {
            let verdict = judge_signature(&trial, |_| [r, s].concat());
            assert_eq!(verdict, jws_error(JwsError::Signature), "{r:x?} {s:x?}");
        }
    }
}

#[test]
fn case_016_and_020_a_signature_has_the_length_that_its_key_gives_it() {
    for (algorithm, len) in [
        (JwsAlgorithm::Es256, 64),
        (JwsAlgorithm::Es384, 96),
        (JwsAlgorithm::EdDsa, 64),
        (JwsAlgorithm::Rs256, 256),
        (JwsAlgorithm::Ps256, 256),
    ] {
        let mut trial = Trial::of(Provider::signing_with(algorithm));
        assert_eq!(
            judge_signature(&trial, |good| {
                assert_eq!(good.len(), len);
                good
            }),
            Ok(())
        );
        let refuse = |change: fn(Vec<u8>) -> Vec<u8>, trial: &Trial| {
            let verdict = judge_signature(trial, change);
            assert_eq!(verdict, jws_error(JwsError::Signature), "{algorithm}");
        };
        let changes: [fn(Vec<u8>) -> Vec<u8>; 6] = [
            |_| vec![],
            |good| good[1..].to_vec(),
            |good| good[..good.len() - 1].to_vec(),
            |good| [&[0], &good[..]].concat(),
            |good| [&good[..], &[0]].concat(),
            |good| [&good[..], &good[..]].concat(),
        ];
        changes.iter().for_each(|change| refuse(*change, &trial));
        // The core sees to it, whatever the verifier would say.
        trial.verifiers = vec![Box::leak(Box::new(Gullible(algorithm)))];
        changes.iter().for_each(|change| refuse(*change, &trial));
        assert_eq!(judge_signature(&trial, |good| vec![0; good.len()]), Ok(()));
    }
}

/// Accepts every signature.
struct Gullible(JwsAlgorithm);

impl SignatureVerifier for Gullible {
    fn algorithm(&self) -> JwsAlgorithm {
        self.0
    }

    fn verify(&self, _: PublicKey<'_>, _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
        Ok(())
    }
}

#[test]
fn case_016_an_ecdsa_signature_is_not_in_der() {
    let trial = Trial::new();
    let verdict = judge_signature(&trial, |good| {
        let integer = |number: &[u8]| {
            let number = [&[0], number].concat();
            [&[2, number.len() as u8], &number[..]].concat()
        };
        let body = [integer(&good[..32]), integer(&good[32..])].concat();
        [&[0x30, body.len() as u8], &body[..]].concat()
    });
    assert_eq!(verdict, jws_error(JwsError::Signature));
}

#[test]
fn case_017_an_algorithm_takes_keys_of_its_own_curve_only() {
    for (header, key) in [
        (JwsAlgorithm::Es256, JwsAlgorithm::Es384),
        (JwsAlgorithm::Es384, JwsAlgorithm::Es256),
        (JwsAlgorithm::Es256, JwsAlgorithm::EdDsa),
        (JwsAlgorithm::EdDsa, JwsAlgorithm::Es256),
        (JwsAlgorithm::Rs256, JwsAlgorithm::Es256),
        (JwsAlgorithm::Es256, JwsAlgorithm::Rs256),
        (JwsAlgorithm::Ps512, JwsAlgorithm::EdDsa),
    ] {
        let trial = Trial::of(Provider::signing_with(key));
        let named = format!(r#"{{"alg":"{header}","kid":"k1"}}"#);
        let wrong_kind = key_error(JwksError::WrongKind { algorithm: header });
        assert_eq!(trial.judge_header(&named), wrong_kind, "{header} with a key for {key}");
        let unnamed = format!(r#"{{"alg":"{header}"}}"#);
        assert_eq!(trial.judge_header(&unnamed), key_error(JwksError::Unknown), "{header}");
    }
}

#[test]
fn case_018_a_key_that_names_its_algorithm_is_used_with_no_other() {
    use JwsAlgorithm::*;
    for (algorithm, alg, fits) in [
        (Rs256, "RS256", true),
        (Ps256, "RS256", false),
        (Rs256, "PS256", false),
        (Rs512, "RS256", false),
        (Rs256, "rs256", false),
        (Rs256, "RSA-OAEP", false),
        (Es256, "ES256", true),
        (Es256, "Ed25519", false),
        (EdDsa, "EdDSA", true),
        (EdDsa, "Ed25519", true),
        (EdDsa, "Ed448", false),
    ] {
        let mut trial = Trial::of(Provider::signing_with(algorithm));
        trial.keys["keys"][0]["alg"] = alg.into();
        let expected = if fits { Ok(()) } else { key_error(JwksError::WrongKind { algorithm }) };
        assert_eq!(trial.judge_claims(|_| ()), expected, "{algorithm} with a key for {alg}");
    }
}

#[test]
fn case_019_a_signature_by_another_scheme_with_the_same_key_is_refused() {
    use JwsAlgorithm::*;
    let schemes = [Rs256, Rs384, Rs512, Ps256, Ps384, Ps512];
    for signed in schemes {
        let trial = Trial::of(Provider::signing_with(signed));
        for claimed in schemes.into_iter().filter(|claimed| *claimed != signed) {
            let header = format!(r#"{{"alg":"{claimed}","kid":"k1"}}"#);
            let verdict = trial.judge_header(&header);
            assert_eq!(verdict, jws_error(JwsError::Signature), "{signed} as {claimed}");
        }
    }
}

#[test]
fn case_020_an_rsa_signature_is_a_number_below_the_modulus() {
    let trial = Trial::of(Provider::signing_with(JwsAlgorithm::Rs256));
    for signature in [from_base64url(&rsa_member("n")), vec![0xff; 256], vec![0; 256]] {
        let verdict = judge_signature(&trial, |_| signature.clone());
        assert_eq!(verdict, jws_error(JwsError::Signature), "{signature:x?}");
    }
}

#[test]
fn case_021_an_ed25519_signature_has_its_one_canonical_form() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let trial = Trial::of(Provider::signing_with(JwsAlgorithm::EdDsa));
    let verdict = judge_signature(&trial, |mut good| {
        let mut carry = 0;
        for (byte, order) in good[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
        good
    });
    assert_eq!(verdict, jws_error(JwsError::Signature));
}

#[test]
fn case_022_to_028_extensions_are_refused() {
    let trial = Trial::new();
    for (name, value, expected) in [
        ("crit", json!(["x"]), JwsError::Critical),
        ("crit", json!([]), JwsError::Critical),
        ("crit", json!("x"), JwsError::Critical),
        ("crit", json!(null), JwsError::Critical),
        ("crit", json!(["alg"]), JwsError::Critical),
        ("crit", json!(["absent", "absent"]), JwsError::Critical),
        ("b64", json!(false), JwsError::Critical),
        ("b64", json!(true), JwsError::Critical),
        ("zip", json!("DEF"), JwsError::Critical),
        ("enc", json!("A128GCM"), JwsError::Critical),
        ("cty", json!("JWT"), JwsError::ContentType),
        ("cty", json!("application/json"), JwsError::ContentType),
        ("cty", json!(null), JwsError::ContentType),
    ] {
        let header = with_header(|header| header[name] = value.clone());
        assert_eq!(trial.judge_header(&header), jws_error(expected), "{name}: {value}");
    }
    let b64 = r#"{"alg":"ES256","kid":"k1","crit":["b64"],"b64":false}"#;
    assert_eq!(trial.judge_header(b64), jws_error(JwsError::Critical));
}

#[test]
fn case_026_a_token_inside_a_token_is_refused() {
    let trial = Trial::new();
    let nested = trial.judge(|nonce| {
        let inner = trial.provider.sign(&trial.claims(nonce));
        trial.provider.sign_raw(&trial.provider.header().to_string(), &inner)
    });
    let error = JsonError { problem: JsonProblem::Unexpected, at: 0 };
    assert_eq!(nested, Err(IdTokenError::Json { error }));
    let quoted = trial.judge(|nonce| {
        let inner = trial.provider.sign(&trial.claims(nonce));
        trial.provider.sign(&inner.into())
    });
    assert_eq!(quoted, Err(IdTokenError::NotAnObject));
}

#[test]
fn case_027_and_084_a_typ_of_another_kind_of_token_is_refused() {
    let trial = Trial::new();
    for typ in ["JWT", "jwt", "Jwt", "ID+JWT", "id+jwt", "application/jwt", "APPLICATION/ID+JWT"] {
        let header = with_header(|header| header["typ"] = typ.into());
        assert_eq!(trial.judge_header(&header), Ok(()), "{typ}");
    }
    assert_eq!(trial.judge_header(r#"{"alg":"ES256","kid":"k1"}"#), Ok(()), "no typ");
    assert_eq!(trial.judge_header(r#"{"alg":"ES256","kid":"k1","typ":"\u004aWT"}"#), Ok(()));
    for typ in [
        json!("at+jwt"),
        json!("application/at+jwt"),
        json!("logout+jwt"),
        json!("secevent+jwt"),
        json!("dpop+jwt"),
        json!("JOSE+JSON"),
        json!("JWT "),
        json!("JWT\0"),
        json!("xJWT"),
        json!("application/application/jwt"),
        json!(""),
        json!(1),
        json!(["JWT"]),
    ] {
        let header = with_header(|header| header["typ"] = typ.clone());
        assert_eq!(trial.judge_header(&header), jws_error(JwsError::Type), "{typ}");
    }
}

#[test]
fn case_029_and_030_a_token_has_three_parts() {
    let empty_header = header_json(JsonProblem::Truncated, 0);
    let trial = Trial::new();
    for (shape, expected) in [
        ("h.p.s", Ok(())),
        ("h", jws_error(JwsError::NotCompact)),
        ("h.p", jws_error(JwsError::NotCompact)),
        ("h.p.s.", jws_error(JwsError::NotCompact)),
        (".h.p.s", jws_error(JwsError::NotCompact)),
        ("h.p.s.s", jws_error(JwsError::NotCompact)),
        ("h.p.s.s.s", jws_error(JwsError::Encrypted)),
        ("h.p.s..", jws_error(JwsError::Encrypted)),
        ("h.p.s.s.s.s", jws_error(JwsError::NotCompact)),
        (".", jws_error(JwsError::NotCompact)),
        ("..", empty_header),
        ("...", jws_error(JwsError::NotCompact)),
        ("....", jws_error(JwsError::Encrypted)),
        (".p.s", empty_header),
        ("h..s", jws_error(JwsError::Signature)),
        ("h.p.", jws_error(JwsError::Signature)),
        ("h..", jws_error(JwsError::Signature)),
    ] {
        let verdict = trial.judge(|nonce| {
            let token = trial.provider.sign(&trial.claims(nonce));
            let [header, payload, signature] = parts(&token);
            let part = |letter| match letter {
                'h' => header,
                'p' => payload,
                's' => signature,
                _ => ".",
            };
            shape.chars().map(part).collect()
        });
        assert_eq!(verdict, expected, "{shape}");
    }
    let header = base64url(trial.provider.header().to_string().as_bytes());
    let empty = trial.judge(|_| trial.provider.sign_parts(&header, ""));
    let error = JsonError { problem: JsonProblem::Truncated, at: 0 };
    assert_eq!(empty, Err(IdTokenError::Json { error }), "an empty payload that is signed");
}

#[test]
fn case_031_the_json_serialisations_are_refused() {
    let trial = Trial::new();
    trial.login(|login| {
        let token = trial.provider.sign(&trial.claims(&login.nonce));
        let [header, payload, signature] = parts(&token);
        let flattened = json!({"protected": header, "payload": payload, "signature": signature});
        let general = json!({
            "payload": payload, "signatures": [{"protected": header, "signature": signature}],
        });
        let member = TokenError::Response { error: ResponseError::Member };
        for (id_token, expected) in [
            (flattened.clone(), member),
            (general.clone(), member),
            (json!(flattened.to_string()), TokenError::NoIdToken),
            (json!(general.to_string()), TokenError::NoIdToken),
        ] {
            let body = json!({"access_token": "at", "token_type": "Bearer", "id_token": id_token});
            let error = login.exchange(ok_json(&body.to_string()), |id_token| id_token.err());
            assert_eq!(error, Some(expected), "{body}");
        }
    });
}

/// Spells a part otherwise.
type Respell = fn(&str) -> String;

/// What comes of a token one part of which is spelled otherwise, signed as it is spelled.
fn judge_spelling(trial: &Trial, which: usize, respell: Respell) -> Result<(), IdTokenError> {
    trial.judge(|nonce| {
        // Each part with trailing bits, and with the letters that the alphabets don't share.
        let mut claims = trial.claims(nonce);
        claims["x"] = "~~~~~".into();
        let header = with_header(|header| header["x"] = "~~~~~".into());
        let mut parts = [header, claims.to_string()].map(|mut text| {
            text.push_str([" ", "", "  "][text.len() % 3]);
            base64url(text.as_bytes())
        });
        if let Some(part) = parts.get_mut(which) {
            let respelled = respell(part);
            assert_ne!(*part, respelled);
            *part = respelled;
        }
        loop {
            let token = trial.provider.sign_parts(&parts[0], &parts[1]);
            let (signed, signature) = token.rsplit_once('.').unwrap();
            match respell(signature) {
                _ if which != 2 => return token,
                respelled if respelled != signature => return format!("{signed}.{respelled}"),
                _ => {}
            }
        }
    })
}

/// Sets a bit behind the last byte.
fn with_trailing_bit(part: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = part.split_at(part.len() - 1);
    let value = ALPHABET.iter().position(|letter| last.as_bytes() == [*letter]).unwrap();
    format!("{rest}{}", char::from(ALPHABET[value + 1]))
}

#[test]
fn case_032_to_034_each_part_has_its_one_canonical_spelling() {
    let trial = Trial::new();
    let spellings: [(&str, Respell); 6] = [
        ("padded", |part| format!("{part}==")),
        ("half padded", |part| format!("{part}=")),
        ("in the other alphabet", |part| part.replace('-', "+").replace('_', "/")),
        ("with a trailing bit", with_trailing_bit),
        ("with a letter too many", |part| format!("{part}AAA")),
        ("in lines", |part| format!("{} {}", &part[..4], &part[4..])),
    ];
    for (spelling, respell) in spellings {
        for (which, part) in ["header", "payload", "signature"].iter().enumerate() {
            let verdict = judge_spelling(&trial, which, respell);
            assert_eq!(verdict, jws_error(JwsError::Base64), "{part} {spelling}");
        }
        assert_eq!(judge_spelling(&trial, 3, respell), Ok(()), "nothing {spelling}");
    }
}

#[test]
fn case_035_white_space_in_or_around_a_token_is_refused() {
    let trial = Trial::new();
    trial.login(|login| {
        let token = trial.provider.sign(&trial.claims(&login.nonce));
        let dot = token.find('.').unwrap();
        let verdict = |id_token: &str| {
            login.exchange(ok_json(&token_response(id_token, "at")), |id_token| {
                let mut buf = [0; 4096];
                Ok(believe(id_token?, &login.keys, &trial.verifiers, NOW, &mut buf).map(|_| ()))
            })
        };
        assert_eq!(verdict(&token), Ok(Ok(())));
        for at in [0, 3, dot, dot + 1, token.len()] {
            for (inserted, expected) in [
                (" ", Ok(jws_error(JwsError::Base64))),
                ("\u{7f}", Ok(jws_error(JwsError::Base64))),
                ("\u{a0}", Ok(jws_error(JwsError::Base64))),
                // These have to be escaped in JSON, and no token has an escape.
                ("\t", Err(TokenError::NoIdToken)),
                ("\n", Err(TokenError::NoIdToken)),
                ("\r\n", Err(TokenError::NoIdToken)),
                ("\0", Err(TokenError::NoIdToken)),
            ] {
                let (before, behind) = token.split_at(at);
                let verdict = verdict(&format!("{before}{inserted}{behind}"));
                assert_eq!(verdict, expected, "{inserted:?} at {at}");
            }
        }
    });
}

#[test]
fn case_036_the_length_is_capped_before_anything_is_decoded() {
    let trial = Trial::new();
    trial.login(|login| {
        let verdict = |id_token: &str| {
            login.exchange(ok_json(&token_response(id_token, "at")), |id_token| {
                let id_token = id_token?;
                let mut buf = vec![0; id_token.buffer_needed()];
                Ok(believe(id_token, &login.keys, &trial.verifiers, NOW, &mut buf).map(|_| ()))
            })
        };
        let of_len = |len: usize| {
            let mut claims = trial.claims(&login.nonce);
            let spare = len - trial.provider.sign(&claims).len();
            // Header and payload each round up; one of the few lengths around it is the right one.
            (0..4)
                .flat_map(|spaces| (0..16).map(move |less| (spaces, spare * 3 / 4 - less)))
                .find_map(|(spaces, filler)| {
                    claims["x"] = "x".repeat(filler).into();
                    let header = trial.provider.header().to_string() + &" ".repeat(spaces);
                    let token = trial.provider.sign_raw(&header, &claims.to_string());
                    (token.len() == len).then_some(token)
                })
                .unwrap()
        };
        assert_eq!(verdict(&of_len(ID_TOKEN_LEN)), Ok(Ok(())));
        assert_eq!(verdict(&of_len(ID_TOKEN_LEN + 1)), Err(TokenError::IdTokenTooLong));
        let dots = ".".repeat(ID_TOKEN_LEN);
        assert_eq!(verdict(&dots), Ok(jws_error(JwsError::NotCompact)));
        for token in [".".repeat(140_000), "A".repeat(200_000)] {
            assert_eq!(verdict(&token), Err(TokenError::IdTokenTooLong));
        }
        let error = JsonError { problem: JsonProblem::TooLong, at: 1 << 18 };
        let error = TokenError::Response { error: ResponseError::Json { error } };
        assert_eq!(verdict(&"A".repeat(1 << 20)), Err(error));
    });
}

#[test]
fn case_037_a_header_is_an_object() {
    let trial = Trial::new();
    for header in ["[]", "\"x\"", "null", "1", "true", r#"[{"alg":"ES256"}]"#] {
        assert_eq!(trial.judge_header(header), jws_error(JwsError::Header), "{header}");
    }
    for (header, problem, at) in [
        ("", JsonProblem::Truncated, 0),
        ("{", JsonProblem::Truncated, 1),
        ("{}{}", JsonProblem::Trailing, 2),
        ("eyJ", JsonProblem::Unexpected, 0),
    ] {
        assert_eq!(trial.judge_header(header), header_json(problem, at), "{header}");
    }
}

#[test]
fn case_038_a_token_with_any_byte_changed_is_refused() {
    use JwsAlgorithm::*;
    for algorithm in [Rs256, Es256, Es384, EdDsa] {
        let trial = Trial::of(Provider::signing_with(algorithm));
        trial.login(|login| {
            let token = trial.provider.sign(&trial.claims(&login.nonce));
            let is_accepted = |token: &str| {
                login.exchange(ok_json(&token_response(token, "at")), |id_token| {
                    let mut buf = [0; 4096];
                    id_token.is_ok_and(|id_token| {
                        believe(id_token, &login.keys, &trial.verifiers, NOW, &mut buf).is_ok()
                    })
                })
            };
            assert!(is_accepted(&token));
            for (at, byte) in token.bytes().enumerate() {
                for changed in [byte ^ 1, byte ^ 0x20, b'.'] {
                    let mut other = token.clone().into_bytes();
                    other[at] = changed;
                    let other = String::from_utf8(other).unwrap();
                    assert!(other == token || !is_accepted(&other), "{at}: {changed}");
                }
                let shorter = [&token[..at], &token[at + 1..]].concat();
                assert!(!is_accepted(&shorter), "without {at}");
            }
        });
    }
}

#[test]
fn case_038_what_is_verified_is_what_is_read() {
    /// Remembers what it was given.
    struct Witness(Mutex<Vec<(Vec<u8>, Vec<u8>)>>);
    impl SignatureVerifier for Witness {
        fn algorithm(&self) -> JwsAlgorithm {
            JwsAlgorithm::Es256
        }
        fn verify(
            &self,
            key: PublicKey<'_>,
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), InvalidSignature> {
            self.0.lock().unwrap().push((message.to_vec(), signature.to_vec()));
            Ring(JwsAlgorithm::Es256).verify(key, message, signature)
        }
    }
    let mut trial = Trial::new();
    let witness: &Witness = Box::leak(Box::new(Witness(Mutex::default())));
    trial.verifiers = vec![witness];
    let token = RefCell::new(String::new());
    let claims = trial.judge_and_look(
        |nonce| {
            let claims = trial.claims(nonce).to_string();
            let header = trial.provider.header().to_string();
            *token.borrow_mut() = trial.provider.sign_raw(&header, &format!(" {claims}\n"));
            token.borrow().clone()
        },
        |identity| identity.id_token_claims().text().to_owned(),
    );
    let token = token.borrow();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let seen = witness.0.lock().unwrap();
    assert_eq!(*seen, [(signed.as_bytes().to_vec(), from_base64url(signature))]);
    let payload = String::from_utf8(from_base64url(parts(&token)[1])).unwrap();
    assert_eq!(claims.as_deref(), Ok(payload.trim()));
}

#[test]
fn a_buffer_that_is_too_small_is_told_how_much_is_enough() {
    for algorithm in [JwsAlgorithm::Es256, JwsAlgorithm::Rs256] {
        let trial = Trial::of(Provider::signing_with(algorithm));
        trial.login(|login| {
            let token = trial.provider.sign(&trial.claims(&login.nonce));
            let body = token_response(&token, "at");
            let verdict = |len: usize| {
                login.exchange(ok_json(&body), |id_token| {
                    let mut buf = vec![0; len];
                    let id_token = id_token.unwrap();
                    believe(id_token, &login.keys, &trial.verifiers, NOW, &mut buf).map(|_| ())
                })
            };
            let enough = login.exchange(ok_json(&body), |token| token.unwrap().buffer_needed());
            // What the documentation of `buffer_needed` promises.
            assert!(enough <= token.len() * 3 / 4 + 1280, "{enough}");
            for len in 0..enough {
                assert_eq!(verdict(len), jws_error(JwsError::Buffer { needed: enough }), "{len}");
            }
            assert_eq!((verdict(enough), verdict(enough + 1)), (Ok(()), Ok(())));
        });
    }
}

#[test]
fn the_longest_subject_and_the_largest_key_find_room_in_the_buffer() {
    let trial = Trial::of(Provider::signing_with(JwsAlgorithm::Es256));
    let subject = "s".repeat(255);
    let of = |subject: &str| {
        trial.judge_and_look(
            |nonce| {
                let mut claims = trial.claims(nonce);
                claims["sub"] = subject.into();
                trial.provider.sign(&claims)
            },
            |identity| identity.subject().to_owned(),
        )
    };
    assert_eq!(of(&subject).as_deref(), Ok(subject.as_str()));
    assert_eq!(of(&(subject + "s")), Err(IdTokenError::Subject));
}

#[test]
fn a_key_set_lacks_a_key_only_where_fetching_it_anew_may_help() {
    let attacker = Provider::new();
    for (header, expected) in [
        (r#"{"alg":"ES256","kid":"k1"}"#, Ok(false)),
        (r#"{"alg":"ES256","kid":"k2"}"#, Ok(true)),
        (r#"{"alg":"ES256"}"#, Ok(false)),
        (r#"{"alg":"RS256"}"#, Ok(true)),
        (r#"{"alg":"RS256","kid":"k1"}"#, Ok(false)),
        (r#"{"alg":"none"}"#, Err(JwsError::AlgorithmUnknown)),
        (r#"{"alg":"ES256","kid":1}"#, Err(JwsError::Header)),
    ] {
        let trial = Trial::new();
        trial.login(|login| {
            let body = token_response(&attacker.sign_raw(header, "{}"), "at");
            let lacks_key = login.exchange(ok_json(&body), |id_token| {
                let mut buf = [0; 4096];
                let opened = id_token.unwrap().open(&mut buf);
                opened.map(|token| token.lacks_key(&login.keys)).map_err(|refused| refused.error())
            });
            assert_eq!(
                lacks_key,
                expected.map_err(|error| IdTokenError::Jws { error }),
                "{header}"
            );
        });
    }
}
