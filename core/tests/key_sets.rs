//! The provider's keys (RFC 7517): which are used, which are passed over, which are refused.

mod common;

use common::{
    Provider, Trial, base64url, from_base64url, jws_error, key_error, ok_json, rsa_member,
};
use onerealm_core::wire::{JsonError, JsonProblem};
use onerealm_core::{
    HttpResponse, IdTokenError, JwksError, JwksRequest, JwsAlgorithm, JwsError, Method,
    ResponseError,
};
use serde_json::{Value, json};

/// How many keys of a set are usable, or why it is refused.
fn usable(response: HttpResponse<'_>) -> Result<usize, JwksError> {
    Trial::new().login(|login| {
        let request = JwksRequest::new(login.relying_party.metadata());
        request.response(response).map(|keys| keys.usable())
    })
}

/// Judges a good token with a key set that `bend` makes of the key it is signed with.
fn judge(algorithm: JwsAlgorithm, bend: impl FnOnce(&mut Value)) -> Result<(), IdTokenError> {
    let mut trial = Trial::of(Provider::signing_with(algorithm));
    bend(&mut trial.keys["keys"]);
    trial.judge_claims(|_| ())
}

#[test]
fn the_keys_are_asked_for_where_metadata_says() {
    let mut trial = Trial::new();
    trial.discovery["jwks_uri"] = "https://keys.example/t?a=b&c=%20".into();
    trial.login(|login| {
        let mut buf = [0; 128];
        let request = JwksRequest::new(login.relying_party.metadata()).request(&mut buf).unwrap();
        assert_eq!(
            (request.method, request.url),
            (Method::Get, "https://keys.example/t?a=b&c=%20")
        );
        assert_eq!((request.authorization, request.body), (None, &b""[..]));
    });
}

#[test]
fn case_085_keys_of_other_kinds_are_passed_over() {
    for stranger in [
        json!({"kty": "XYZ", "kid": "k1"}),
        json!({"kty": "EC", "crv": "secp256k1", "kid": "k1", "x": "AA", "y": "AA"}),
        json!({"kty": "EC", "crv": "P-521", "kid": "k1", "x": "AA", "y": "AA"}),
        json!({"kty": "EC", "crv": "Ed25519", "kid": "k1", "x": "AA"}),
        json!({"kty": "EC", "kid": "k1"}),
        json!({"kty": "OKP", "crv": "X25519", "kid": "k1", "x": "AA"}),
        json!({"kty": "OKP", "crv": "P-256", "kid": "k1", "x": "AA", "y": "AA"}),
        json!({"kty": "OKP", "crv": "P-384", "kid": "k1", "x": "AA", "y": "AA"}),
        json!({"kty": "ec", "crv": "P-256", "kid": "k1", "x": "AA", "y": "AA"}),
        json!({"kty": "okp", "crv": "Ed25519", "kid": "k1", "x": "AA"}),
        json!({"kty": "RSA1", "kid": "k1"}),
        json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "k1"}),
        json!({"kty": 1, "kid": "k1"}),
        json!({"kty": null, "kid": "k1"}),
        json!({"kid": "k1"}),
        json!({}),
        json!([]),
        json!("k1"),
        json!(7),
        json!(null),
        json!({"kty": "RSA", "kid": 1, "n": "AA", "e": "AQAB"}),
        json!({"kty": "RSA", "kid": "k1", "n": ["AA"], "e": "AQAB"}),
    ] {
        assert_eq!(usable(ok_json(&json!({"keys": [stranger]}).to_string())), Ok(0), "{stranger}");
        for at in [0, 1] {
            let verdict = judge(JwsAlgorithm::Es256, |keys| {
                keys.as_array_mut().unwrap().insert(at, stranger.clone());
            });
            assert_eq!(verdict, Ok(()), "{stranger} at {at}");
        }
    }
}

#[test]
fn case_085_a_key_without_kid_is_for_tokens_whose_kid_no_key_has() {
    let nameless = |keys: &mut Value| {
        keys[0].as_object_mut().unwrap().remove("kid");
    };
    assert_eq!(judge(JwsAlgorithm::Es256, nameless), Ok(()));
    assert_eq!(judge(JwsAlgorithm::Es256, |keys| keys[0]["kid"] = json!(null)), Ok(()));
    for other in [json!("k2"), json!(""), json!(1), json!([null])] {
        let verdict = judge(JwsAlgorithm::Es256, |keys| keys[0]["kid"] = other.clone());
        assert_eq!(verdict, key_error(JwksError::Unknown), "{other}");
    }
    let mut trial = Trial::new();
    nameless(&mut trial.keys["keys"]);
    assert_eq!(trial.judge_header(r#"{"alg":"ES256"}"#), Ok(()));
}

#[test]
fn case_086_private_members_are_not_looked_at() {
    let verdict = judge(JwsAlgorithm::Rs256, |keys| {
        for name in ["d", "p", "q", "dp", "dq", "qi"] {
            keys[0][name] = rsa_member(name).into();
        }
    });
    assert_eq!(verdict, Ok(()));
    for nonsense in [json!("AAAA"), json!(1), json!(null), json!({"d": []})] {
        let verdict = judge(JwsAlgorithm::Es256, |keys| keys[0]["d"] = nonsense.clone());
        assert_eq!(verdict, Ok(()), "{nonsense}");
    }
}

#[test]
fn case_087_a_symmetric_key_is_never_usable() {
    for key in [
        json!({"kty": "oct", "kid": "k1", "k": "c2VjcmV0", "alg": "HS256"}),
        json!({"kty": "oct", "kid": "k1", "k": "c2VjcmV0", "alg": "ES256", "use": "sig"}),
        json!({"kty": "oct", "crv": "P-256", "kid": "k1", "k": "c2VjcmV0"}),
    ] {
        assert_eq!(usable(ok_json(&json!({"keys": [key]}).to_string())), Ok(0), "{key}");
        let verdict = judge(JwsAlgorithm::Es256, |keys| keys[0] = key.clone());
        assert_eq!(verdict, key_error(JwksError::Unknown), "{key}");
    }
}

/// An odd number of exactly that many bits.
fn odd_number(bits: usize) -> String {
    let mut number = vec![0xff; bits.div_ceil(8)];
    number[0] >>= number.len() * 8 - bits;
    base64url(&number)
}

#[test]
fn case_088_rsa_keys_have_2048_to_4096_bits() {
    let size = |bits| key_error(JwksError::RsaSize { bits });
    for (bits, expected) in [
        (8, size(8)),
        (512, size(512)),
        (1024, size(1024)),
        (2040, size(2040)),
        (2047, size(2047)),
        // The signature has 256 bytes: it is of this length, but not by this key.
        (2048, jws_error(JwsError::Signature)),
        (2049, jws_error(JwsError::Signature)),
        (4096, jws_error(JwsError::Signature)),
        (4104, size(4104)),
        (8192, size(8192)),
        (16_384, size(16_384)),
        (65_536, size(65_536)),
    ] {
        let verdict = judge(JwsAlgorithm::Rs256, |keys| keys[0]["n"] = odd_number(bits).into());
        assert_eq!(verdict, expected, "{bits} bits");
    }
    let verdict = judge(JwsAlgorithm::Rs256, |keys| keys[0]["n"] = odd_number(4097).into());
    assert!(matches!(
        verdict,
        Err(IdTokenError::Jws {
            error: JwsError::Key { error: JwksError::RsaSize { bits: 4097.. } }
        })
    ));
}

#[test]
fn case_088_what_is_no_rsa_modulus_or_exponent_is_refused() {
    let modulus = from_base64url(&rsa_member("n"));
    let zero_led = [&[0], &modulus[..]].concat();
    let even = [&modulus[..255], &[0xa0]].concat();
    let not_ours = jws_error(JwsError::Signature);
    let malformed = key_error(JwksError::Malformed);
    for (member, value, expected) in [
        ("n", json!(rsa_member("n")), Ok(())),
        ("n", json!(base64url(&zero_led)), Ok(())),
        ("n", json!(base64url(&even)), malformed),
        ("n", json!(base64url(&[0])), malformed),
        ("n", json!(base64url(&[0; 256])), malformed),
        ("n", json!(""), malformed),
        ("n", json!(null), malformed),
        ("n", json!(format!("{}==", rsa_member("n"))), Ok(())),
        ("n", json!("%".repeat(342)), malformed),
        ("n", json!(format!("{}\n", rsa_member("n"))), malformed),
        ("e", json!("AQAB"), Ok(())),
        ("e", json!(base64url(&[3])), not_ours),
        ("e", json!(base64url(&[5])), not_ours),
        ("e", json!(base64url(&[0xff; 4])), not_ours),
        ("e", json!(base64url(&[0])), malformed),
        ("e", json!(base64url(&[1])), malformed),
        ("e", json!(base64url(&[2])), malformed),
        ("e", json!(base64url(&[4])), malformed),
        ("e", json!(base64url(&[1, 0, 0])), malformed),
        ("e", json!(base64url(&[0, 1, 0, 1])), Ok(())),
        ("e", json!(base64url(&[1, 0, 0, 0, 1])), malformed),
        ("e", json!(base64url(&[0xff; 4096])), malformed),
        ("e", json!(""), malformed),
        ("e", json!(null), malformed),
        ("e", json!("AQAB="), Ok(())),
        ("e", json!("AQ AB"), malformed),
    ] {
        let verdict = judge(JwsAlgorithm::Rs256, |keys| keys[0][member] = value.clone());
        assert_eq!(verdict, expected, "{member}: {value}");
    }
}

#[test]
fn case_089_coordinates_have_the_length_of_their_curve() {
    for (algorithm, len, members) in [
        (JwsAlgorithm::Es256, 32, &["x", "y"][..]),
        (JwsAlgorithm::Es384, 48, &["x", "y"]),
        (JwsAlgorithm::EdDsa, 32, &["x"]),
    ] {
        for member in members {
            for wrong in [0, 1, len - 1, len + 1, 2 * len, 10_000] {
                let verdict =
                    judge(algorithm, |keys| keys[0][*member] = base64url(&vec![1; wrong]).into());
                assert_eq!(
                    verdict,
                    key_error(JwksError::Malformed),
                    "{algorithm} {member} {wrong}"
                );
            }
            for wrong in [json!(null), json!("A".repeat(len)), json!("%".repeat(len * 4 / 3))] {
                let verdict = judge(algorithm, |keys| keys[0][*member] = wrong.clone());
                assert_eq!(
                    verdict,
                    key_error(JwksError::Malformed),
                    "{algorithm} {member} {wrong}"
                );
            }
        }
    }
}

#[test]
fn case_089_a_point_that_is_not_on_its_curve_is_no_key() {
    for (algorithm, len) in [(JwsAlgorithm::Es256, 32), (JwsAlgorithm::Es384, 48)] {
        for (x, y) in [(0, 0), (0, 1), (1, 0), (0xff, 0xff), (1, 1)] {
            let verdict = judge(algorithm, |keys| {
                keys[0]["x"] = base64url(&vec![x; len]).into();
                keys[0]["y"] = base64url(&vec![y; len]).into();
            });
            assert_eq!(verdict, jws_error(JwsError::Signature), "{algorithm} ({x}, {y})");
        }
    }
}

#[test]
fn case_090_of_keys_with_one_kid_exactly_one_fits() {
    let beside = |other: fn(&Value) -> Value| {
        judge(JwsAlgorithm::Es256, |keys| {
            let other = other(&keys[0]);
            keys.as_array_mut().unwrap().push(other);
        })
    };
    assert_eq!(beside(|_| Provider::new().jwk("k1")), key_error(JwksError::Ambiguous));
    assert_eq!(beside(|same| same.clone()), Ok(()));
    assert_eq!(beside(|_| Provider::signing_with(JwsAlgorithm::Rs256).jwk("k1")), Ok(()));
    assert_eq!(beside(|_| Provider::new().jwk("k2")), Ok(()));
    let for_encryption = |same: &Value| {
        let mut key = same.clone();
        key["use"] = "enc".into();
        key
    };
    assert_eq!(beside(for_encryption), Ok(()));
}

#[test]
fn case_091_only_keys_for_signatures_are_used() {
    let unknown = key_error(JwksError::Unknown);
    for (member, value, expected) in [
        ("use", json!("sig"), Ok(())),
        ("use", json!(null), Ok(())),
        ("use", json!("enc"), unknown),
        ("use", json!("SIG"), unknown),
        ("use", json!(""), unknown),
        ("use", json!(["sig"]), unknown),
        ("key_ops", json!(["verify"]), Ok(())),
        ("key_ops", json!(["sign", "verify"]), Ok(())),
        ("key_ops", json!(["sign"]), unknown),
        ("key_ops", json!(["encrypt", "wrapKey"]), unknown),
        ("key_ops", json!(["Verify"]), unknown),
        ("key_ops", json!([["verify"]]), unknown),
        ("key_ops", json!([]), unknown),
        ("key_ops", json!("verify"), unknown),
        ("key_ops", json!(null), unknown),
        ("key_ops", json!({"verify": true}), unknown),
    ] {
        let verdict = judge(JwsAlgorithm::Es256, |keys| keys[0][member] = value.clone());
        assert_eq!(verdict, expected, "{member}: {value}");
    }
    let verdict = judge(JwsAlgorithm::Es256, |keys| {
        keys[0].as_object_mut().unwrap().remove("use");
    });
    assert_eq!(verdict, Ok(()), "for no use in particular");
}

#[test]
fn case_095_what_is_no_key_set_is_refused() {
    let member = Err(JwksError::Response { error: ResponseError::Member });
    for (document, expected) in [
        ("{\"keys\":[]}", Ok(0)),
        ("{\"keys\":[{},{},[]]}", Ok(0)),
        ("{}", member),
        ("[]", member),
        ("null", member),
        ("{\"keys\":null}", member),
        ("{\"keys\":{}}", member),
        ("{\"keys\":\"[]\"}", member),
        ("{\"Keys\":[]}", member),
    ] {
        assert_eq!(usable(ok_json(document)), expected, "{document}");
    }
    assert_eq!(judge(JwsAlgorithm::Es256, |keys| *keys = json!([])), key_error(JwksError::Unknown));
    let html = HttpResponse { content_type: Some("text/html"), ..ok_json("<html>") };
    let error = ResponseError::ContentType;
    assert_eq!(usable(html), Err(JwksError::Response { error }));
    let own_type = Some("application/jwk-set+json");
    assert_eq!(usable(HttpResponse { content_type: own_type, ..ok_json("{\"keys\":[]}") }), Ok(0));
}

#[test]
fn case_095_many_keys_are_walked_and_a_document_that_is_too_long_is_refused() {
    let verdict = judge(JwsAlgorithm::Es256, |keys| {
        let strangers = (0..1000).map(|i| json!({"kty": "RSA", "kid": format!("x{i}"), "n": "AQ"}));
        keys.as_array_mut().unwrap().splice(0..0, strangers);
    });
    assert_eq!(verdict, Ok(()));
    assert_eq!(usable(ok_json(&json!({"keys": vec![json!({}); 10_000]}).to_string())), Ok(0));
    let document = json!({"keys": vec![Provider::new().jwk("k"); 10_000]}).to_string();
    let error =
        ResponseError::Json { error: JsonError { problem: JsonProblem::TooLong, at: 1 << 18 } };
    assert_eq!(usable(ok_json(&document)), Err(JwksError::Response { error }));
    assert_eq!(usable(ok_json(&" ".repeat(5 << 20))), Err(JwksError::Response { error }));
}

#[test]
fn case_096_a_redirect_is_no_key_set() {
    for status in [201, 204, 301, 302, 303, 307, 308, 304, 404, 500] {
        let error = ResponseError::Status { status };
        let redirect = HttpResponse { status, ..ok_json("{\"keys\":[]}") };
        assert_eq!(usable(redirect), Err(JwksError::Response { error }));
    }
}

#[test]
fn usable_keys_are_counted() {
    let keys = [JwsAlgorithm::Rs256, JwsAlgorithm::Es256, JwsAlgorithm::Es384, JwsAlgorithm::EdDsa]
        .map(|algorithm| Provider::signing_with(algorithm).jwk("k1"));
    assert_eq!(usable(ok_json(&json!({"keys": keys}).to_string())), Ok(4));
}

#[test]
fn malformed_keys_count_as_usable_but_not_as_decodable() {
    let good = Provider::signing_with(JwsAlgorithm::Rs256).jwk("good");
    let bent = |member: &str, value: &str| {
        let mut key = good.clone();
        key[member] = value.into();
        key
    };
    let keys = [bent("n", "AQ"), bent("n", "A\n=="), bent("e", "Ag"), good.clone()];
    let document = json!({"keys": keys}).to_string();
    let counted = Trial::new().login(|login| {
        let request = JwksRequest::new(login.relying_party.metadata());
        request.response(ok_json(&document)).map(|keys| (keys.usable(), keys.decodable()))
    });
    assert_eq!(counted, Ok((4, 1)));
}
