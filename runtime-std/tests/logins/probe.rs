//! `check --probe`: what the provider answers to the requests of a login, without an end user.

use base64ct::Encoding as _;
use onerealm_demo_provider::{Endpoint, Response};
use serde_json::{Value, json};

use crate::bends::with_json;
use crate::support::*;

const BOTH: &str = "redirect-urls https://pve.example:8006 http://127.0.0.1/callback";

/// The probes as redirect URL, client type, question and verdict.
fn verdicts(ran: &Ran) -> Vec<[String; 4]> {
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let text = |probe: &Value, name: &str| probe[name].as_str().unwrap().to_owned();
    let names = ["redirect_url", "client_type", "asked", "verdict"];
    let probes = json["probes"].as_array().unwrap().iter();
    probes.map(|probe| names.map(|name| text(probe, name))).collect()
}

/// Question and verdict of each.
fn short(ran: &Ran) -> Vec<(String, String, String)> {
    let short = verdicts(ran).into_iter();
    short.map(|[_, client_type, asked, verdict]| (client_type, asked, verdict)).collect()
}

fn said(rows: &[[&str; 3]]) -> Vec<(String, String, String)> {
    rows.iter().map(|[a, b, c]| ((*a).into(), (*b).into(), (*c).into())).collect()
}

/// A provider that looks at the client before it looks at the code, and takes the secret for the web only.
fn scene() -> Scene {
    Scene::bent(|endpoint, recorded, response| {
        let Endpoint::Token = endpoint else { return response };
        let encoded =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let credentials = format!("{CLIENT_ID}:{}", encoded(SECRET));
        let expected = format!("Basic {}", base64ct::Base64::encode_string(credentials.as_bytes()));
        let form = parameters(std::str::from_utf8(&recorded.request.body).unwrap());
        let wanted = form["redirect_uri"].starts_with("https:").then_some(expected);
        let error = match headers(recorded).get("authorization") == wanted.as_ref() {
            true => "invalid_grant",
            false => "invalid_client",
        };
        Response::new(400).with_body("application/json", json!({"error": error}).to_string())
    })
}

const AUTHORIZATION: &str = "authorization request";
const TOKEN: &str = "token request";

#[test]
fn a_realm_that_is_set_up_is_good_for_both_client_types() {
    let scene = scene();
    scene.configure(&format!("client-key {SECRET}\nclient-type auto\n{BOTH}"));
    let ran = scene.run(&["check", "sso", "--probe"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let rows = said(&[
        ["confidential", AUTHORIZATION, "good"],
        ["confidential", TOKEN, "good"],
        ["public", AUTHORIZATION, "good"],
        ["public", TOKEN, "good"],
    ]);
    assert_eq!(short(&ran), rows);
    let sent = scene.token_requests();
    let authorized = |recorded: &_| headers(recorded).contains_key("authorization");
    assert_eq!(sent.iter().map(authorized).collect::<Vec<_>>(), [true, false]);
    // A port for the URL that stands for any.
    assert!(!verdicts(&ran)[2][0].starts_with("http://127.0.0.1/"), "{ran:?}");
}

#[test]
fn each_request_is_sent_once_with_values_of_its_own() {
    let scene = Scene::new();
    scene.configure(&format!("client-key {SECRET}\nclient-type auto\nprompt login\n{BOTH}"));
    let ran = scene.run(&["check", "sso", "--probe"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let authorizations = scene.provider.requests_to(Endpoint::Authorization);
    let asked: Vec<_> =
        authorizations.iter().map(|recorded| recorded.request.query.clone().unwrap()).collect();
    let asked: Vec<_> = asked.iter().map(|query| parameters(query)).collect();
    let sent: Vec<_> = scene.token_requests();
    let sent: Vec<_> = sent
        .iter()
        .map(|recorded| parameters(std::str::from_utf8(&recorded.request.body).unwrap()))
        .collect();
    assert_eq!((asked.len(), sent.len()), (2, 2));
    assert!(asked.iter().all(|query| query["prompt"] == "none"));
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(asked[0][name], asked[1][name], "{name}");
    }
    for name in ["code", "code_verifier"] {
        assert_ne!(sent[0][name], sent[1][name], "{name}");
    }
    // The verifier of a challenge that was shown is never sent.
    assert!(
        sent.iter()
            .all(|form| asked.iter().all(|q| q["code_challenge"] != s256(&form["code_verifier"])))
    );
}

#[test]
fn what_a_provider_repeats_of_the_secret_is_hidden() {
    let scene = Scene::bent(|endpoint, _, response| match endpoint {
        Endpoint::Token => {
            let said = json!({"error": "invalid_client", "error_description": SECRET});
            Response::new(401).with_body("application/json", said.to_string())
        }
        _ => response,
    });
    scene.configure(&format!("client-key {SECRET}\nredirect-urls https://pve.example:8006"));
    let ran = scene.run(&["check", "sso", "--probe"]);
    assert!(ran.stdout.contains("invalid_client: (hidden)"), "{ran:?}");
    assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{ran:?}");
}

/// A call has 20 seconds, and the first request half of them.
#[test]
fn an_authorization_endpoint_that_is_silent_leaves_time_for_the_other_and_shows_no_nonce() {
    let scene = Scene::bent(|endpoint, _, response| {
        match endpoint {
            Endpoint::Authorization => std::thread::sleep(std::time::Duration::from_secs(11)),
            Endpoint::Token => {
                return Response::new(400)
                    .with_body("application/json", json!({"error": "invalid_grant"}).to_string());
            }
            _ => {}
        }
        response
    });
    scene.configure(&format!("client-key {SECRET}\nredirect-urls https://pve.example:8006"));
    let ran = scene.run(&["check", "sso", "--probe"]);
    let rows = said(&[["confidential", AUTHORIZATION, "open"], ["confidential", TOKEN, "good"]]);
    assert_eq!(short(&ran), rows, "{ran:?}");
    let printed = format!("{}{}", ran.stdout, ran.stderr);
    assert!(printed.contains("took too long") && printed.contains("debug: GET"), "{printed}");
    assert!(!printed.contains("nonce=") && !printed.contains("state="), "{printed}");
}

#[test]
fn nothing_is_asked_without_the_option() {
    let scene = Scene::new();
    scene.configure(&format!("client-key {SECRET}\n{BOTH}"));
    assert_eq!(scene.run(&["check", "sso"]).status, 0);
    assert!(scene.token_requests().is_empty());
    assert!(scene.provider.requests_to(Endpoint::Authorization).is_empty());
}

#[test]
fn a_redirect_url_that_is_not_registered_is_bad() {
    let scene = Scene::new();
    scene.configure("client-type public\nredirect-urls http://127.0.0.1/elsewhere");
    let ran = scene.run(&["check", "sso", "--probe"]);
    ran.failed(3, "check_failed");
    assert_eq!(short(&ran)[0].2, "bad", "{ran:?}");
    assert!(ran.stdout.contains("not registered"), "{ran:?}");
}

#[test]
fn credentials_that_are_wrong_are_bad() {
    for (lines, client_type) in [
        ("client-key wrong\nredirect-urls https://pve.example:8006".to_owned(), "confidential"),
        // Without the secret, where the provider wants it.
        ("client-type public\nredirect-urls https://pve.example:8006".to_owned(), "public"),
        // With it, where the provider doesn't take it.
        (format!("client-key {SECRET}\nredirect-urls http://127.0.0.1/callback"), "confidential"),
    ] {
        let scene = scene();
        scene.configure(&lines);
        let ran = scene.run(&["check", "sso", "--probe"]);
        ran.failed(3, "check_failed");
        let [authorization, token, ..] = &short(&ran)[..] else { panic!("{ran:?}") };
        assert_eq!(
            (&*authorization.2, &*token.0, &*token.2),
            ("good", client_type, "bad"),
            "{ran:?}"
        );
        assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{ran:?}");
    }
}

#[test]
fn a_login_that_asks_to_be_public_is_tried_too() {
    let scene = scene();
    scene.configure(&format!("client-key {SECRET}\nredirect-urls http://127.0.0.1/callback"));
    let ran = scene.run(&["check", "sso", "--probe"]);
    let rows = said(&[
        ["confidential", AUTHORIZATION, "good"],
        ["confidential", TOKEN, "bad"],
        ["public", AUTHORIZATION, "good"],
        ["public", TOKEN, "good"],
    ]);
    assert_eq!(short(&ran), rows);
}

/// What comes of answers of the authorization endpoint, and of the token endpoint.
fn answered(
    authorization: impl Fn(&str, &str) -> Option<Response> + Send + Sync + 'static,
    token: impl Fn() -> Option<Response> + Send + Sync + 'static,
) -> Vec<String> {
    let scene = Scene::bent(move |endpoint, recorded, response| {
        let bent = match endpoint {
            Endpoint::Authorization => {
                let query = parameters(recorded.request.query.as_deref().unwrap());
                authorization(&query["redirect_uri"], &query["state"])
            }
            Endpoint::Token => token(),
            _ => None,
        };
        bent.unwrap_or(response)
    });
    scene.configure("client-type public\nredirect-urls http://127.0.0.1/callback");
    let ran = scene.run(&["check", "sso", "--probe"]);
    verdicts(&ran).into_iter().map(|[.., verdict]| verdict).collect()
}

#[test]
fn what_the_authorization_endpoint_leaves_open_is_open() {
    fn to(location: String) -> Option<Response> {
        Some(Response::new(302).with_header("Location", location))
    }
    type Answer = fn(&str, &str) -> Option<Response>;
    let rows: [(&str, Answer, &str); 14] = [
        (
            "login_required",
            |uri, state| to(format!("{uri}?error=login_required&state={state}")),
            "good",
        ),
        (
            "interaction_required",
            |uri, state| to(format!("{uri}?error=interaction_required&state={state}")),
            "good",
        ),
        (
            "consent_required",
            |uri, state| to(format!("{uri}?error=consent_required&state={state}")),
            "good",
        ),
        ("code", |uri, state| to(format!("{uri}?code=c&state={state}")), "good"),
        (
            "invalid_scope",
            |uri, state| to(format!("{uri}?error=invalid_scope&state={state}")),
            "bad",
        ),
        (
            "unauthorized_client",
            |uri, state| to(format!("{uri}?error=unauthorized_client&state={state}")),
            "bad",
        ),
        ("another state", |uri, _| to(format!("{uri}?error=login_required&state=other")), "bad"),
        (
            "another port",
            |_, state| {
                to(format!("http://127.0.0.1:1/callback?error=login_required&state={state}"))
            },
            "open",
        ),
        (
            "server_error",
            |uri, state| to(format!("{uri}?error=server_error&state={state}")),
            "open",
        ),
        (
            "a page of its own",
            |_, state| to(format!("/login?error=login_required&state={state}")),
            "open",
        ),
        ("a page", |_, _| Some(Response::new(200)), "open"),
        ("out of order", |_, _| Some(Response::new(500)), "open"),
        ("too often", |_, _| Some(Response::new(429)), "open"),
        ("an error page", |_, _| Some(Response::new(400)), "bad"),
    ];
    for (name, answer, expected) in rows {
        // This provider looks at the code first.
        assert_eq!(answered(answer, || None), [expected, "open"], "{name}");
    }
}

#[test]
fn what_the_token_endpoint_leaves_open_is_open() {
    for (status, error, expected) in [
        (400, "invalid_grant", "good"),
        (401, "invalid_client", "bad"),
        (400, "unauthorized_client", "bad"),
        (401, "", "bad"),
        (400, "invalid_request", "open"),
        (400, "", "open"),
        (500, "invalid_grant", "open"),
        (503, "", "open"),
    ] {
        let came = answered(
            |_, _| None,
            move || {
                let body = json!({"error": error}).to_string();
                Some(Response::new(status).with_body("application/json", body))
            },
        );
        assert_eq!(came, ["good", expected], "{status} {error}");
    }
}

/// What `check` says of metadata that `bend` changes.
fn check(bend: impl Fn(&mut Value) + Send + Sync + 'static) -> Ran {
    let scene = Scene::bent(move |endpoint, _, response| match endpoint {
        Endpoint::Discovery => with_json(response, &bend),
        _ => response,
    });
    scene.configure("");
    scene.run(&["check", "sso"])
}

#[test]
fn what_will_stop_every_login_fails_the_check_and_shows_the_report() {
    for (member, value, words) in [
        ("response_types_supported", json!(["token"]), "response type code"),
        ("id_token_signing_alg_values_supported", json!(["HS256"]), "\"HS256\""),
        ("id_token_signing_alg_values_supported", json!(["ES512"]), "set RS256 or ES256"),
        ("require_pushed_authorization_requests", json!(true), "RFC 9126"),
    ] {
        let given = value.clone();
        let ran = check(move |metadata| metadata[member] = given.clone());
        ran.failed(3, "check_failed");
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(report["realm"], "sso");
        let problems = report["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{member}: {report}");
        assert!(problems[0].as_str().unwrap().contains(words), "{member}: {report}");
    }
    let ran = check(|_| ());
    assert_eq!((ran.status, ran.json["problems"].clone()), (0, json!([])), "{ran:?}");
}

#[test]
fn what_may_stop_a_login_is_a_note() {
    let ran = check(|metadata| metadata["scopes_supported"] = json!(["openid", "email"]));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.json["notes"].to_string().contains(r#"\"profile\""#), "{ran:?}");
}
