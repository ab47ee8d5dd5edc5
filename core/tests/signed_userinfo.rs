//! Signed userinfo (OpenID Connect Core 5.3.2 and 5.3.4): verified with the keys of ID tokens, by rules of
//! its own. Case 164, a row for each way to be wrong.

mod common;

use common::{ISSUER, NOW, Provider, Trial, base64url, ok_json};
use onerealm_core::wire::{JsonProblem, Words};
use onerealm_core::{
    HttpResponse, Identity, JwksError, JwsAlgorithm, JwsError, UnixTime, UserinfoError,
    UserinfoSigned,
};
use serde_json::{Value, json};

const JWT: &str = "application/jwt";

fn with_type(content_type: &str, body: &str) -> Answer {
    Answer { content_type: content_type.to_owned(), body: body.as_bytes().to_vec() }
}

struct Answer {
    content_type: String,
    body: Vec<u8>,
}

/// What comes of an answer, read as a caller does that verifies.
fn read(identity: Identity<'_>, answer: &Answer, trial: &Trial) -> Result<String, UserinfoError> {
    let Answer { content_type, body } = answer;
    let response = HttpResponse { status: 200, content_type: Some(content_type), body };
    let request = identity.userinfo_request().unwrap();
    let keys = trial.keys.to_string();
    let discovery = trial.discovery.to_string();
    let metadata = common::metadata(&discovery);
    let keys = common::key_set(&metadata, &keys);
    let mut buf;
    let userinfo = match request.signed_response(response) {
        Some(token) => {
            buf = vec![0; token.buffer_needed()];
            token.open(&mut buf)?.validate(&keys, &trial.verifiers, trial.now)?
        }
        None => request.response(response)?,
    };
    let identity = identity.with_userinfo(userinfo);
    let email = identity.claim("email").and_then(|claim| claim.as_str());
    Ok(email.map(|email| email.chars().collect()).unwrap_or_default())
}

/// The verdict on the answer that `make` makes for the login's nonce.
fn judge_with(trial: &Trial, make: impl FnOnce(&str) -> Answer) -> Result<(), UserinfoError> {
    trial.login(|login| {
        let id_token = trial.provider.sign(&trial.claims(&login.nonce));
        let body = common::token_response(&id_token, "at");
        login.exchange(ok_json(&body), |id_token| {
            let id_token = id_token.unwrap();
            let mut buf = vec![0; id_token.buffer_needed()];
            let identity =
                common::believe(id_token, &login.keys, &trial.verifiers, NOW, &mut buf).unwrap();
            read(identity, &make(&login.nonce), trial)
                .map(|email| assert_eq!(email, "alice@example.com"))
        })
    })
}

fn judge_token(trial: &Trial, token: &str) -> Result<(), UserinfoError> {
    judge_with(trial, |_| with_type(JWT, token))
}

/// The claims of a good answer.
fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "pve", "sub": "alice-sub", "email": "alice@example.com"})
}

fn judge_claims(trial: &Trial, bend: impl FnOnce(&mut Value)) -> Result<(), UserinfoError> {
    let mut claims = claims();
    bend(&mut claims);
    judge_token(trial, &trial.provider.sign(&claims))
}

/// With one claim replaced, or left out.
fn judge_claim(trial: &Trial, name: &str, value: Option<Value>) -> Result<(), UserinfoError> {
    judge_claims(trial, |claims| match value {
        Some(value) => claims[name] = value,
        None => drop(claims.as_object_mut().unwrap().remove(name)),
    })
}

fn judge_header(trial: &Trial, header: &Value) -> Result<(), UserinfoError> {
    judge_token(trial, &trial.provider.sign_raw(&header.to_string(), &claims().to_string()))
}

fn envelope(error: JwsError) -> Result<(), UserinfoError> {
    Err(UserinfoError::Envelope { error })
}

#[test]
fn case_164_a_signed_answer_is_believed_with_each_algorithm() {
    use JwsAlgorithm::*;
    for algorithm in [Rs256, Rs384, Rs512, Ps256, Ps384, Ps512, Es256, Es384, EdDsa] {
        let trial = Trial::of(Provider::signing_with(algorithm));
        assert_eq!(judge_claims(&trial, |_| ()), Ok(()), "{algorithm}");
    }
    // Only `sub` must be there.
    let trial = Trial::new();
    let least = json!({"sub": "alice-sub", "email": "alice@example.com"});
    assert_eq!(judge_token(&trial, &trial.provider.sign(&least)), Ok(()));
}

#[test]
fn case_164_the_media_type_says_which_kind_of_answer_it_is() {
    let trial = Trial::new();
    let token = trial.provider.sign(&claims());
    let plain = claims().to_string();
    for content_type in [
        "application/jwt",
        "APPLICATION/JWT",
        "Application/Jwt; charset=utf-8",
        "application/jwt;charset=UTF-8;x=y",
        " application/jwt ; charset=utf-8",
    ] {
        let judge = |body: &str| judge_with(&trial, |_| with_type(content_type, body));
        assert_eq!(judge(&token), Ok(()), "{content_type}");
        assert_eq!(judge(r#"{"sub":"alice-sub"}"#), envelope(JwsError::NotCompact));
        assert_eq!(judge(&plain), envelope(JwsError::Base64), "its dots make three parts");
    }
    for content_type in [
        "application/json",
        "application/jwt+json",
        "application/jwt, application/json",
        "application/jwtx",
        "application/jose",
        "text/plain",
        "jwt",
        "",
    ] {
        let verdict = judge_with(&trial, |_| with_type(content_type, &token));
        assert!(matches!(verdict, Err(UserinfoError::Response { .. })), "{content_type}");
    }
    // Whose status is another is no answer.
    let verdict = trial.judge_and_look(
        |nonce| trial.provider.sign(&trial.claims(nonce)),
        |identity| {
            let response = HttpResponse { status: 401, content_type: Some(JWT), ..ok_json(&token) };
            identity.userinfo_request().unwrap().signed_response(response).is_none()
        },
    );
    assert_eq!(verdict, Ok(true));
}

#[test]
fn case_164_plain_json_is_refused_where_the_realm_requires_a_signature() {
    let mut trial = Trial::new();
    let plain = claims().to_string();
    assert_eq!(judge_with(&trial, |_| with_type("application/json", &plain)), Ok(()));
    trial.realm.userinfo_signed = UserinfoSigned::Required;
    for content_type in ["application/json", "text/json", "application/x+json", "text/html", ""] {
        let verdict = judge_with(&trial, |_| with_type(content_type, &plain));
        assert_eq!(verdict, Err(UserinfoError::NotSigned), "{content_type}");
    }
    assert_eq!(judge_claims(&trial, |_| ()), Ok(()));
    // It asks for what it takes.
    for (signed, accept) in [
        (UserinfoSigned::Accepted, "application/json, application/jwt;q=0.5"),
        (UserinfoSigned::Required, "application/jwt"),
    ] {
        trial.realm.userinfo_signed = signed;
        let asked = trial.judge_and_look(
            |nonce| trial.provider.sign(&trial.claims(nonce)),
            |identity| {
                let request = identity.userinfo_request().unwrap();
                request.request(&mut [0; 256]).unwrap().accept
            },
        );
        assert_eq!(asked, Ok(accept));
    }
}

#[test]
fn case_164_an_unsigned_or_symmetric_answer_is_refused() {
    let trial = Trial::new();
    for alg in ["none", "None", "NONE", "HS256", "HS384", "HS512", "ES512", "RSA-OAEP", "", "es256"]
    {
        let header = json!({"alg": alg, "kid": "k1"});
        assert_eq!(judge_header(&trial, &header), Err(UserinfoError::Algorithm), "{alg}");
    }
    let token = |header: &str| {
        format!("{}.{}.", base64url(header.as_bytes()), base64url(claims().to_string().as_bytes()))
    };
    let none = token(r#"{"alg":"none"}"#);
    assert_eq!(judge_token(&trial, &none), Err(UserinfoError::Algorithm));
    // Without a signature, whatever the header says.
    let stripped = token(r#"{"alg":"ES256","kid":"k1"}"#);
    assert_eq!(judge_token(&trial, &stripped), Err(UserinfoError::Signature));
}

#[test]
fn case_164_the_signature_is_the_providers() {
    let trial = Trial::new();
    let other = Provider::new();
    assert_eq!(
        judge_token(&trial, &other.sign(&claims())),
        Err(UserinfoError::Signature),
        "another key under the same kid"
    );
    let good = trial.provider.sign(&claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let victim = json!({"sub": "alice-sub", "email": "victim@example.com"}).to_string();
    for token in [
        format!("{header}.{}.{signature}", base64url(victim.as_bytes())),
        format!("{signed}.{}", base64url(&[0; 64])),
        format!("{signed}.{}", base64url(&[1; 63])),
        format!("{signed}.{}", base64url(&[1; 65])),
    ] {
        assert_eq!(judge_token(&trial, &token), Err(UserinfoError::Signature), "{token}");
    }
}

#[test]
fn case_164_the_key_is_one_of_the_providers_for_that_algorithm() {
    let mut trial = Trial::new();
    let key = |error| Err(UserinfoError::Key { error });
    let header = |alg: &str, kid: &str| json!({"alg": alg, "kid": kid});
    assert_eq!(judge_header(&trial, &header("ES256", "k2")), key(JwksError::Unknown));
    // The kid fits, and the key is for another algorithm.
    for (alg, algorithm) in [
        ("RS256", JwsAlgorithm::Rs256),
        ("ES384", JwsAlgorithm::Es384),
        ("EdDSA", JwsAlgorithm::EdDsa),
    ] {
        let wrong = key(JwksError::WrongKind { algorithm });
        assert_eq!(judge_header(&trial, &header(alg, "k1")), wrong, "{alg}");
    }
    // Keys in the header are not looked at.
    let own = json!({"alg": "ES256", "kid": "evil", "jwk": trial.provider.jwk("evil"),
        "jku": "https://evil.example/keys", "x5u": "https://evil.example/c"});
    assert_eq!(judge_header(&trial, &own), key(JwksError::Unknown));
    // No verifier, no belief.
    let good = trial.provider.sign(&claims());
    let verdict = judge_with(&trial, |_| with_type(JWT, &good));
    assert_eq!(verdict, Ok(()));
    let rsa = Provider::signing_with(JwsAlgorithm::Rs256);
    trial.keys["keys"].as_array_mut().unwrap().push(rsa.jwk("rsa"));
    trial.verifiers = vec![&common::Es256];
    let token = rsa.sign_raw(r#"{"alg":"RS256","kid":"rsa"}"#, &claims().to_string());
    let algorithm = JwsAlgorithm::Rs256;
    assert_eq!(judge_token(&trial, &token), envelope(JwsError::AlgorithmNotAllowed { algorithm }));
    // A key for encryption verifies nothing.
    trial.keys["keys"][1]["use"] = "enc".into();
    trial.verifiers = common::ALL_ALGORITHMS.to_vec();
    assert_eq!(judge_token(&trial, &token), key(JwksError::Unknown));
}

#[test]
fn case_164_the_type_is_that_of_userinfo_or_of_no_kind() {
    let trial = Trial::new();
    let header = |typ: &Value| json!({"alg": "ES256", "kid": "k1", "typ": typ});
    for typ in [
        json!("JWT"),
        json!("jwt"),
        json!("application/jwt"),
        json!("token-userinfo+jwt"),
        json!("Token-Userinfo+JWT"),
        json!("application/token-userinfo+jwt"),
        json!(null),
    ] {
        assert_eq!(judge_header(&trial, &header(&typ)), Ok(()), "{typ}");
    }
    assert_eq!(judge_header(&trial, &json!({"alg": "ES256", "kid": "k1"})), Ok(()), "no typ");
    for typ in [
        json!("at+jwt"),
        json!("application/at+jwt"),
        json!("AT+JWT"),
        json!("logout+jwt"),
        json!("ID+JWT"),
        json!("id+jwt"),
        json!("JOSE"),
        json!("dpop+jwt"),
        json!("token-introspection+jwt"),
        json!("secevent+jwt"),
        json!("userinfo+jwt"),
        json!("JWT "),
        json!("JWTX"),
        json!(""),
        json!(1),
        json!(["JWT"]),
    ] {
        assert_eq!(judge_header(&trial, &header(&typ)), Err(UserinfoError::Type), "{typ}");
    }
    // The other way round, userinfo is no ID token.
    for typ in ["token-userinfo+jwt", "application/token-userinfo+jwt"] {
        let verdict = trial.judge_header(&header(&json!(typ)).to_string());
        assert_eq!(verdict, common::jws_error(JwsError::Type), "{typ}");
    }
}

#[test]
fn case_164_extensions_nested_and_encrypted_tokens_are_refused() {
    let trial = Trial::new();
    for (name, value, error) in [
        ("crit", json!(["exp"]), JwsError::Critical),
        ("crit", json!([]), JwsError::Critical),
        ("b64", json!(false), JwsError::Critical),
        ("b64", json!(true), JwsError::Critical),
        ("zip", json!("DEF"), JwsError::Critical),
        ("enc", json!("A128GCM"), JwsError::Critical),
        ("cty", json!("JWT"), JwsError::ContentType),
        ("cty", json!("json"), JwsError::ContentType),
        ("kid", json!(1), JwsError::Header),
        ("kid", json!("k".repeat(513)), JwsError::Header),
        ("alg", json!(null), JwsError::Header),
    ] {
        let mut header = json!({"alg": "ES256", "kid": "k1"});
        header[name] = value;
        assert_eq!(judge_header(&trial, &header), envelope(error), "{header}");
    }
    let good = trial.provider.sign(&claims());
    for (token, expected) in [
        (format!("{good}.x.y"), Err(UserinfoError::Encrypted)),
        (
            "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkExMjhHQ00ifQ.a.b.c.d".to_owned(),
            Err(UserinfoError::Encrypted),
        ),
        (format!("{good}.x"), envelope(JwsError::NotCompact)),
        (good.rsplit_once('.').unwrap().0.to_owned(), envelope(JwsError::NotCompact)),
        (String::new(), envelope(JwsError::NotCompact)),
        (format!("{good}\n"), envelope(JwsError::Base64)),
        (format!(" {good}"), envelope(JwsError::Base64)),
        (format!("{good}="), envelope(JwsError::Base64)),
        (format!("\"{good}\""), envelope(JwsError::Base64)),
    ] {
        assert_eq!(judge_token(&trial, &token), expected, "{token}");
    }
    let not_utf8 =
        Answer { content_type: JWT.to_owned(), body: [good.as_bytes(), b"\xff"].concat() };
    assert_eq!(judge_with(&trial, |_| not_utf8), envelope(JwsError::NotCompact));
}

#[test]
fn case_164_and_163_a_signed_answer_is_about_the_end_user_of_the_id_token() {
    let trial = Trial::new();
    for (sub, error) in [
        (None, UserinfoError::NoSubject),
        (Some(json!(null)), UserinfoError::NoSubject),
        (Some(json!(["alice-sub"])), UserinfoError::NoSubject),
        (Some(json!(1)), UserinfoError::NoSubject),
        (Some(json!("victim")), UserinfoError::OtherSubject),
        (Some(json!("Alice-sub")), UserinfoError::OtherSubject),
        (Some(json!("")), UserinfoError::OtherSubject),
    ] {
        assert_eq!(judge_claim(&trial, "sub", sub.clone()), Err(error), "{sub:?}");
    }
}

#[test]
fn case_164_issuer_and_audience_are_right_where_they_are_there() {
    let mut trial = Trial::new();
    trial.realm.audiences = Words::parse("gateway").unwrap();
    for name in ["iss", "aud", "azp", "nonce"] {
        assert_eq!(judge_claim(&trial, name, None), Ok(()), "no {name}");
    }
    for iss in [
        json!("https://evil.example"),
        json!(format!("{ISSUER}/")),
        json!("https://LOGIN.example/t"),
        json!(""),
        json!(null),
        json!(1),
        json!([ISSUER]),
    ] {
        assert_eq!(
            judge_claim(&trial, "iss", Some(iss.clone())),
            Err(UserinfoError::Issuer),
            "{iss}"
        );
    }
    for (aud, expected) in [
        (json!(["pve"]), Ok(())),
        (json!(["gateway", "pve"]), Ok(())),
        (json!("gateway"), Err(UserinfoError::Audience)),
        (json!("PVE"), Err(UserinfoError::Audience)),
        (json!("pve "), Err(UserinfoError::Audience)),
        (json!(["other"]), Err(UserinfoError::Audience)),
        (json!(["pve", "other"]), Err(UserinfoError::Audience)),
        (json!(["pve", 1]), Err(UserinfoError::Audience)),
        (json!([["pve"]]), Err(UserinfoError::Audience)),
        (json!([]), Err(UserinfoError::Audience)),
        (json!(null), Err(UserinfoError::Audience)),
        (json!({"pve": 1}), Err(UserinfoError::Audience)),
        (json!(vec!["pve"; 33]), Err(UserinfoError::Audience)),
    ] {
        assert_eq!(judge_claim(&trial, "aud", Some(aud.clone())), expected, "{aud}");
    }
    for (azp, expected) in [
        (json!("pve"), Ok(())),
        (json!(null), Ok(())),
        (json!("other"), Err(UserinfoError::AuthorizedParty)),
        (json!("gateway"), Err(UserinfoError::AuthorizedParty)),
        (json!(["pve"]), Err(UserinfoError::AuthorizedParty)),
    ] {
        assert_eq!(judge_claim(&trial, "azp", Some(azp.clone())), expected, "{azp}");
    }
}

#[test]
fn case_164_times_are_right_where_they_are_there() {
    let trial = Trial::new();
    let at = |seconds: i64| UnixTime(NOW.0.checked_add_signed(seconds).unwrap());
    let time = |seconds: i64| json!(at(seconds).0);
    let now = NOW;
    let not = |claim| Err(UserinfoError::NotATime { claim });
    let expired = |s| Err(UserinfoError::Expired { expired: at(s), now });
    let future = |s| Err(UserinfoError::IssuedInTheFuture { issued: at(s), now });
    let early = |s| Err(UserinfoError::NotYetValid { not_before: at(s), now });
    for (name, value, expected) in [
        ("exp", time(3600), Ok(())),
        ("exp", time(-59), Ok(())),
        ("exp", time(-60), expired(-60)),
        ("exp", json!(at(-60).0 as f64 + 0.5), expired(-60)),
        ("exp", time(-100_000), expired(-100_000)),
        ("exp", json!(null), not("exp")),
        ("exp", json!(at(3600).0.to_string()), not("exp")),
        ("exp", json!(-1), not("exp")),
        ("exp", json!(1e300), not("exp")),
        ("iat", time(0), Ok(())),
        ("iat", time(60), Ok(())),
        ("iat", time(61), future(61)),
        // It is asked for again and again: how old it is says nothing.
        ("iat", time(-1_000_000), Ok(())),
        ("iat", json!(null), not("iat")),
        ("iat", json!("now"), not("iat")),
        ("nbf", time(60), Ok(())),
        ("nbf", time(61), early(61)),
        ("nbf", json!(null), Ok(())),
        ("nbf", json!("now"), not("nbf")),
    ] {
        assert_eq!(judge_claim(&trial, name, Some(value.clone())), expected, "{name} {value}");
    }
    // The realm's clock skew counts.
    let mut trial = trial;
    trial.realm.clock_skew = 5;
    assert_eq!(judge_claim(&trial, "exp", Some(time(-5))), expired(-5));
    assert_eq!(judge_claim(&trial, "exp", Some(time(-4))), Ok(()));
}

#[test]
fn case_164_a_token_of_another_kind_does_not_pass_for_userinfo() {
    let trial = Trial::new();
    // A logout token, by its claim.
    for events in [
        json!({"http://schemas.openid.net/event/backchannel-logout": {}}),
        json!({}),
        json!(null),
        json!("x"),
    ] {
        let verdict = judge_claim(&trial, "events", Some(events.clone()));
        assert_eq!(verdict, Err(UserinfoError::LogoutToken), "{events}");
    }
    // An ID token of another login, by its nonce.
    for nonce in [json!("n-0S6_WzA2Mj"), json!(""), json!(1), json!(["x"])] {
        let verdict = judge_claim(&trial, "nonce", Some(nonce.clone()));
        assert_eq!(verdict, Err(UserinfoError::Nonce), "{nonce}");
    }
    assert_eq!(judge_claim(&trial, "nonce", Some(json!(null))), Ok(()), "null is no nonce");
    // Some providers repeat what the ID token of this login says.
    let verdict = judge_with(&trial, |nonce| {
        let mut claims = claims();
        claims["nonce"] = nonce.into();
        with_type(JWT, &trial.provider.sign(&claims))
    });
    assert_eq!(verdict, Ok(()));
}

#[test]
fn case_164_the_claims_are_strict_json() {
    let trial = Trial::new();
    let header = trial.provider.header().to_string();
    let judge = |payload: &str| judge_token(&trial, &trial.provider.sign_raw(&header, payload));
    for (payload, problem) in [
        (r#"{"sub":"alice-sub","sub":"victim"}"#, JsonProblem::Duplicate),
        (r#"{"sub":"alice-sub","e":1,"e":2}"#, JsonProblem::Duplicate),
        (r#"{"sub":"alice-sub"} x"#, JsonProblem::Trailing),
        (r#"{"sub":"alice-sub""#, JsonProblem::Truncated),
        ("", JsonProblem::Truncated),
    ] {
        let Err(UserinfoError::Json { error }) = judge(payload) else { panic!("{payload}") };
        assert_eq!(error.problem, problem, "{payload}");
    }
    for payload in ["[]", "null", "1", "\"alice-sub\"", r#"[{"sub":"alice-sub"}]"#] {
        let verdict = judge(payload);
        assert!(matches!(verdict, Err(UserinfoError::Response { .. })), "{payload} {verdict:?}");
    }
}

#[test]
fn a_signed_answer_has_as_many_members_as_the_callers_scratch_has_entries() {
    let trial = Trial::new();
    let members: serde_json::Map<_, _> = (0..300).map(|i| (format!("m{i}"), json!(i))).collect();
    let token = trial.provider.sign(&json!({"sub": "alice-sub", "x": members}));
    let response = HttpResponse { content_type: Some(JWT), ..ok_json(&token) };
    let (keys, discovery) = (trial.keys.to_string(), trial.discovery.to_string());
    let metadata = common::metadata(&discovery);
    let keys = common::key_set(&metadata, &keys);
    let verdict = |scratch: Option<usize>| {
        trial
            .judge_and_look(
                |nonce| trial.provider.sign(&trial.claims(nonce)),
                |identity| {
                    let request = identity.userinfo_request().unwrap();
                    let token = request.signed_response(response).unwrap();
                    let (mut buf, mut room) =
                        (vec![0; token.buffer_needed()], vec![7; scratch.unwrap_or_default()]);
                    let mut opened = token.open(&mut buf).unwrap();
                    if scratch.is_some() {
                        opened = opened.with_scratch(&mut room);
                    }
                    match opened.validate(&keys, &trial.verifiers, NOW) {
                        Ok(_) => None,
                        Err(refused) => match refused.error() {
                            UserinfoError::Json { error } => Some(error.problem),
                            other => panic!("{other}"),
                        },
                    }
                },
            )
            .unwrap()
    };
    let too_many = Some(JsonProblem::TooManyMembers);
    assert_eq!([verdict(None), verdict(Some(301)), verdict(Some(302))], [too_many, too_many, None]);
}

#[test]
fn a_buffer_that_is_too_short_says_how_much_would_do() {
    let trial = Trial::new();
    let token = trial.provider.sign(&claims());
    let response = HttpResponse { content_type: Some(JWT), ..ok_json(&token) };
    let looked = trial.judge_and_look(
        |nonce| trial.provider.sign(&trial.claims(nonce)),
        |identity| {
            let request = identity.userinfo_request().unwrap();
            let needed = request.signed_response(response).unwrap().buffer_needed();
            let open = |len| {
                let token = request.signed_response(response).unwrap();
                token.open(&mut vec![0; len]).map(drop).map_err(|refused| refused.error())
            };
            for len in 0..needed {
                assert_eq!(open(len), Err(UserinfoError::Buffer { needed }));
            }
            open(needed)
        },
    );
    assert_eq!(looked, Ok(Ok(())));
}

#[test]
fn a_refused_answer_tells_what_a_message_needs_and_shows_no_claim() {
    let trial = Trial::new();
    let mut bad = claims();
    bad["aud"] = "other".into();
    bad["email"] = "canary@example.com".into();
    let token = trial.provider.sign(&bad);
    let response = HttpResponse { content_type: Some(JWT), ..ok_json(&token) };
    let (keys, discovery) = (trial.keys.to_string(), trial.discovery.to_string());
    let metadata = common::metadata(&discovery);
    let keys = common::key_set(&metadata, &keys);
    trial
        .judge_and_look(
            |nonce| trial.provider.sign(&trial.claims(nonce)),
            |identity| {
                let token = identity.userinfo_request().unwrap().signed_response(response).unwrap();
                let mut buf = vec![0; token.buffer_needed()];
                let mut shown = format!("{token:?}");
                let opened = token.open(&mut buf).unwrap();
                shown += &format!("{opened:?}");
                let signed = opened.verify(&keys, &trial.verifiers).unwrap();
                shown += &format!("{signed:?}");
                let refused = signed.validate(NOW).unwrap_err();
                shown += &format!("{refused:?} {refused}");
                assert!(!shown.contains("canary") && !shown.contains("eyJ"), "{shown}");
                assert_eq!(
                    (refused.error(), refused.client_id()),
                    (UserinfoError::Audience, "pve")
                );
                let words = refused.words();
                assert!(words.aud.unwrap().as_str().unwrap() == *"other");
                assert!(words.kid.unwrap().as_str().unwrap() == *"k1");
                assert!(refused.path().is_none());
            },
        )
        .unwrap();
}

#[test]
fn case_203_newer_keys_help_where_the_key_under_that_kid_is_another_one() {
    let trial = Trial::new();
    let newer = Provider::new();
    let token = newer.sign(&claims());
    let response = HttpResponse { content_type: Some(JWT), ..ok_json(&token) };
    let discovery = trial.discovery.to_string();
    let metadata = common::metadata(&discovery);
    let documents = [trial.keys.to_string(), newer.key_set().to_string(), r#"{"keys":[]}"#.into()];
    let [old, new, none] = documents.each_ref().map(|text| common::key_set(&metadata, text));
    trial
        .judge_and_look(
            |nonce| trial.provider.sign(&trial.claims(nonce)),
            |identity| {
                let bad =
                    |buf: &mut [u8], then: &dyn Fn(onerealm_core::BadUserinfoSignature<'_>)| {
                        let request = identity.userinfo_request().unwrap();
                        let opened = request.signed_response(response).unwrap().open(buf).unwrap();
                        assert!(!opened.lacks_key(&old) && opened.lacks_key(&none));
                        then(opened.verify(&old, &trial.verifiers).unwrap_err());
                    };
                let mut buf = vec![0; 4096];
                bad(&mut buf, &|bad| {
                    assert!(bad.may_be_of_a_newer_key());
                    let signed = bad.verify_again(&old, &new, &trial.verifiers).unwrap();
                    assert!(signed.validate(NOW).is_ok());
                });
                for keys in [&old, &none] {
                    bad(&mut buf, &|bad| {
                        let bad = bad.verify_again(&old, keys, &trial.verifiers).unwrap_err();
                        assert_eq!(bad.refuse().error(), UserinfoError::Signature);
                    });
                }
                let opened =
                    identity.userinfo_request().unwrap().signed_response(response).unwrap();
                let bad =
                    opened.open(&mut buf).unwrap().verify(&none, &trial.verifiers).unwrap_err();
                assert!(!bad.may_be_of_a_newer_key(), "a key that is lacking is no bad signature");
            },
        )
        .unwrap();
}
