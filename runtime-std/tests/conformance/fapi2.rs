//! Modules of the FAPI 2 security profile whose subject OpenID Connect has too.

use serde_json::{Value, json};

use crate::suite::*;

/// The profile's provider sends `iss` with its responses (RFC 9207).
const FAPI2: Module = Module {
    metadata: |metadata| {
        metadata["authorization_response_iss_parameter_supported"] = json!(true);
    },
    ..MODULE
};

#[test]
fn fapi2_security_profile_final_client_test_happy_path() {
    passes(FAPI2);
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_secondary_aud() {
    let claims = |claims: &mut Value| claims["aud"] = json!([CLIENT_ID, "other"]);
    let module = Module { claims, ..FAPI2 };
    fails(module, "id_token_untrusted_audience", [1, 0]);
    let trusting = Module { properties: "audiences other", ..module };
    passes(trusting);
    let claims = |claims: &mut Value| {
        claims["aud"] = json!([CLIENT_ID, "other"]);
        claims["azp"] = json!("other");
    };
    fails(Module { claims, ..trusting }, "id_token_azp", [1, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_valid_aud_as_array() {
    passes(Module { claims: |claims| claims["aud"] = json!([CLIENT_ID]), ..FAPI2 });
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_expired_exp() {
    let claims = |claims: &mut Value| claims["exp"] = json!(claims["iat"].as_u64().unwrap() - 360);
    fails(Module { claims, ..FAPI2 }, "id_token_expired", [1, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_missing_exp() {
    let module = Module { claims: |claims| remove(claims, "exp"), ..FAPI2 };
    fails(module, "id_token_exp_missing", [1, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_missing_iss() {
    let module = Module { claims: |claims| remove(claims, "iss"), ..FAPI2 };
    fails(module, "id_token_issuer", [1, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_missing_nonce() {
    let module = Module { claims: |claims| remove(claims, "nonce"), ..FAPI2 };
    fails(module, "id_token_nonce_missing", [1, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_nonce() {
    let module = Module { claims: |claims| spoil(&mut claims["nonce"]), ..FAPI2 };
    fails(module, "id_token_nonce", [1, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_authorization_response_iss() {
    let response = |response: &mut Parameters| response.get_mut("iss").unwrap().push('1');
    fails(Module { response, ..FAPI2 }, "response_issuer", [0, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_remove_authorization_response_iss() {
    let response = |response: &mut Parameters| drop(response.remove("iss"));
    fails(Module { response, ..FAPI2 }, "response_issuer_missing", [0, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_state_fails()
{
    let response = |response: &mut Parameters| response.get_mut("state").unwrap().push('1');
    let module = Module { response, ..FAPI2 };
    fails(module, "login_unknown", [0, 0]);
    // Where the program keeps the login itself, it is compared.
    let suite = Suite::start(module);
    assert_eq!(suite.login_in_memory().unwrap_err().code(), "state_wrong");
    assert_eq!(suite.asked(["token", "userinfo"]), [0, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_missing_state_fails()
 {
    let response = |response: &mut Parameters| drop(response.remove("state"));
    let module = Module { response, ..FAPI2 };
    fails(module, "state_missing", [0, 0]);
    let suite = Suite::start(module);
    assert_eq!(suite.login_in_memory().unwrap_err().code(), "state_missing");
    assert_eq!(suite.asked(["token", "userinfo"]), [0, 0]);
}

#[test]
fn fapi2_security_profile_final_client_test_token_endpoint_response_without_expires_in() {
    passes(Module { token_response: |response| remove(response, "expires_in"), ..FAPI2 });
}

#[test]
fn fapi2_security_profile_final_client_test_token_type_case_insensitivity() {
    passes(Module { token_response: |response| response["token_type"] = json!("bEARER"), ..FAPI2 });
}
