//! The modules of the basic profile, by redirect and by form post.

use serde_json::{Value, json};

use crate::keys::{Algorithm, Published};
use crate::suite::*;

#[test]
fn oidcc_client_test() {
    passes(MODULE);
}

#[test]
fn oidcc_client_test_invalid_iss() {
    fails(
        Module { claims: |claims| spoil(&mut claims["iss"]), ..MODULE },
        "id_token_issuer",
        [1, 0],
    );
}

#[test]
fn oidcc_client_test_missing_sub() {
    fails(Module { claims: |claims| remove(claims, "sub"), ..MODULE }, "id_token_sub", [1, 0]);
}

#[test]
fn oidcc_client_test_invalid_aud() {
    let module = Module { claims: |claims| spoil(&mut claims["aud"]), ..MODULE };
    fails(module, "id_token_audience", [1, 0]);
}

#[test]
fn oidcc_client_test_missing_iat() {
    let module = Module { claims: |claims| remove(claims, "iat"), ..MODULE };
    fails(module, "id_token_iat_missing", [1, 0]);
}

#[test]
fn oidcc_client_test_kid_absent_single_jwks() {
    passes(Module { keys: Published::OneOfEachWithoutKid, ..MODULE });
}

/// The suite lets a relying party try all keys, or refuse: ours refuses.
#[test]
fn oidcc_client_test_kid_absent_multiple_jwks() {
    fails(Module { keys: Published::ThreeOfEachWithoutKid, ..MODULE }, "key_ambiguous", [1, 0]);
}

#[test]
fn oidcc_client_test_idtoken_sig_rs256() {
    let metadata = |metadata: &mut serde_json::Value| {
        metadata["id_token_signing_alg_values_supported"] = json!(["RS256"]);
    };
    passes(Module { metadata, ..MODULE });
}

/// The suite lets a relying party accept it, or refuse: ours refuses.
#[test]
fn oidcc_client_test_idtoken_sig_none() {
    let module = Module { algorithm: Algorithm::None, ..MODULE };
    fails(module, "jws_algorithm_unknown", [1, 0]);
}

/// The suite lets a relying party trust the connection instead: ours verifies.
#[test]
fn oidcc_client_test_invalid_sig_rs256() {
    fails(Module { signature: flip, ..MODULE }, "jws_signature", [1, 0]);
}

#[test]
fn oidcc_client_test_userinfo_invalid_sub() {
    let module = Module { userinfo: |claims| spoil(&mut claims["sub"]), ..MODULE };
    fails(module, "userinfo_sub", [1, 1]);
}

#[test]
fn oidcc_client_test_nonce_invalid() {
    let module = Module { claims: |claims| spoil(&mut claims["nonce"]), ..MODULE };
    fails(module, "id_token_nonce", [1, 0]);
}

#[test]
fn oidcc_client_test_scope_userinfo_claims() {
    let suite = Suite::start(Module { properties: "scopes profile email phone address", ..MODULE });
    let user = suite.login(ResponseMode::Query).unwrap();
    suite.check_user(&user);
    let claims = Value::from(user.claims);
    for (claim, value) in [
        ("name", json!("Demo T. User")),
        ("email_verified", json!(false)),
        ("phone_number", json!("+1 555 5550000")),
        ("address", json!({ "locality": "Hollywood", "region": "CA" })),
    ] {
        assert_eq!(claims[claim], value);
    }
}

#[test]
fn oidcc_client_test_client_secret_basic() {
    let suite = Suite::start(MODULE);
    suite.check_user(&suite.login(ResponseMode::Query).unwrap());
    let requests = suite.requests_to("token");
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(client(request), Some((CLIENT_ID.to_owned(), SECRET.to_owned())));
    let form = parameters(&request.body);
    assert!(!form.contains_key("client_secret") && !form.contains_key("client_assertion"));
}
