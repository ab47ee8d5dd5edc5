//! The login page.

use onerealm_demo_provider::browser;

use crate::scene::{ALICE, MALLORY, PUBLIC_URL, Scene, TOOL, target};

#[test]
fn a_user_signs_in_and_out() {
    let scene = Scene::new("pve", &[]);
    let mut browser = scene.browser();
    let page = browser.get("/");
    assert!(page.body.contains(r#"name="realm" value="demo">Demo<"#), "{}", page.body);
    browser.signs_in(ALICE);
    assert!(browser.is_signed_in_as(ALICE));
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["__Host-session"]);
    assert!(!scene.browser().is_signed_in_as(ALICE));

    let session = browser.cookies.clone();
    assert_eq!(browser.post("/logout", &[]).status, 303);
    assert!(browser.cookies.is_empty());
    browser.cookies = session;
    assert!(!browser.is_signed_in_as(ALICE), "the session has ended on the server too");
}

#[test]
fn a_session_ends_by_itself() {
    let scene = Scene::new("pve", &[]);
    let mut browser = scene.browser();
    browser.signs_in(ALICE);
    scene.put_clock_ahead(8 * 3600 - 60);
    assert!(browser.is_signed_in_as(ALICE));
    scene.put_clock_ahead(8 * 3600 + 60);
    assert!(!browser.is_signed_in_as(ALICE));
}

#[test]
fn a_callback_from_another_browser_is_refused_and_uses_nothing_up() {
    let scene = Scene::new("pve", &[]);
    let mut mallory = scene.browser();
    let callback = mallory.sign_in_at_provider(MALLORY);

    let mut stranger = scene.browser();
    let mut alice = scene.browser();
    alice.begins();
    // A cookie that a neighbouring host may set is not ours, however its name is spelled.
    let mut neighbour = scene.browser();
    neighbour
        .cookies
        .insert("%5F%5FHost-login".to_owned(), mallory.cookies["__Host-login"].clone());
    for victim in [&mut stranger, &mut alice, &mut neighbour] {
        let page = victim.get(&callback);
        assert_eq!(page.location, "/?failure=other-browser");
        assert!(victim.get(&page.location).body.contains("This browser did not begin this login."));
        assert!(!victim.is_signed_in_as(MALLORY));
    }
    assert_eq!(scene.token_requests(), 0);

    assert_eq!(mallory.get(&callback).location, "/");
    assert!(mallory.is_signed_in_as(MALLORY));
    assert_ne!(mallory.get(&callback).location, "/", "a login is finished once");
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn each_login_begins_a_new_session_and_ends_the_one_before() {
    let scene = Scene::new("pve", &[]);
    let mut browser = scene.browser();
    browser.signs_in(ALICE);
    let before = browser.cookies.clone();
    browser.signs_in(MALLORY);
    assert!(browser.is_signed_in_as(MALLORY));
    assert_ne!(browser.cookies, before);
    browser.cookies = before;
    assert!(!browser.is_signed_in_as(ALICE));
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let scene = Scene::new("pdm", &[]);
    let tool = scene.callback(MALLORY);
    let mut login: Vec<_> =
        tool.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    login.retain(|(name, _)| ["code", "state"].contains(name));
    login.push(("redirect-url", TOOL));
    let login: (&str, &[(&str, &str)]) = ("/api2/json/access/openid/login", &login);
    for elsewhere in [
        ("sec-fetch-site", "cross-site"),
        // Another port of this host, or a neighbour of the same domain.
        ("sec-fetch-site", "same-site"),
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
        ("origin", "https://node.example"),
    ] {
        for (target, form) in [("/logout", &[][..]), ("/login", &[("realm", "demo")]), login] {
            let page = scene.browser().post_with(target, &[elsewhere], form);
            assert_eq!((page.status, page.set_cookies.len()), (403, 0), "{elsewhere:?} {target}");
        }
    }
    let own = [("sec-fetch-site", "same-origin"), ("origin", "null")];
    for headers in [&own[..], &[("sec-fetch-site", "none")], &[("origin", PUBLIC_URL)]] {
        assert_eq!(scene.browser().post_with("/logout", headers, &[]).status, 303, "{headers:?}");
    }
    // The link that a provider's page is, and a tool.
    let page = scene.browser().get("/callback?code=c&state=s");
    assert!(page.location.starts_with("/?failure="), "{}", page.location);
    assert_eq!(scene.browser().post(login.0, login.1).status, 200);
}

#[test]
fn no_script_reads_a_cookie_and_none_leaves_the_host() {
    let scene = Scene::new("pve", &[]);
    let mut browser = scene.browser();
    let begun = browser.begins();
    let callback = browser::sign_in(&begun.location, ALICE).unwrap();
    let page = browser.get(&target(&callback));
    assert_eq!((begun.set_cookies.len(), page.set_cookies.len()), (1, 2));
    for cookie in begun.set_cookies.iter().chain(&page.set_cookies) {
        assert!(cookie.starts_with("__Host-") && !cookie.contains("Domain"), "{cookie}");
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}: {cookie}");
        }
    }
    assert!(begun.set_cookies[0].ends_with("; Max-Age=600"), "{:?}", begun.set_cookies);
}

#[test]
fn what_the_provider_says_of_an_error_is_not_shown() {
    let scene = Scene::new("pve", &[]);
    let mut browser = scene.browser();
    let begun = browser.begins();
    let denied = target(&browser::deny(&begun.location).unwrap());
    let page = browser.get(&format!("{denied}&error_description=%3Cscript%3E"));
    assert_eq!(page.location, "/?failure=refused");
    assert!(browser.get(&page.location).body.contains("it was cancelled, or the provider refused"));
    assert!(scene.log().contains("[authorization_refused]"), "{}", scene.log());
    for target in ["/callback", "/callback?x", "/callback?error=%3Cscript%3E&state=x"] {
        let page = browser.get(target);
        assert!(page.location.starts_with("/?failure="), "{target}: {}", page.location);
        assert!(!browser.get(&page.location).body.contains("script"));
    }
    // An address that somebody made up says nothing.
    assert!(!browser.get("/?failure=%3Cscript%3E").body.contains("alert"));
    assert_eq!(browser.post("/login", &[("realm", "other")]).location, "/?failure=failed");
}

#[test]
fn every_page_has_the_headers_that_protect_it() {
    let scene = Scene::new("pve", &[]);
    let mut browser = scene.browser();
    for target in ["/", "/style.css", "/callback", "/api2/json/access/domains", "/nothing"] {
        let page = browser.get(target);
        let header = |name: &str| page.headers[name].to_str().unwrap();
        assert_eq!(header("cache-control"), "no-store", "{target}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{target}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{target}");
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    }
    assert!(!browser.get("/").body.contains("<script"));
}

#[test]
fn a_connection_without_a_request_is_not_kept() {
    let scene = Scene::new("pve", &[]);
    std::thread::scope(|scope| {
        for sent in [&b""[..], b"P", b"GET / HTTP/1.1\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
            let scene = &scene;
            scope.spawn(move || {
                let received = scene.end_after(sent).unwrap();
                assert!(received.is_empty() || received.starts_with(b"HTTP/1.1 4"), "{received:?}");
            });
        }
    });
}
