//! Authorization requests, the sign-in page and the way back.

use onerealm_demo_provider::Endpoint;
use onerealm_demo_provider::browser::{self, Browser};

use super::support::*;

#[test]
fn the_callback_brings_back_the_state() {
    let provider = provider();
    let state = "a b&c=d%+\u{e9}\"<>";
    let url = authorization_url(&provider, WEB, &[("state", state)]);
    let callback = browser::sign_in(&url, ALICE).unwrap();
    assert!(callback.starts_with("https://pve.example:8006/?code="));
    assert_eq!(parameter(&callback, "state").as_deref(), Some(state));
    assert!(parameter(&callback, "session_state").is_some());
}

#[test]
fn what_the_redirect_uri_can_not_be_trusted_with_is_a_page() {
    let provider = provider();
    let evil = "https://evil.example/\"><script>";
    let rows: [(Changes<'_>, &str); 8] = [
        (&[("client_id", "bogus-app")], "AADSTS700016"),
        (&[("client_id", "(none)")], "AADSTS900144"),
        (&[("redirect_uri", "(none)")], "AADSTS900144"),
        (&[("redirect_uri", evil)], "AADSTS50011:"),
        (&[("redirect_uri", "http://localhost:51004/Callback")], "AADSTS50011:"),
        (&[("redirect_uri", "http://127.0.0.1:51004/callback")], "AADSTS50011:"),
        (&[("redirect_uri", "https://pve.example:8007")], "AADSTS50011:"),
        (&[("state", "a"), ("state", "b")], "AADSTS9002313"),
    ];
    for (changes, text) in rows {
        let answer = get(&provider, &authorization_url(&provider, WEB, changes), "");
        assert_eq!(answer.status(), 400, "{changes:?}");
        assert!(answer.body.contains(text), "{changes:?}: {}", answer.body);
        assert!(answer.head.contains("\r\nContent-Type: text/html; charset=utf-8"));
        assert!(!answer.head.contains("Location") && !answer.body.contains("<script>"));
    }
    let page = &provider.requests_to(Endpoint::Authorization)[3];
    assert_eq!((page.status(), page.error_code()), (Some(400), Some(50_011)));
}

#[test]
fn other_errors_of_the_authorization_request_come_by_redirect() {
    let provider = provider();
    let rows: [(Changes<'_>, &str, &str); 10] = [
        (&[("code_challenge", "(none)")], "invalid_request", "AADSTS50147:"),
        (&[("code_challenge", "short")], "invalid_request", "AADSTS50147:"),
        (&[("code_challenge_method", "plain")], "invalid_request", "AADSTS50147:"),
        (&[("code_challenge_method", "(none)")], "invalid_request", "AADSTS50147:"),
        (&[("response_type", "token")], "unsupported_response_type", "AADSTS700054:"),
        (&[("response_type", "code id_token")], "unsupported_response_type", "AADSTS700054:"),
        (&[("response_type", "(none)")], "invalid_request", "AADSTS900144:"),
        (&[("scope", "(none)")], "invalid_request", "AADSTS900144:"),
        (&[("scope", "openid groups")], "invalid_client", "AADSTS650053:"),
        (&[("prompt", "none")], "login_required", "AADSTS50058:"),
    ];
    for (changes, error, text) in rows {
        let answer = get(&provider, &authorization_url(&provider, WEB, changes), "");
        let location = answer.head.split("\r\nLocation: ").nth(1).unwrap().lines().next().unwrap();
        assert!(location.starts_with("https://pve.example:8006/?error="), "{changes:?}");
        assert_eq!(parameter(location, "error").as_deref(), Some(error), "{changes:?}");
        assert!(parameter(location, "error_description").unwrap().starts_with(text), "{changes:?}");
        assert_eq!(parameter(location, "state").as_deref(), Some("the state"));
        let recorded = provider.record().pop().unwrap();
        assert_eq!((recorded.status(), recorded.error()), (Some(302), Some(error)));
    }
}

#[test]
fn who_presses_cancel_denies() {
    let provider = provider();
    let callback = browser::deny(&authorization_url(&provider, WEB, &[])).unwrap();
    assert_eq!(
        callback,
        "https://pve.example:8006/?error=access_denied&error_subcode=cancel&state=the+state"
    );
}

#[test]
fn a_browser_that_signed_in_goes_straight_through_unless_it_is_asked_again() {
    let provider = provider();
    let mut browser = Browser::new();
    let url = authorization_url(&provider, NATIVE, &[]);
    browser.sign_in(&url, ALICE).unwrap();
    assert!(browser.open(&url).unwrap().location.unwrap().contains("code="));
    let silent = browser.open(&authorization_url(&provider, WEB, &[("prompt", "none")])).unwrap();
    assert!(silent.location.unwrap().contains("code="));
    let again =
        browser.open(&authorization_url(&provider, NATIVE, &[("prompt", "login")])).unwrap();
    assert_eq!((again.status, again.location), (200, None));
    assert_eq!(Browser::new().open(&url).unwrap().location, None);
}

#[test]
fn an_unknown_user_stays_at_the_sign_in_page() {
    let provider = provider();
    let mut browser = Browser::new();
    let url = authorization_url(&provider, NATIVE, &[]);
    let error = browser.sign_in(&url, "mallory\"><script>").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
    assert!(browser.sign_in(&url, "ALICE@contoso.example").is_ok());
}

#[test]
fn a_sign_in_page_is_used_once() {
    let provider = provider();
    let page = Browser::new().open(&authorization_url(&provider, NATIVE, &[])).unwrap();
    let token = page.body.split("name=\"login_token\" value=\"").nth(1).unwrap();
    let form = encode(&[
        ("login_token", token.split('"').next().unwrap()),
        ("user_name", ALICE),
        ("choice", "sign_in"),
    ]);
    let target =
        tenant_url(&provider, "/login").replace(&format!("http://{}", origin(&provider)), "");
    let request = format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    assert_eq!(send_raw(&provider, &request).status(), 302);
    assert_eq!(send_raw(&provider, &request).status(), 400);
}

#[test]
fn the_response_mode_is_the_one_asked_for() {
    let provider = provider();
    let mut browser = Browser::new();
    browser.sign_in(&authorization_url(&provider, NATIVE, &[]), ALICE).unwrap();
    let fragment =
        browser.open(&authorization_url(&provider, WEB, &[("response_mode", "fragment")]));
    let location = fragment.unwrap().location.unwrap();
    assert!(location.starts_with("https://pve.example:8006/#code="));
    let form_post =
        browser.open(&authorization_url(&provider, WEB, &[("response_mode", "form_post")]));
    let page = form_post.unwrap();
    assert_eq!((page.status, page.location), (200, None));
    assert!(page.body.contains("<form method=\"post\" action=\"https://pve.example:8006/\">"));
    assert!(
        page.body.contains("name=\"code\"")
            && page.body.contains("name=\"state\" value=\"the state\"")
    );
}

#[test]
fn the_browser_goes_to_loopback_addresses_only() {
    for url in ["https://127.0.0.1/", "http://192.0.2.1/", "http://127.0.0.1", "file:///etc/passwd"]
    {
        let error = browser::sign_in(url, ALICE).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::Unsupported, "{url}");
    }
}
