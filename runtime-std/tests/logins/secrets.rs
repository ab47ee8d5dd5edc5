//! Nothing secret comes out anywhere, at any verbosity: the client key, the code, the verifier and
//! the tokens are looked for in everything that is printed.

use onerealm::{Callback, Requested};
use onerealm_demo_provider::Endpoint;

use crate::support::*;

#[test]
fn the_command_prints_no_secret_whatever_comes_of_the_login() {
    let (scene, tokens) = scene_that_keeps_tokens();
    let mut printed = String::new();
    let mut keep = |ran: Ran| {
        printed += &ran.stdout;
        printed += &ran.stderr;
        ran.status
    };
    let key = "client-key canary+key/with:reserved=%&characters";
    let native = "native-client-id 66666666-7777-8888-9999-000000000000\nnative-client-key canary-native-key";
    for (properties, url, status) in [
        (format!("{key}\nclient-type auto"), WEB, 0),
        (format!("{key}\nclient-type auto"), LOOPBACK, 0),
        (key.to_owned(), LOOPBACK, 5),
        (format!("{key}\ntoken-auth-method client_secret_post"), LOOPBACK, 5),
        (format!("{key}\nclient-type auto\n{native}"), LOOPBACK, 5),
        (format!("{key}\nclient-type auto\nusername-claim2 x\nmax-age 0"), WEB, 6),
    ] {
        scene.configure(&properties);
        let (_, callback) = scene.begin(&["--redirect-url", url]);
        assert_eq!(keep(scene.finish(&callback)), status, "{properties}");
        assert_eq!(keep(scene.finish(&callback)), 4);
        keep(scene.run(&["check", "sso"]));
    }
    let secrets = secrets(&scene, &tokens);
    assert_eq!(tokens.lock().unwrap().len(), 6, "three logins got as far as their tokens");
    assert!(printed.contains("debug: POST"), "the log is on: {printed}");
    assert_hidden(&printed, &secrets);
}

#[test]
fn a_provider_that_repeats_secrets_is_not_quoted_with_them() {
    let scene = Scene::bent(|endpoint, recorded, answer| {
        if endpoint != Endpoint::Token {
            return answer;
        }
        let body = String::from_utf8(recorded.request.body.clone()).unwrap();
        let form = parameters(&body);
        let said = format!(
            "bad code {} verifier {} secret {SECRET} header {}",
            form["code"],
            form["code_verifier"],
            recorded.request.header("authorization").unwrap_or_default(),
        );
        let body = serde_json::json!({"error": form["code_verifier"], "error_description": said});
        onerealm_demo_provider::Response::new(400)
            .with_body("application/json", body.to_string().into_bytes())
    });
    scene.configure("client-key canary+key/with:reserved=%&characters");
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let ran = scene.finish(&callback);
    let error = ran.failed(5, "token_refused");
    assert!(error["message"].as_str().unwrap().contains("bad code (hidden) verifier"), "{error}");
    let secrets = secrets(&scene, &Tokens::default());
    assert_hidden(&(ran.stdout + &ran.stderr), &secrets);
}

/// `SECRET` is in the request as HTTP Basic encodes it.
#[test]
fn a_provider_that_repeats_secrets_in_headers_is_not_quoted_with_them() {
    for (status, name) in
        [(401, "Content-Type"), (401, "Retry-After"), (307, "Location"), (200, "Content-Type")]
    {
        let scene = Scene::bent(move |endpoint, recorded, answer| {
            if endpoint != Endpoint::Token {
                return answer;
            }
            let body = String::from_utf8(recorded.request.body.clone()).unwrap();
            let spelled = SECRET.replace('%', "%25").replace('+', "%2B");
            let said = format!("x:/{SECRET}?{body}&{spelled}");
            onerealm_demo_provider::Response::new(status).with_header(name, said)
        });
        scene.configure(&format!("client-key {SECRET}\nredirect-urls {WEB}"));
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        for ran in [scene.finish(&callback), scene.run(&["check", "sso", "--probe"])] {
            let printed = format!("{}{}", ran.stdout, ran.stderr);
            assert_hidden(&printed, &secrets(&scene, &Tokens::default()));
            let spelled = SECRET.replace('%', "%25").replace('+', "%2B");
            assert!(!printed.contains(SECRET) && !printed.contains(&spelled), "{printed}");
            assert!(!printed.contains("error") || printed.contains("HTTP status"), "{printed}");
        }
    }
}

#[test]
fn debug_of_everything_public_shows_no_secret() {
    let (scene, tokens) = scene_that_keeps_tokens();
    scene.configure("client-key canary+key/with:reserved=%&characters\nnative-client-id 66666666-7777-8888-9999-000000000000\nnative-client-key canary-native-key");
    let logins = scene.logins();
    let mut shown = format!("{logins:?} {:?}", logins.realms());
    let (begun, pending) = logins.start("sso", WEB, Requested::Default).unwrap();
    let callback = onerealm_demo_provider::browser::sign_in(&begun.url, ALICE).unwrap();
    shown += &format!("{begun:?} {pending:?} {:?}", scene.provider);
    let user = logins.complete(pending, Callback::Url(&callback)).unwrap();
    shown += &format!("{user:?}");
    let error = logins.finish(Callback::Url(&callback), None).unwrap_err();
    shown += &format!("{error:?} {error} {:?}", scene.provider.record());
    assert_hidden(&shown, &secrets(&scene, &tokens));
    assert!(shown.contains("alice") && shown.contains("Secret(ClientSecret(..))"), "{shown}");
}
