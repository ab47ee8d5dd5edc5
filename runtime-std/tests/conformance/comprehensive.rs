//! Modules of the comprehensive plan that the code flow has.

use serde_json::json;

use crate::keys::Algorithm;
use crate::suite::*;

#[test]
fn oidcc_client_test_missing_aud() {
    let module = Module { claims: |claims| remove(claims, "aud"), ..MODULE };
    fails(module, "id_token_audience", [1, 0]);
}

#[test]
fn oidcc_client_test_userinfo_bearer_header() {
    let suite = Suite::start(MODULE);
    suite.check_user(&suite.login(ResponseMode::Query).unwrap());
    let requests = suite.requests_to("userinfo");
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(request.headers["authorization"].starts_with("Bearer "));
    assert_eq!(request.target, "/test/a/onerealm/userinfo");
    assert_eq!((request.method.as_str(), request.body.as_str()), ("GET", ""));
}

#[test]
fn oidcc_client_test_invalid_sig_es256() {
    let metadata = |metadata: &mut serde_json::Value| {
        metadata["id_token_signing_alg_values_supported"] = json!(["ES256"]);
    };
    let module = Module { algorithm: Algorithm::Es256, metadata, ..MODULE };
    passes(module);
    fails(Module { signature: flip, ..module }, "jws_signature", [1, 0]);
}

/// The module belongs to the implicit flow; an `at_hash` that is there is checked in ours too.
#[test]
fn oidcc_client_test_invalid_athash() {
    let claims =
        |claims: &mut serde_json::Value| claims["at_hash"] = json!("invalid_at_hash_value1");
    fails(Module { claims, ..MODULE }, "id_token_at_hash", [1, 0]);
}
