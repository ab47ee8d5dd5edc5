//! Nothing secret comes out anywhere, at any verbosity: the client key, the code, the verifier and
//! the tokens are looked for in everything that is printed.

use std::sync::{Arc, Mutex};

use onerealm::provider::Endpoint;
use onerealm::{Callback, Requested};

use crate::support::*;

/// What the provider gave away in its token responses.
type Tokens = Arc<Mutex<Vec<String>>>;

fn scene_that_keeps_tokens() -> (Scene, Tokens) {
    let tokens = Tokens::default();
    let kept = Arc::clone(&tokens);
    let scene = Scene::bent(move |endpoint, _, answer| {
        if endpoint == Endpoint::Token {
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            let given = ["access_token", "id_token"].map(|name| body[name].as_str());
            kept.lock().unwrap().extend(given.into_iter().flatten().map(str::to_owned));
        }
        answer
    });
    (scene, tokens)
}

/// Everything secret that went over the wire so far, each also as it is encoded.
fn secrets(scene: &Scene, tokens: &Tokens) -> Vec<String> {
    let mut secrets = tokens.lock().unwrap().clone();
    secrets.extend([SECRET.to_owned(), NATIVE_KEY.to_owned()]);
    for request in scene.token_requests() {
        let body = String::from_utf8(request.request.body.clone()).unwrap();
        let form = parameters(&body);
        secrets.extend([form["code"].clone(), form["code_verifier"].clone()]);
        let credentials = request.request.header("authorization").map(|h| h.replace("Basic ", ""));
        secrets.extend(credentials);
    }
    let encoded = |text: &String| url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let all_encoded: Vec<String> = secrets.iter().map(encoded).collect();
    secrets.extend(all_encoded);
    secrets
}

fn assert_hidden(printed: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(secret.len() >= 16, "{secret:?} is too short to be looked for");
        assert!(!printed.contains(secret.as_str()), "{secret:?} in {printed}");
    }
}

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
        onerealm::provider::Response::new(400)
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

#[test]
fn debug_of_everything_public_shows_no_secret() {
    let (scene, tokens) = scene_that_keeps_tokens();
    scene.configure("client-key canary+key/with:reserved=%&characters\nnative-client-id 66666666-7777-8888-9999-000000000000\nnative-client-key canary-native-key");
    let logins = scene.logins();
    let mut shown = format!("{logins:?} {:?}", logins.config());
    let (begun, pending) = logins.start("sso", WEB, Requested::Default).unwrap();
    let callback = onerealm::provider::browser::sign_in(&begun.url, ALICE).unwrap();
    shown += &format!("{begun:?} {pending:?} {:?}", scene.provider);
    let user = logins.complete(pending, Callback::Url(&callback)).unwrap();
    shown += &format!("{user:?}");
    let error = logins.finish(Callback::Url(&callback), None).unwrap_err();
    shown += &format!("{error:?} {error} {:?}", scene.provider.record());
    assert_hidden(&shown, &secrets(&scene, &tokens));
    assert!(shown.contains("alice") && shown.contains("client_key: Some(..)"), "{shown}");
}
