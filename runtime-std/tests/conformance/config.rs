//! The modules of the configuration profile.

use crate::suite::*;

const ALL: [&str; 4] = ["discovery", "keys", "token", "userinfo"];

#[test]
fn oidcc_client_test_discovery_openid_config() {
    let suite = Suite::start(MODULE);
    suite.check_user(&suite.login(ResponseMode::Query).unwrap());
    let requests = suite.requests_to("discovery");
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    // The issuer's slash and the one of the path are one.
    assert_eq!(request.target, "/test/a/onerealm/.well-known/openid-configuration");
    assert_eq!(request.method, "GET");
}

#[test]
fn oidcc_client_test_discovery_jwks_uri_keys() {
    let metadata = |metadata: &mut serde_json::Value| {
        let jwks_uri = format!("{}aZvQkWmXtr", metadata["jwks_uri"].as_str().unwrap());
        metadata["jwks_uri"] = jwks_uri.into();
    };
    passes(Module { metadata, ..MODULE });
}

#[test]
fn oidcc_client_test_discovery_issuer_mismatch() {
    for metadata in [
        |metadata: &mut serde_json::Value| {
            let issuer = format!("{}INVALID", metadata["issuer"].as_str().unwrap());
            metadata["issuer"] = issuer.into();
        },
        // Ours: the issuer without its slash is another one.
        |metadata: &mut serde_json::Value| {
            let issuer = metadata["issuer"].as_str().unwrap().trim_end_matches('/').to_owned();
            metadata["issuer"] = issuer.into();
        },
    ] {
        let suite = Suite::start(Module { metadata, ..MODULE });
        assert_eq!(suite.begin().unwrap_err().code(), "discovery_issuer");
        assert_eq!(suite.asked(ALL), [1, 0, 0, 0]);
    }
}

/// The first login leaves keys behind that the second one's ID token is not signed with.
#[test]
fn oidcc_client_test_signing_key_rotation() {
    let suite = Suite::start(Module { rotation: Rotation::AtAuthorization, ..MODULE });
    suite.check_user(&suite.login(ResponseMode::Query).unwrap());
    assert_eq!(suite.asked(ALL), [1, 1, 1, 1]);
    suite.check_user(&suite.login(ResponseMode::Query).unwrap());
    assert_eq!(suite.asked(ALL), [1, 2, 2, 2]);
}

/// The keys are fetched before the code is exchanged, and once more for the ID token.
#[test]
fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    let suite = Suite::start(Module { rotation: Rotation::BeforeSigning, ..MODULE });
    suite.check_user(&suite.login(ResponseMode::Query).unwrap());
    assert_eq!(suite.asked(ALL), [1, 2, 1, 1]);
}
