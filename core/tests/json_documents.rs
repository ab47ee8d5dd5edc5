//! The JSON of every document that a provider sends: one reader, strict (RFC 8259, RFC 8725).

mod common;

use common::{ISSUER, NOW, Trial, base64url, ok_json, token_response};
use onerealm_core::policy::{JSON_DEPTH, JSON_LEN, JSON_MEMBERS};
use onerealm_core::wire::{Json, JsonError, JsonProblem};
use onerealm_core::{
    ClientId, DiscoveryError, DiscoveryRequest, HttpResponse, IdTokenError, Issuer, JwksError,
    JwksRequest, JwsError, RealmError, ResponseError, TokenError, UnixTime, UserinfoError,
};
use serde_json::json;

fn response(body: &[u8]) -> HttpResponse<'_> {
    HttpResponse { body, ..ok_json("") }
}

/// What each reader of a response's body says of a document's JSON.
fn problems_of_bodies(document: &[u8]) -> [(&'static str, Option<JsonError>); 4] {
    let json = |error| match error {
        ResponseError::Json { error } => Some(error),
        _ => None,
    };
    let trial = Trial::new();
    let discovery = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap());
    let discovery = match discovery.response(response(document)).unwrap_err() {
        DiscoveryError::Response { error } => json(error),
        _ => None,
    };
    let jwks = trial.login(|login| {
        match JwksRequest::new(login.relying_party.metadata()).response(response(document)) {
            Err(JwksError::Response { error }) => json(error),
            _ => None,
        }
    });
    let token = trial.login(|login| {
        login.exchange(response(document), |id_token| match id_token {
            Err(TokenError::Response { error }) => json(error),
            _ => None,
        })
    });
    let userinfo = trial.judge_and_look(
        |nonce| trial.provider.sign(&trial.claims(nonce)),
        |identity| match identity.userinfo_request().unwrap().response(response(document)) {
            Err(UserinfoError::Response { error }) => json(error),
            _ => None,
        },
    );
    [("discovery", discovery), ("jwks", jwks), ("token", token), ("userinfo", userinfo.unwrap())]
}

/// What is said of the JSON of an ID token's header and payload.
fn problems_of_tokens(document: &[u8]) -> [(&'static str, Option<JsonError>); 2] {
    let trial = Trial::new();
    let header = trial.judge(|_| trial.provider.sign_parts(&base64url(document), ""));
    let header = match header {
        Err(IdTokenError::Jws { error: JwsError::HeaderJson { error } }) => Some(error),
        _ => None,
    };
    let good = base64url(trial.provider.header().to_string().as_bytes());
    let payload = match trial.judge(|_| trial.provider.sign_parts(&good, &base64url(document))) {
        Err(IdTokenError::Json { error }) => Some(error),
        _ => None,
    };
    [("header", header), ("payload", payload)]
}

/// Checks that every reader refuses the document for that reason.
fn assert_refused(document: &[u8], expected: JsonProblem) {
    let shown = String::from_utf8_lossy(&document[..document.len().min(80)]).into_owned();
    let mut problems = problems_of_bodies(document).to_vec();
    if document.len() < 20_000 {
        problems.extend(problems_of_tokens(document));
    }
    for (place, error) in problems {
        assert_eq!(error.map(|error| error.problem), Some(expected), "{place}: {shown}");
    }
}

/// Judges an ID token whose payload is the text of good claims, bent.
fn judge_payload(trial: &Trial, bend: impl FnOnce(String) -> String) -> Result<(), IdTokenError> {
    trial.judge(|nonce| {
        let payload = bend(trial.claims(nonce).to_string());
        trial.provider.sign_raw(&trial.provider.header().to_string(), &payload)
    })
}

fn problem(verdict: Result<(), IdTokenError>) -> Option<JsonProblem> {
    match verdict {
        Err(IdTokenError::Json { error }) => Some(error.problem),
        Err(IdTokenError::Jws { error: JwsError::HeaderJson { error } }) => Some(error.problem),
        _ => None,
    }
}

#[test]
fn case_039_a_header_member_given_twice_is_refused() {
    let trial = Trial::new();
    for header in [
        r#"{"alg":"none","alg":"ES256","kid":"k1"}"#,
        r#"{"alg":"ES256","alg":"none","kid":"k1"}"#,
        r#"{"alg":"ES256","alg":"ES256","kid":"k1"}"#,
        r#"{"alg":"ES256","kid":"k1","kid":"k2"}"#,
        r#"{"alg":"ES256","kid":"k1","x":{"y":1,"y":1}}"#,
    ] {
        let found = problem(trial.judge_header(header));
        assert_eq!(found, Some(JsonProblem::Duplicate), "{header}");
    }
}

#[test]
fn case_040_and_041_a_claim_given_twice_is_refused() {
    let trial = Trial::new();
    for member in [
        r#""sub":"victim""#,
        r#""sub":"alice-sub""#,
        r#""iss":"https://evil.example""#,
        r#""aud":["other"]"#,
        r#""nonce":"other""#,
        r#""exp":9999999999"#,
        r#""preferred_username":"root""#,
    ] {
        let before =
            judge_payload(&trial, |claims| claims.replacen('{', &format!("{{{member},"), 1));
        assert_eq!(problem(before), Some(JsonProblem::Duplicate), "{member} before");
        let behind = judge_payload(&trial, |claims| claims.replace('}', &format!(",{member}}}")));
        assert_eq!(problem(behind), Some(JsonProblem::Duplicate), "{member} behind");
    }
}

#[test]
fn case_041_a_claim_hidden_behind_escapes_is_refused_even_alone() {
    let trial = Trial::new();
    for name in [r"\u0073ub", r"s\u0075b", r"su\u0062", r"nonc\u0065", r"\u0069ss", r"\u005fx"] {
        let verdict = judge_payload(&trial, |claims| {
            claims.replace('}', &format!(",\"{name}\":\"victim\"}}"))
        });
        assert_eq!(problem(verdict), Some(JsonProblem::EscapedName), "{name}");
        let header = format!(r#"{{"alg":"ES256","kid":"k1","{name}":1}}"#);
        let found = problem(trial.judge_header(&header));
        assert_eq!(found, Some(JsonProblem::EscapedName), "{name}");
    }
    for twins in [r#""a/b":1,"a\/b":2"#, r#""é":1,"\u00e9":2"#, r#""😀":1,"\ud83d\ude00":2"#] {
        assert_refused(format!("{{{twins}}}").as_bytes(), JsonProblem::Duplicate);
    }
}

#[test]
fn case_042_a_member_given_twice_is_refused_in_every_document() {
    for document in [
        r#"{"a":1,"a":1}"#,
        r#"{"issuer":"https://login.example/t","issuer":"https://evil.example"}"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"keys":[{"kty":"EC","kid":"k1","kid":"k2"}]}"#,
        r#"{"access_token":"a","token_type":"Bearer","id_token":"x","id_token":"y"}"#,
        r#"{"sub":"alice-sub","sub":"victim"}"#,
        r#"{"a":[{"b":{"c":1,"d":{},"c":2}}]}"#,
    ] {
        assert_refused(document.as_bytes(), JsonProblem::Duplicate);
    }
}

#[test]
fn case_043_nesting_is_bounded() {
    assert_refused("[".repeat(20_000).as_bytes(), JsonProblem::TooDeep);
    assert_refused("{\"a\":".repeat(20_000).as_bytes(), JsonProblem::TooDeep);
    let trial = Trial::new();
    let nested = |depth: usize| {
        let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        judge_payload(&trial, |claims| claims.replace('}', &format!(",\"x\":{value}}}")))
    };
    assert_eq!(nested(JSON_DEPTH - 1), Ok(()));
    assert_eq!(problem(nested(JSON_DEPTH)), Some(JsonProblem::TooDeep));
}

#[test]
fn case_044_text_that_is_not_utf_8_is_refused() {
    for (document, problem) in [
        (&b"{\"a\":\"\xff\"}"[..], JsonProblem::NotUtf8),
        (b"{\"a\":\"\xc0\xaf\"}", JsonProblem::NotUtf8),
        (b"{\"a\":\"\xc3\"}", JsonProblem::NotUtf8),
        (b"{\"a\":\"\xf8\x88\x80\x80\x80\"}", JsonProblem::NotUtf8),
        (b"{\"a\":\"\xed\xa0\x80\"}", JsonProblem::NotUtf8),
        (b"{\"\xff\":1}", JsonProblem::NotUtf8),
        (br#"{"a":"\ud800"}"#, JsonProblem::Escape),
        (br#"{"a":"\udc00"}"#, JsonProblem::Escape),
        (br#"{"a":"\ud800\ud800"}"#, JsonProblem::Escape),
        (br#"{"a":"\ud800x"}"#, JsonProblem::Escape),
        (br#"{"\ud800":1}"#, JsonProblem::Escape),
    ] {
        assert_refused(document, problem);
    }
}

#[test]
fn case_045_other_encodings_and_byte_order_marks_are_refused() {
    assert_refused(b"\xef\xbb\xbf{}", JsonProblem::Unexpected);
    assert_refused(b"\xff\xfe{\0}\0", JsonProblem::NotUtf8);
    assert_refused(b"\xfe\xff\0{\0}", JsonProblem::NotUtf8);
    assert_refused(b"{\0}\0", JsonProblem::Unexpected);
    assert_refused(b"\0{\0}", JsonProblem::Unexpected);
}

#[test]
fn case_046_nothing_follows_the_document() {
    for document in ["{}{}", "{} {}", "{}x", "{},", "{}]", "{}\0", "{}\u{b}", "{}//"] {
        assert_refused(document.as_bytes(), JsonProblem::Trailing);
    }
    let trial = Trial::new();
    let white_space = " \t\r\n".repeat(1000);
    let verdict = judge_payload(&trial, |claims| format!("{white_space}{claims}{white_space}"));
    assert_eq!(verdict, Ok(()));
    assert_refused(" ".repeat(JSON_LEN).as_bytes(), JsonProblem::TooLong);
    assert_refused(" ".repeat(JSON_LEN - 1).as_bytes(), JsonProblem::Truncated);
}

#[test]
fn case_047_members_are_bounded_and_names_mean_nothing_special() {
    let object = |members: usize| {
        let members: Vec<_> = (0..members).map(|i| format!("\"m{i}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert_refused(object(JSON_MEMBERS + 1).as_bytes(), JsonProblem::TooManyMembers);
    assert_refused(object(10_000).as_bytes(), JsonProblem::TooManyMembers);
    assert_refused(object(100_000).as_bytes(), JsonProblem::TooLong);
    let trial = Trial::new();
    let verdict = trial.judge_claims(|claims| {
        for name in ["__proto__", "constructor", "toString", "", "then", "null"] {
            claims[name] = json!({"sub": "victim", "iss": "https://evil.example"});
        }
    });
    assert_eq!(verdict, Ok(()));
}

#[test]
fn case_047_an_id_token_has_as_many_members_as_the_callers_scratch_has_entries() {
    let trial = Trial::new();
    let verdict = |members: usize, scratch: Option<usize>| {
        trial.login(|login| {
            let mut claims = trial.claims(&login.nonce);
            let own = claims.as_object().unwrap().len();
            let roles = (0..members - own - 1).map(|i| (format!("client-{i}"), json!({})));
            claims["x"] = roles.collect::<serde_json::Map<_, _>>().into();
            let body = token_response(&trial.provider.sign(&claims), "at");
            login.exchange(ok_json(&body), |id_token| {
                let id_token = id_token.unwrap();
                let mut buf = vec![0; id_token.buffer_needed()];
                let mut entries = vec![u32::MAX; scratch.unwrap_or_default()];
                let opened = id_token.open(&mut buf)?;
                let opened = match scratch {
                    Some(_) => opened.with_scratch(&mut entries),
                    None => opened,
                };
                let identity = opened.validate(&login.keys, &trial.verifiers, NOW)?;
                assert_eq!(identity.subject(), "alice-sub");
                Ok::<_, IdTokenError>(())
            })
        })
    };
    let is_refused = |verdict| match verdict {
        Err(IdTokenError::Json { error }) => error.problem == JsonProblem::TooManyMembers,
        _ => false,
    };
    assert_eq!(verdict(JSON_MEMBERS, None), Ok(()));
    assert!(is_refused(verdict(JSON_MEMBERS + 1, None)));
    assert_eq!(verdict(300, Some(300)), Ok(()));
    assert!(is_refused(verdict(301, Some(300))));
    assert_eq!(verdict(5000, Some(5000)), Ok(()));
}

#[test]
fn case_048_and_068_numbers_are_read_exactly_or_refused() {
    let not_a_time = Err(IdTokenError::NotATime { claim: "exp" });
    let expired = Err(IdTokenError::Expired { expired: UnixTime(0), now: NOW });
    let trial = Trial::new();
    for (exp, expected) in [
        ("1779274800", Ok(())),
        ("1779274800.999999999", Ok(())),
        ("17792748e2", Ok(())),
        ("1.7792748e9", Ok(())),
        ("1.7792748E+9", Ok(())),
        ("253402300799", Ok(())),
        ("253402300800", not_a_time),
        ("9007199254740993", not_a_time),
        ("9223372036854775807", not_a_time),
        ("18446744073709551615", not_a_time),
        ("18446744073709551616", not_a_time),
        ("18446744075488826416", not_a_time),
        ("1e400", not_a_time),
        ("9e99", not_a_time),
        ("1e99999999999999999999", not_a_time),
        ("-1", not_a_time),
        ("-1779274800", not_a_time),
        ("-1e400", not_a_time),
        ("0", expired),
        ("-0", expired),
        ("1e-400", expired),
        ("0e400", expired),
    ] {
        let verdict = judge_payload(&trial, |claims| {
            claims.replace("\"exp\":1779274800", &format!("\"exp\":{exp}"))
        });
        assert_eq!(verdict, expected, "{exp}");
    }
    for text in ["0x10", "01", "1.", ".5", "+1", "1e", "-", "NaN", "Infinity", "-Infinity", "1_000"]
    {
        assert_refused(format!("{{\"exp\":{text}}}").as_bytes(), JsonProblem::Unexpected);
    }
}

#[test]
fn case_049_strings_are_compared_whole() {
    let trial = Trial::new();
    for (claim, value, expected) in [
        ("aud", "pve\0", IdTokenError::Audience),
        ("aud", "pve\0id", IdTokenError::Audience),
        ("azp", "pve\0", IdTokenError::AuthorizedParty),
        ("iss", "https://login.example/t\0", IdTokenError::Issuer),
        ("iss", "https://login.example/t\0.evil.example", IdTokenError::Issuer),
        ("sub", "alice-sub\0", IdTokenError::Subject),
    ] {
        let verdict = trial.judge_claims(|claims| claims[claim] = value.into());
        assert_eq!(verdict, Err(expected), "{claim}: {value:?}");
    }
    let verdict = trial.judge_claims(|claims| {
        claims["nonce"] = format!("{}\0", claims["nonce"].as_str().unwrap()).into();
    });
    assert!(matches!(verdict, Err(IdTokenError::NoNonce | IdTokenError::Nonce)), "{verdict:?}");
    assert_refused(b"{\"a\":\"\0\"}", JsonProblem::ControlCharacter);
    assert_refused(b"{\"a\":\"\x1f\"}", JsonProblem::ControlCharacter);
    assert_eq!(ClientId::parse("client\0id"), Err(RealmError::ClientId));
}

#[test]
fn case_050_text_is_compared_as_it_is_written() {
    let mut trial = Trial::new();
    for (claim, value, expected) in [
        ("iss", "https://l\u{43e}gin.example/t", IdTokenError::Issuer),
        ("iss", "https://login.example/\u{ff54}", IdTokenError::Issuer),
        ("aud", "\u{440}ve", IdTokenError::Audience),
        ("aud", "pve\u{200b}", IdTokenError::Audience),
        ("aud", "p\u{301}ve", IdTokenError::Audience),
    ] {
        let verdict = trial.judge_claims(|claims| claims[claim] = value.into());
        assert_eq!(verdict, Err(expected), "{claim}: {value}");
    }
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}");
    trial.realm.registration.client_id = ClientId::parse(composed).unwrap();
    assert_eq!(trial.judge_claims(|claims| claims["aud"] = composed.into()), Ok(()));
    let verdict = trial.judge_claims(|claims| claims["aud"] = decomposed.into());
    assert_eq!(verdict, Err(IdTokenError::Audience));
    for sub in [composed, decomposed] {
        let subject = trial.judge_and_look(
            |nonce| {
                let mut claims = trial.provider.claims(composed, nonce);
                claims["sub"] = sub.into();
                trial.provider.sign(&claims)
            },
            |identity| identity.subject().to_owned(),
        );
        assert_eq!(subject.as_deref(), Ok(sub));
    }
}

#[test]
fn values_may_be_escaped() {
    let trial = Trial::new();
    let payload = judge_payload(&trial, |claims| {
        claims
            .replace("https://login.example/t", r"https:\/\/login.example\u002ft")
            .replace("\"pve\"", r#""\u0070ve""#)
    });
    assert_eq!(payload, Ok(()));
    let subject = trial.judge_and_look(
        |nonce| {
            let claims =
                trial.claims(nonce).to_string().replace("alice-sub", r#"\u0061\ud83d\ude00\"\\"#);
            trial.provider.sign_raw(&trial.provider.header().to_string(), &claims)
        },
        |identity| identity.subject().to_owned(),
    );
    assert_eq!(subject.as_deref(), Ok("a\u{1f600}\"\\"));
    assert_eq!(trial.judge_header(r#"{"alg":"ES25\u0036","kid":"\u006b1"}"#), Ok(()));
}

#[test]
fn a_json_document_says_where_it_is_wrong() {
    for (document, problem, at) in [
        (&b"{\"a\":1,\"a\":2}"[..], JsonProblem::Duplicate, 10),
        (b"[1,]", JsonProblem::Unexpected, 3),
        (b"\"ab\xff\"", JsonProblem::NotUtf8, 3),
        (b"[", JsonProblem::Truncated, 1),
    ] {
        assert_eq!(Json::parse(document).err(), Some(JsonError { problem, at }));
    }
}
