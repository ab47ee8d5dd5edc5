//! What the form post profile has besides the modules of the basic one.

use crate::suite::*;

#[test]
fn oidcc_client_test_form_post_error() {
    let response = |response: &mut Parameters| {
        response.remove("code");
        for (name, value) in [
            ("error", "login_required"),
            ("error_description", "This is a login_required error response"),
        ] {
            response.insert(name.to_owned(), value.to_owned());
        }
    };
    let suite = Suite::start(Module { properties: "prompt none\nmax-age 0", response, ..MODULE });
    let begun = suite.begin().unwrap();
    let request = parameters(&begun.url);
    assert_eq!((request["prompt"].as_str(), request["max_age"].as_str()), ("none", "0"));
    let error = suite.finish(&begun, ResponseMode::FormPost).unwrap_err();
    assert_eq!(error.code(), "authorization_refused");
    assert!(error.to_string().contains("This is a login_required error response"), "{error}");
    assert_eq!(suite.asked(["token", "userinfo"]), [0, 0]);
}
