//! One login of a public client: the sign-in page sends the browser to the loopback listener.

use std::thread;
use std::time::{Duration, Instant};

use onerealm::loopback::{LoopbackHost, LoopbackListener};
use onerealm_demo_provider::browser::Browser;
use onerealm_demo_provider::{DemoProvider, Platform, Registration, Setup, User};

#[test]
fn the_browser_brings_the_code_from_the_provider_to_the_listener() {
    let provider = DemoProvider::start(Setup {
        registrations: vec![Registration {
            client_id: "app".to_owned(),
            secret: None,
            redirect_uris: vec![("http://localhost/callback".to_owned(), Platform::Native)],
        }],
        users: vec![User::new("alice@contoso.example", "Alice Example")],
        ..Setup::default()
    })
    .unwrap();
    let listener = LoopbackListener::bind(LoopbackHost::Localhost, None, "/callback").unwrap();
    let authorization_url = format!(
        "{}?client_id=app&redirect_uri={}&response_type=code&scope=openid&state=the-state\
         &code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        provider.issuer().replace("/v2.0", "/oauth2/v2.0/authorize"),
        listener.redirect_url(),
    );
    let deadline = Instant::now() + Duration::from_secs(3600);
    let waiting =
        thread::spawn(move || listener.wait(deadline, |url| url.ends_with("&state=the-state")));

    let mut browser = Browser::new();
    let callback = browser.sign_in(&authorization_url, "alice@contoso.example").unwrap();
    let forged = callback.replace("the-state", "forged");
    assert_eq!(browser.open(&forged).unwrap().status, 400);
    assert_eq!(browser.open(&callback).unwrap().status, 200);
    assert_eq!(waiting.join().unwrap(), Ok(callback));
}
