//! What is told of a refusal: the words that came, whatever their shape, and the fix for that mistake
//! in that realm.

mod names;

use std::process::{Command, Stdio};

use onerealm::{Callback, Error, Requested};
use onerealm_demo_provider::{Endpoint, Response, browser};

use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

/// A login's error.
fn refused(scene: &Scene, url: &str, requested: Requested) -> Error {
    let logins = scene.logins();
    let begun = logins.begin("sso", url, requested).unwrap();
    let callback = browser::sign_in(&begun.url, ALICE).unwrap();
    logins.finish(Callback::Url(&callback), Some(url)).unwrap_err()
}

fn at(place: Endpoint, answer: fn() -> Response) -> Scene {
    Scene::bent(move |endpoint, _, usual| if endpoint == place { answer() } else { usual })
}

/// A refusal by the token endpoint.
fn refusing(status: u16, content_type: &'static str, body: &'static str) -> Scene {
    Scene::bent(move |endpoint, _, usual| match endpoint {
        Endpoint::Token => Response::new(status).with_body(content_type, body),
        _ => usual,
    })
}

#[test]
fn what_a_token_endpoint_says_is_shown_whatever_its_shape() {
    const JSON: &str = "application/json";
    for (status, content_type, body, code, words) in [
        (
            401,
            JSON,
            r#"{"errorCode":"E0000004","errorSummary":"Authentication failed"}"#,
            "token_response",
            "E0000004: Authentication failed",
        ),
        (
            401,
            JSON,
            r#"{"error":{"code":"UNAUTHENTICATED","message":"bad key"}}"#,
            "token_response",
            "UNAUTHENTICATED: bad key",
        ),
        (401, JSON, r#"{"message":"Unauthorized"}"#, "token_response", "Unauthorized"),
        (
            400,
            "application/x-www-form-urlencoded",
            "error=invalid_client&error_description=bad+key",
            "token_response",
            "invalid_client: bad key",
        ),
        (
            502,
            "text/html",
            "<html><title>502 Bad Gateway</title>",
            "token_response",
            "502 Bad Gateway",
        ),
        (503, "text/plain", "upstream\nis away", "token_response", "upstream is away"),
        (
            400,
            JSON,
            "{\"error\":\"invalid_request\",\"error_description\":\"a\nb\"}",
            "token_response",
            "invalid_request: a b",
        ),
        (400, JSON, "\u{feff}{\"error\":\"invalid_request\"}", "token_response", "invalid_request"),
        (
            400,
            JSON,
            r#"{"error":"invalid_request","error_description":"x"}"#,
            "token_refused",
            "invalid_request: x",
        ),
    ] {
        let scene = refusing(status, content_type, body);
        scene.configure(KEY);
        let error = refused(&scene, WEB, Requested::Default);
        assert_eq!(error.code(), code, "{body}");
        let told = error.explanation();
        assert!(told.sentence.contains(&format!("(it says: {words})")), "{body}: {told:?}");
        assert_eq!(told.came, Some(format!("HTTP status {status}, {content_type}")), "{body}");
        assert!(told.fix.is_some(), "{body}");
    }
}

#[test]
fn when_to_ask_again_and_where_to_are_shown() {
    let scene = at(Endpoint::Token, || Response::new(429).with_header("Retry-After", "30"));
    scene.configure(KEY);
    let told = refused(&scene, WEB, Requested::Default);
    let told = told.explanation();
    assert_eq!(
        told.came.as_deref(),
        Some("HTTP status 429, without a content type, Retry-After: 30")
    );
    assert!(told.fix.as_deref().unwrap().contains("wait"), "{told:?}");
    let scene = at(Endpoint::Token, || {
        Response::new(302).with_header("Location", "https://elsewhere.example/x?code=1")
    });
    scene.configure(KEY);
    let told = refused(&scene, WEB, Requested::Default);
    let came = told.explanation().came.as_deref().unwrap();
    assert!(came.contains("to \"https://elsewhere.example/x"), "{came}");
}

#[test]
fn userinfo_s_reason_is_that_of_its_challenge() {
    let scene = at(Endpoint::Userinfo, || {
        let challenge = r#"Bearer realm="x", error="insufficient_scope", error_description="more is needed", scope="openid email""#;
        Response::new(403).with_header("WWW-Authenticate", challenge)
    });
    scene.configure(KEY);
    let error = refused(&scene, WEB, Requested::Default);
    assert_eq!(error.code(), "userinfo_refused");
    let words = "(it says: insufficient_scope: more is needed; wanted scope: openid email)";
    assert!(error.explanation().sentence.contains(words), "{error}");
    assert_eq!(
        error.explanation().came.as_deref(),
        Some("HTTP status 403 and insufficient_scope, without a content type")
    );
}

/// The command's lines on stderr.
fn lines(scene: &Scene, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"))
        .arg("--config")
        .arg(scene.config())
        .arg("--state-dir")
        .arg(scene.state_directory())
        .args(arguments)
        .env_remove("NO_COLOR")
        .env("TERM", "xterm-256color")
        .env("CLICOLOR_FORCE", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap().lines().map(str::to_owned).collect()
}

/// Realms with a mistake in them: further lines, the redirect URL, the token endpoint's answer, and
/// what the fix says and doesn't say.
type Mistake = (
    &'static str,
    &'static str,
    &'static str,
    (u16, &'static str),
    &'static [&'static str],
    &'static [&'static str],
);

const REFUSED: (u16, &str) = (
    401,
    r#"{"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"}"#,
);
const NATIVE: &str = "native-client-id 66666666-7777-8888-9999-000000000000";

const MISTAKES: &[Mistake] = &[
    (
        "a confidential registration alone, on loopback",
        "client-key secret\nclient-type auto",
        LOOPBACK,
        REFUSED,
        &["unset client-type", "native-client-id"],
        &["set client-key", "--public"],
    ),
    (
        "a public registration with a key, on https",
        "client-key secret\nclient-type auto",
        WEB,
        REFUSED,
        &["remove client-key", "client-type public"],
        &["client-type auto", "--public"],
    ),
    (
        "a public registration with a key, on loopback",
        "client-key secret",
        LOOPBACK,
        REFUSED,
        &["client-type auto", "--public"],
        &["native-client-id"],
    ),
    (
        "native-client-id names a confidential client",
        "client-key secret\nclient-type auto\nnative-client-id 66666666-7777-8888-9999-000000000000",
        LOOPBACK,
        REFUSED,
        &["native-client-id names", "public client"],
        &["set native-client-id", "client-key"],
    ),
    (
        "HTTP 500",
        "client-key secret",
        WEB,
        (500, ""),
        &["log"],
        &["client-id", "client-key", "token-auth-method"],
    ),
    (
        "DPoP",
        "client-key secret",
        WEB,
        (400, r#"{"error":"invalid_request","error_description":"DPoP proof is missing"}"#),
        &["DPoP", "not supported", "turn it off"],
        &["client-id", "client-key", "token-auth-method"],
    ),
    (
        "a client assertion",
        "client-key secret",
        WEB,
        (
            400,
            r#"{"error":"invalid_client","error_description":"Parameter client_assertion_type is missing"}"#,
        ),
        &[
            "client assertion",
            "token-auth-method private_key_jwt",
            "client-key-file",
            "at the provider",
        ],
        &["client-id", "check"],
    ),
    (
        "a secret that form-encoding changes",
        "client-key a+b/c",
        WEB,
        REFUSED,
        &["token-auth-method client_secret_post", "letters and digits"],
        &[],
    ),
    (
        "the same in the body",
        "client-key a+b/c\ntoken-auth-method client_secret_post",
        WEB,
        REFUSED,
        &["check client-id and client-key"],
        &["client_secret_post", "letters and digits"],
    ),
    (
        "a secret that form-encoding leaves",
        "client-key abc123",
        WEB,
        REFUSED,
        &["check client-id and client-key"],
        &["letters and digits"],
    ),
    (
        "no key",
        "client-type public",
        WEB,
        REFUSED,
        &["set client-key", "unset client-type"],
        &["remove"],
    ),
    (
        "a key that is not sent",
        "client-key secret\nclient-type public",
        WEB,
        REFUSED,
        &["unset client-type"],
        &["set client-key"],
    ),
    (
        "a native registration beside it",
        "client-key wrong",
        WEB,
        REFUSED,
        &["check client-id and client-key"],
        &["native"],
    ),
];

#[test]
fn each_mistake_is_told_its_own_fix_by_stderr_alone() {
    for (what, properties, url, (status, body), has, lacks) in MISTAKES {
        let scene = refusing(*status, "application/json", body);
        scene.configure(properties);
        if properties.contains(NATIVE) {
            assert!(has.iter().any(|piece| piece.contains("native")), "{what}");
        }
        let (_, callback) = scene.begin(&["--redirect-url", url]);
        let lines = lines(&scene, &["finish", "--callback", &callback]);
        assert!(lines[0].starts_with("error: "), "{what}: {lines:?}");
        assert!(
            lines.iter().all(|line| !line.contains('\u{1b}')),
            "no colours in a pipe: {lines:?}"
        );
        let fix = lines.iter().find_map(|line| line.strip_prefix("fix: ")).unwrap();
        for piece in *has {
            assert!(fix.contains(piece), "{what}: {piece:?} in {fix}");
        }
        for piece in *lacks {
            assert!(!fix.contains(piece), "{what}: {piece:?} in {fix}");
        }
    }
}

#[test]
fn a_provider_that_leaves_announced_iss_out_is_told_from_a_caller_that_does() {
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        Endpoint::Discovery => crate::bends::with_json(answer, |metadata| {
            metadata["authorization_response_iss_parameter_supported"] = true.into();
        }),
        _ => answer,
    });
    scene.configure(KEY);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let ran = scene.finish(&callback);
    let error = ran.failed(4, "response_issuer_missing");
    let fix = error["fix"].as_str().unwrap();
    assert!(fix.contains("Exclude Issuer From Authentication Response"), "{fix}");
    assert!(!fix.contains("--callback"), "the whole URL was given: {fix}");
    assert_eq!(error["who"], "provider_administrator");
    let query = parameters(&callback);
    let ran = scene.run(&["finish", "--code", &query["code"], "--state", &query["state"]]);
    let error = ran.failed(4, "response_issuer_missing");
    assert!(error["fix"].as_str().unwrap().contains("--callback"), "{error}");
}

#[test]
fn what_may_not_be_asked_of_the_end_user_is_explained_by_the_realm_s_prompt() {
    for (properties, error, piece) in [
        ("prompt none", "login_required", "prompt is none"),
        ("prompt none", "interaction_required", "prompt is none"),
        ("prompt none", "consent_required", "prompt is none"),
        ("", "consent_required", "set the realm's prompt to consent"),
        ("prompt consent", "consent_required", "do what the provider asks for"),
        ("", "login_required", "set the realm's prompt to login"),
    ] {
        let scene = Scene::new();
        scene.configure(&format!("{KEY}\n{properties}"));
        let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
        let state = ran.json["state"].as_str().unwrap();
        let ran = scene.finish(&format!("{WEB}/?error={error}&state={state}"));
        let told = ran.failed(4, "authorization_refused");
        assert!(told["fix"].as_str().unwrap().contains(piece), "{properties} {error}: {told}");
    }
}
