//! Userinfo (OpenID Connect Core 5.3): more claims, about the same end user.

mod common;

use common::{NOW, Trial, ok_json, token_response};
use onerealm_core::policy::ACCESS_TOKEN_LEN;
use onerealm_core::wire::{JsonError, JsonProblem, Value as WireValue};
use onerealm_core::{
    ErrorCode, HttpResponse, Identity, Method, QueryUserinfo, ResponseError, UserinfoError,
};
use serde_json::{Value, json};

/// The identity of a finished login.
fn identified<T>(trial: &Trial, look: impl FnOnce(Identity<'_>) -> T) -> T {
    trial.judge_and_look(|nonce| trial.provider.sign(&trial.claims(nonce)), look).unwrap()
}

fn read(response: HttpResponse<'_>) -> Result<(), UserinfoError> {
    identified(&Trial::new(), |identity| {
        identity.userinfo_request().unwrap().response(response).map(|_| ())
    })
}

#[test]
fn case_163_userinfo_is_about_the_end_user_of_the_id_token() {
    let other = UserinfoError::OtherSubject;
    let none = UserinfoError::NoSubject;
    for (body, expected) in [
        (r#"{"sub":"alice-sub"}"#, Ok(())),
        (r#"{"email":"a@example.com","sub":"\u0061lice-sub"}"#, Ok(())),
        (r#"{"sub":"victim"}"#, Err(other)),
        (r#"{"sub":"Alice-sub"}"#, Err(other)),
        (r#"{"sub":"alice-sub "}"#, Err(other)),
        (r#"{"sub":"alice-sub\u0000"}"#, Err(other)),
        (r#"{"sub":"alice-su"}"#, Err(other)),
        (r#"{"sub":"alice-sub1"}"#, Err(other)),
        (r#"{"sub":""}"#, Err(other)),
        (r#"{"sub":["alice-sub","victim"]}"#, Err(none)),
        (r#"{"sub":["victim","alice-sub"]}"#, Err(none)),
        (r#"{"sub":["alice-sub"]}"#, Err(none)),
        (r#"{"sub":{"sub":"alice-sub"}}"#, Err(none)),
        (r#"{"sub":null}"#, Err(none)),
        (r#"{"sub":1}"#, Err(none)),
        (r#"{"Sub":"alice-sub"}"#, Err(none)),
        (r#"{"x":{"sub":"alice-sub"}}"#, Err(none)),
        ("{}", Err(none)),
    ] {
        assert_eq!(read(ok_json(body)), expected, "{body}");
    }
    for twice in [
        r#"{"sub":"alice-sub","sub":"victim"}"#,
        r#"{"sub":"victim","sub":"alice-sub"}"#,
        r#"{"sub":"alice-sub","email":"a","email":"b"}"#,
    ] {
        let Err(UserinfoError::Response { error: ResponseError::Json { error } }) =
            read(ok_json(twice))
        else {
            panic!("{twice}")
        };
        assert_eq!(error.problem, JsonProblem::Duplicate, "{twice}");
    }
}

#[test]
fn case_164_a_signed_answer_is_not_read_as_a_plain_one_and_what_is_no_object_is_refused() {
    let trial = Trial::new();
    let good = trial.provider.sign(&json!({"sub": "alice-sub"}));
    for body in [good.as_str(), r#"{"sub":"alice-sub"}"#] {
        for content_type in ["application/jwt", "Application/JWT;charset=utf-8"] {
            let answer = HttpResponse { content_type: Some(content_type), ..ok_json(body) };
            assert_eq!(read(answer), Err(UserinfoError::Signed), "{body}");
        }
    }
    let error = JsonError { problem: JsonProblem::Unexpected, at: 0 };
    let error = ResponseError::Json { error };
    assert_eq!(read(ok_json(&good)), Err(UserinfoError::Response { error }));
    for body in ["[]", "\"alice-sub\"", "null", r#"[{"sub":"alice-sub"}]"#] {
        let error = ResponseError::Member;
        assert_eq!(read(ok_json(body)), Err(UserinfoError::Response { error }), "{body}");
    }
}

#[test]
fn case_165_the_access_token_is_in_the_header_only() {
    let trial = Trial { access_token: "a-T.0_k~e+n/==", ..Trial::new() };
    identified(&trial, |identity| {
        let mut buf = [0; 256];
        let request = identity.userinfo_request().unwrap();
        assert!(!format!("{request:?}").contains("a-T.0_k"));
        let request = request.request(&mut buf).unwrap();
        assert_eq!(
            (request.method, request.url),
            (Method::Get, "https://login.example/t/userinfo")
        );
        assert_eq!(request.authorization, Some("Bearer a-T.0_k~e+n/=="));
        assert!(request.body.is_empty());
        let headers: Vec<_> = request.headers().collect();
        assert_eq!(
            headers,
            [
                ("accept", "application/json, application/jwt;q=0.5"),
                ("accept-encoding", "identity"),
                ("authorization", "Bearer a-T.0_k~e+n/=="),
            ]
        );
    });
}

#[test]
fn userinfo_has_as_many_members_as_the_callers_scratch_has_entries() {
    let members: serde_json::Map<_, _> = (0..300).map(|i| (format!("m{i}"), json!(i))).collect();
    let body = json!({"sub": "alice-sub", "x": members}).to_string();
    identified(&Trial::new(), |identity| {
        let request = identity.userinfo_request().unwrap();
        let problem = |result: Result<(), UserinfoError>| match result {
            Ok(_) => None,
            Err(UserinfoError::Response { error: ResponseError::Json { error } }) => {
                Some(error.problem)
            }
            Err(other) => panic!("{other}"),
        };
        let too_many = Some(JsonProblem::TooManyMembers);
        assert_eq!(problem(request.response(ok_json(&body)).map(drop)), too_many);
        let with_scratch = |len| {
            request.response_with_scratch(ok_json(&body), vec![7; len].as_mut_slice()).map(drop)
        };
        assert_eq!(problem(with_scratch(301)), too_many);
        assert_eq!(problem(with_scratch(302)), None);
    });
}

#[test]
fn case_165_an_access_token_that_no_header_can_carry_is_not_sent() {
    let long: &'static str = "t".repeat(ACCESS_TOKEN_LEN).leak();
    let longer: &'static str = "t".repeat(ACCESS_TOKEN_LEN + 1).leak();
    for (access_token, expected) in [
        ("t", Ok(())),
        ("!~", Ok(())),
        (long, Ok(())),
        (longer, Err(UserinfoError::AccessToken)),
        ("a b", Err(UserinfoError::AccessToken)),
        ("a\r\nHost: evil.example", Err(UserinfoError::AccessToken)),
        ("a\0", Err(UserinfoError::AccessToken)),
        ("\u{7f}", Err(UserinfoError::AccessToken)),
        ("é", Err(UserinfoError::AccessToken)),
    ] {
        let trial = Trial { access_token, ..Trial::new() };
        let verdict = identified(&trial, |identity| {
            let mut buf = vec![0; ACCESS_TOKEN_LEN + 1024];
            identity.userinfo_request().unwrap().request(&mut buf).map(|_| ())
        });
        assert_eq!(verdict, expected, "{access_token:.20}");
    }
}

#[test]
fn case_166_a_refusal_is_told_and_so_is_what_is_no_json() {
    let refused = |status, error| Err(UserinfoError::Refused { status, error });
    let good = r#"{"sub":"alice-sub"}"#;
    for (status, body, expected) in [
        (401, r#"{"error":"invalid_token"}"#, refused(401, ErrorCode::InvalidToken)),
        (403, r#"{"error":"insufficient_scope"}"#, refused(403, ErrorCode::InsufficientScope)),
        (401, "", refused(401, ErrorCode::Other)),
        (403, "<html>", refused(403, ErrorCode::Other)),
        (302, good, refused(302, ErrorCode::Other)),
        (307, good, refused(307, ErrorCode::Other)),
        (201, good, refused(201, ErrorCode::Other)),
        (204, "", refused(204, ErrorCode::Other)),
        (500, good, refused(500, ErrorCode::Other)),
    ] {
        assert_eq!(read(HttpResponse { status, ..ok_json(body) }), expected, "{status} {body}");
    }
    for content_type in [Some("text/html"), Some("text/plain"), Some("application/jwtx"), None] {
        let error = ResponseError::ContentType;
        let answer = HttpResponse { content_type, ..ok_json(good) };
        assert_eq!(read(answer), Err(UserinfoError::Response { error }), "{content_type:?}");
    }
}

#[test]
fn case_167_claims_that_are_elsewhere_are_not_fetched() {
    let body = json!({
        "sub": "alice-sub",
        "_claim_names": {"email": "src1"},
        "_claim_sources": {"src1": {"endpoint": "https://evil.example/claims", "access_token": "x"}},
    })
    .to_string();
    identified(&Trial::new(), |identity| {
        assert!(!identity.is_elsewhere("email"));
        let userinfo = identity.userinfo_request().unwrap().response(ok_json(&body)).unwrap();
        let identity = identity.with_userinfo(userinfo);
        assert!(identity.claim("email").is_none());
        assert!(identity.is_elsewhere("email") && !identity.is_elsewhere("phone"));
    });
}

#[test]
fn userinfo_is_asked_where_the_provider_offers_it_and_the_realm_wants_it() {
    for (offered, query, expected) in [
        (true, QueryUserinfo::WhereOffered, true),
        (true, QueryUserinfo::Never, false),
        (false, QueryUserinfo::WhereOffered, false),
        (false, QueryUserinfo::Never, false),
    ] {
        let mut trial = Trial::new();
        trial.realm.userinfo = query;
        if !offered {
            trial.discovery["userinfo_endpoint"] = Value::Null;
        }
        let asked = identified(&trial, |identity| identity.userinfo_request().is_some());
        assert_eq!(asked, expected, "{offered} {query:?}");
    }
}

#[test]
fn case_083_the_id_tokens_claims_come_before_those_of_userinfo() {
    let body = json!({
        "sub": "alice-sub", "iss": "https://evil.example", "preferred_username": "victim",
        "email": "alice@example.com", "\u{e9}/": 1,
    })
    .to_string();
    identified(&Trial::new(), |identity| {
        assert!(identity.userinfo_claims().is_none());
        let request = identity.userinfo_request().unwrap();
        let identity = identity.with_userinfo(request.response(ok_json(&body)).unwrap());
        let claim = |name: &str| identity.claim(name).and_then(WireValue::as_str);
        assert!(claim("preferred_username").unwrap() == *"alice");
        assert!(claim("iss").unwrap() == *common::ISSUER);
        assert!(claim("email").unwrap() == *"alice@example.com");
        assert!(claim("name").is_none());
        assert_eq!(identity.issuer(), common::ISSUER);
        let names: Vec<_> =
            identity.members().map(|(name, _)| name.chars().collect::<String>()).collect();
        let expected =
            ["aud", "exp", "iat", "iss", "nonce", "preferred_username", "sub", "email", "é/"];
        assert_eq!(names, expected);
        assert!(identity.id_token_claims().get("email").is_none());
        assert!(identity.userinfo_claims().unwrap().get("email").is_some());
    });
}

#[test]
fn a_userinfo_request_that_does_not_fit_says_how_much_would() {
    identified(&Trial::new(), |identity| {
        let request = identity.userinfo_request().unwrap();
        let needed = "https://login.example/t/userinfoBearer at".len();
        for len in 0..needed {
            let error = request.request(&mut vec![0; len]).unwrap_err();
            assert_eq!(error, UserinfoError::Buffer { needed });
        }
        assert!(request.request(&mut vec![0; needed]).is_ok());
    });
}

#[test]
fn an_identity_shows_no_claim_and_no_token() {
    let trial = Trial { access_token: "canary", ..Trial::new() };
    identified(&trial, |identity| {
        let shown = format!("{identity:?}");
        assert!(!shown.contains("canary") && !shown.contains("preferred_username"), "{shown}");
    });
    trial.login(|login| {
        let id_token = trial.provider.sign(&trial.claims(&login.nonce));
        login.exchange(ok_json(&token_response(&id_token, "canary")), |id_token| {
            let id_token = id_token.unwrap();
            let mut buf = vec![0; id_token.buffer_needed()];
            let shown = format!("{id_token:?}");
            let opened = format!("{:?}", id_token.open(&mut buf).unwrap());
            for (shown, name) in [(shown, "IdToken {"), (opened, "UnverifiedIdToken {")] {
                assert!(!shown.contains("canary") && !shown.contains("eyJ"), "{shown}");
                assert!(shown.starts_with(name) && shown.contains("pve"), "{shown}");
            }
        });
        assert_eq!(login.pending.begun(), NOW);
    });
}
