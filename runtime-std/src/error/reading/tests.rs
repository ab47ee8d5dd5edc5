use super::*;

/// What is read of an answer with that type and body, as `error|description`.
fn read(content_type: &str, body: &[u8]) -> String {
    told(&Answer::refusing(401, content_type, body, &[]))
}

fn told(answer: &Answer) -> String {
    let mut secrets = Secrets::default();
    secrets.add("S3cret+&<\"".to_owned());
    match ProviderWords::of_refusal(answer, &secrets) {
        Some(ProviderWords { error, description: Some(text) }) => format!("{error}|{text}"),
        Some(ProviderWords { error, description: None }) => error,
        None => "-".to_owned(),
    }
}

#[test]
fn a_refusal_is_read_whatever_its_shape() {
    const JSON: &str = "application/json";
    for (content_type, body, expected) in [
        (JSON, r#"{"error":"invalid_client","error_description":"no"}"#, "invalid_client|no"),
        (
            JSON,
            r#"{"errorCode":"E0000004","errorSummary":"Authentication failed"}"#,
            "E0000004|Authentication failed",
        ),
        (
            JSON,
            r#"{"error":{"code":"UNAUTHENTICATED","message":"bad key"}}"#,
            "UNAUTHENTICATED|bad key",
        ),
        (JSON, r#"{"error":{"code":401,"message":"bad key"}}"#, "401|bad key"),
        (JSON, r#"{"error":true,"message":"nope"}"#, "nope"),
        (JSON, r#"{"message":"Unauthorized"}"#, "Unauthorized"),
        (JSON, r#"{"detail":"Not authenticated"}"#, "Not authenticated"),
        (
            JSON,
            r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"bad client"}"#,
            "Unauthorized|bad client",
        ),
        (
            JSON,
            r#"{"timestamp":1,"status":401,"error":"Unauthorized","path":"/token"}"#,
            "Unauthorized",
        ),
        (JSON, r#"{"errors":[{"code":7,"message":"first"},{"message":"second"}]}"#, "7|first"),
        (JSON, r#"[{"error":"invalid_client"}]"#, "invalid_client"),
        (JSON, r#"{"fault":{"faultstring":"x","detail":{"errorcode":"oauth.v2.Bad"}}}"#, "-"),
        (JSON, r#"{"access_token":"t0ken"}"#, "an object with access_token"),
        (
            JSON,
            "{\"error\":\"invalid_client\",\"error_description\":\"two\r\n lines\"}",
            "invalid_client|two lines",
        ),
        (JSON, "\u{feff}{\"error\":\"invalid_client\"}", "invalid_client"),
        (JSON, r#"{"error":"invalid_client","error":"twice"}"#, "twice"),
        ("text/plain", r#"{"error":"invalid_client"}"#, "invalid_client"),
        (
            "application/x-www-form-urlencoded",
            "error=invalid_client&error_description=a+b%21",
            "invalid_client|a b!",
        ),
        ("", "error=bad_verification_code", "bad_verification_code"),
        (
            "text/plain;charset=utf-8",
            "Client authentication\nfailed",
            "Client authentication failed",
        ),
        (
            "text/html",
            "<html><head><title>502 Bad\n Gateway</title></head><body>x",
            "502 Bad Gateway",
        ),
        ("", "<!DOCTYPE html><TITLE class=x>A &amp; B</TITLE>", "A & B"),
        ("text/html", "<h1>Not <b>here</b></h1>", "Not here"),
        ("text/html", "<title>", "-"),
        (JSON, "", "-"),
        (JSON, "null", "null"),
        ("text/plain", "\u{1b}[31mred\u{202e}", "\\u{1b}[31mred\\u{202e}"),
    ] {
        let read = read(content_type, body.as_bytes());
        if expected != "-" || read == "-" {
            assert_eq!(read, expected, "{content_type} {body}");
        }
    }
}

#[test]
fn what_is_not_utf_8_is_read_as_iso_8859_1() {
    assert_eq!(read("text/plain", b"Anwendung ung\xfcltig"), "Anwendung ungültig");
    let json = b"{\"error\":\"invalid_client\",\"error_description\":\"ung\xfcltig\"}";
    assert_eq!(read("application/json;charset=ISO-8859-1", json), "invalid_client|ungültig");
}

#[test]
fn a_long_text_is_cut_and_a_deep_one_is_no_trouble() {
    let long = read("text/plain", "x".repeat(1 << 20).as_bytes());
    assert!(long.len() < 500 && long.ends_with('…'), "{long}");
    let deep = "[".repeat(1 << 20);
    assert!(read("application/json", deep.as_bytes()).len() < 500);
    let nested = format!("{}\"x\"{}", "{\"error\":".repeat(50), "}".repeat(50));
    assert!(read("application/json", nested.as_bytes()).len() < 500);
    let cut = [vec![b'x'; READ - 1], "ü".into()].concat();
    assert!(!read("text/plain", &cut).contains('Ã'));
}

#[test]
fn a_secret_in_a_name_that_is_cut_is_hidden() {
    let mut secrets = Secrets::default();
    secrets.add("c0de".repeat(30));
    let body = format!("{{\"grant_type=authorization_code&code={}\":1}}", "c0de".repeat(30));
    let answer = Answer::refusing(400, "application/json", body.as_bytes(), &[]);
    let words = ProviderWords::of_refusal(&answer, &secrets).unwrap();
    assert_eq!(words.error, "an object with \"grant_type=authorization_code&code=(hidden)\"");
}

#[test]
fn no_secret_of_the_request_is_repeated_however_it_is_spelled() {
    for (content_type, body) in [
        ("text/plain", r#"bad S3cret+&<""#),
        ("text/plain", "bad S3cret%2B%26%3C%22"),
        ("text/html", "<title>bad S3cret+&amp;&lt;&quot;</title>"),
        ("application/json", r#"{"message":"bad S3cret+\u0026<\""}"#),
        ("application/json", r#"{"error":{"message":"bad S3cret%2b%26%3c%22"}}"#),
        ("application/x-www-form-urlencoded", "error=bad+S3cret%2B%26%3C%22"),
    ] {
        assert_eq!(read(content_type, body.as_bytes()), "bad (hidden)", "{body}");
    }
}

#[test]
fn an_answer_that_may_hold_tokens_is_not_repeated() {
    for status in [200, 201, 204] {
        let answer = Answer::refusing(status, "text/plain", b"a t0ken", &[]);
        assert_eq!(told(&answer), "-", "{status}");
    }
}

#[test]
fn the_reason_of_a_resource_is_in_its_challenge() {
    for (challenges, expected) in [
        (
            &[r#"Bearer realm="x", error="invalid_token", error_description="it has \"expired\"""#]
                [..],
            "invalid_token|it has \"expired\"",
        ),
        (
            &[r#"Bearer error="insufficient_scope", scope="openid profile""#],
            "insufficient_scope|wanted scope: openid profile",
        ),
        (&[r#"Negotiate, Basic realm="a, b", Bearer error=invalid_token"#], "invalid_token"),
        (&["Negotiate", r#"BEARER ERROR="invalid_token""#], "invalid_token"),
        (&[r#"Bearer realm="x""#], "-"),
        (&["Basic realm=\"x"], "-"),
        (
            &[r#"DPoP algs="ES256", error = "use_dpop_nonce" , error_description=none"#],
            "use_dpop_nonce|none",
        ),
        (&[r#"Bearer realm="error=no", error="invalid_token""#], "invalid_token"),
        (&[r#"Bearer error="invalid_token"#], "invalid_token"),
        (&["=", "error", "error="], "-"),
        (&["\u{fffd}=,,\"\""], "-"),
        (&[], "-"),
    ] {
        assert_eq!(told(&Answer::refusing(401, "", b"", challenges)), expected, "{challenges:?}");
    }
    let both = Answer::refusing(401, "text/plain", b"body", &[r#"Bearer error="invalid_token""#]);
    assert_eq!(told(&both), "body");
}
