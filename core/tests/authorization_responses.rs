//! Going to the provider and coming back: the authorization request and its response (OpenID
//! Connect Core 3.1.2, RFC 7636, RFC 9207, RFC 9700).

mod common;

use std::collections::HashSet;

use common::{
    ISSUER, Login, NOW, REDIRECT_URI, Trial, base64url, begin, metadata, ok_json, parameter,
    parameter_names, realm,
};
use onerealm_core::policy::{
    CLIENT_ID_LEN, CLOCK_SKEW, CODE_LEN, ISSUER_LEN, LOGIN_LIFETIME, REALM_NAME_LEN,
    REDIRECT_URI_LEN,
};
use onerealm_core::wire::Words;
use onerealm_core::{
    AuthorizationError, AuthorizationRequest, AuthorizationResponse, AuthorizationResponseError,
    BeginError, ClientId, ClientRegistration, ClientType, CodeVerifier, Credential,
    DiscoveryRequest, DiscoveryUrl, ErrorCode, Issuer, NoEntropy, PendingAuthorization,
    PkceOffered, Realm, RealmName, RedirectUri, RelyingParty, Requested, UnixTime,
};
use rand_core::{TryCryptoRng, TryRng};
use ring::digest;
use serde_json::json;

/// What a login makes of a response with this query, in which `STATE` stands for its state.
fn accept(login: &Login<'_>, query: &str) -> Result<(), AuthorizationError> {
    accept_at(login, query, NOW)
}

fn accept_at(login: &Login<'_>, query: &str, now: UnixTime) -> Result<(), AuthorizationError> {
    let query = query.replace("STATE", &login.state);
    let response = AuthorizationResponse::from_query(&query).unwrap();
    login.pending.clone().accept(&response, login.relying_party, now).map(|_| ())
}

fn read(query: &str) -> Result<(), AuthorizationResponseError> {
    AuthorizationResponse::from_query(query).map(|_| ())
}

#[test]
fn case_108_the_state_is_this_logins() {
    let trial = Trial::new();
    let other_login = trial.login(|login| login.state);
    trial.login(|login| {
        let state = &login.state;
        assert_eq!(accept(&login, &format!("code=c&state={state}")), Ok(()));
        let percent: String = state.bytes().map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(accept(&login, &format!("code=c&state={percent}")), Ok(()), "fully encoded");
        for wrong in [
            "x".to_owned(),
            "A".repeat(43),
            other_login,
            state[..42].to_owned(),
            format!("{state}A"),
            format!("{state}="),
            format!("%20{state}"),
            format!("{state}+"),
            format!("{state}%00"),
            format!("{}%00", &state[..42]),
            state.to_lowercase(),
            state.to_uppercase(),
            state.chars().rev().collect(),
        ] {
            let verdict = accept(&login, &format!("code=c&state={wrong}"));
            assert_eq!(verdict, Err(AuthorizationError::WrongState), "{wrong}");
        }
        for at in 0..43 {
            let mut wrong = state.clone().into_bytes();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            let query = format!("code=c&state={}", String::from_utf8(wrong).unwrap());
            assert_eq!(accept(&login, &query), Err(AuthorizationError::WrongState), "{at}");
        }
    });
    for (query, expected) in [
        ("code=c", AuthorizationResponseError::NoState),
        ("code=c&state", AuthorizationResponseError::NoState),
        ("code=c&state=", AuthorizationResponseError::NoState),
        ("code=c&State=x", AuthorizationResponseError::NoState),
        ("code=c&state=x&state=x", AuthorizationResponseError::Duplicate),
        ("code=c&state=x&st%61te=y", AuthorizationResponseError::Duplicate),
        ("state=&code=c&state=x", AuthorizationResponseError::Duplicate),
        ("", AuthorizationResponseError::NoState),
    ] {
        assert_eq!(read(query), Err(expected), "{query}");
    }
}

#[test]
fn case_109_to_111_a_response_of_another_provider_is_refused() {
    for announced in [false, true] {
        let mut trial = Trial::new();
        trial.discovery["authorization_response_iss_parameter_supported"] = announced.into();
        trial.login(|login| {
            let iss = |iss: &str| accept(&login, &format!("code=c&state=STATE&iss={iss}"));
            assert_eq!(iss("https%3A%2F%2Flogin.example%2Ft"), Ok(()));
            assert_eq!(iss(ISSUER), Ok(()), "as few encoders write it");
            for wrong in [
                "https%3A%2F%2Fevil.example",
                "https%3A%2F%2Flogin.example%2Ft%2F",
                "https%3A%2F%2Flogin.example%2FT",
                "https%3A%2F%2FLOGIN.example%2Ft",
                "http%3A%2F%2Flogin.example%2Ft",
                "https%253A%252F%252Flogin.example%252Ft",
                "https%3A%2F%2Flogin.example%2Ft%00",
                "https%3A%2F%2Flogin.example%2Ft%20",
                "https%3A%2F%2Flogin.example%2Ft+",
                "login.example%2Ft",
                "%FF",
                "",
            ] {
                assert_eq!(iss(wrong), Err(AuthorizationError::WrongIssuer), "{wrong}");
            }
            let expected = if announced { Err(AuthorizationError::NoIssuer) } else { Ok(()) };
            assert_eq!(accept(&login, "code=c&state=STATE"), expected, "without iss");
            assert_eq!(
                accept(&login, "error=access_denied&state=STATE"),
                Err(if announced {
                    AuthorizationError::NoIssuer
                } else {
                    AuthorizationError::Refused { error: ErrorCode::AccessDenied }
                })
            );
        });
    }
    for query in ["iss=a&iss=a", "iss=a&iss=b", "iss=a&%69ss=b", "iss&iss=a"] {
        let verdict = read(&format!("code=c&state=x&{query}"));
        assert_eq!(verdict, Err(AuthorizationResponseError::Duplicate), "{query}");
    }
}

#[test]
fn case_109_what_somebody_else_decoded_is_judged_alike() {
    let mut trial = Trial::new();
    trial.discovery["authorization_response_iss_parameter_supported"] = true.into();
    trial.login(|login| {
        let accept = |code: &str, state: &str, iss| {
            let response = AuthorizationResponse::from_parts(code, state, iss)?;
            Ok(login.pending.clone().accept(&response, login.relying_party, NOW).map(|_| ()))
        };
        let state = login.state.as_str();
        for (state, iss, expected) in [
            (state, Some(ISSUER), Ok(())),
            (state, None, Err(AuthorizationError::NoIssuer)),
            (state, Some("https://evil.example"), Err(AuthorizationError::WrongIssuer)),
            (state, Some("https%3A%2F%2Flogin.example%2Ft"), Err(AuthorizationError::WrongIssuer)),
            (state, Some(""), Err(AuthorizationError::WrongIssuer)),
            ("x", Some(ISSUER), Err(AuthorizationError::WrongState)),
        ] {
            assert_eq!(accept("a+b%20&", state, iss), Ok(expected), "{state} {iss:?}");
        }
        let no_code = Err(AuthorizationResponseError::NoCode);
        assert_eq!(accept("", state, Some(ISSUER)), no_code);
        assert_eq!(accept("c", "", Some(ISSUER)), Err(AuthorizationResponseError::NoState));
    });
}

#[test]
fn an_interface_without_iss_gives_up_its_comparison_and_nothing_else() {
    let mut trial = Trial::new();
    trial.discovery["authorization_response_iss_parameter_supported"] = true.into();
    trial.login(|login| {
        let accept = |code: &str, state: &str| {
            let response = AuthorizationResponse::from_code_and_state(code, state)?;
            Ok(login.pending.clone().accept(&response, login.relying_party, NOW).map(|_| ()))
        };
        let state = login.state.as_str();
        assert_eq!(accept("c", state), Ok(Ok(())));
        assert_eq!(accept("c", "x"), Ok(Err(AuthorizationError::WrongState)));
        assert_eq!(accept("", state), Err(AuthorizationResponseError::NoCode));
        assert_eq!(accept("c", ""), Err(AuthorizationResponseError::NoState));
    });
}

#[test]
fn case_112_a_parameter_has_one_value() {
    for (query, expected) in [
        ("code=a&code=b&state=x", AuthorizationResponseError::Duplicate),
        ("code=a&code=a&state=x", AuthorizationResponseError::Duplicate),
        ("code=a&c%6Fde=b&state=x", AuthorizationResponseError::Duplicate),
        ("code=&code=b&state=x", AuthorizationResponseError::Duplicate),
        ("error=a&error=b&state=x", AuthorizationResponseError::Duplicate),
        (
            "error=a&error_description=b&error_description=b&state=x",
            AuthorizationResponseError::Duplicate,
        ),
        ("code=a&error=access_denied&state=x", AuthorizationResponseError::CodeAndError),
        ("code=&error=access_denied&state=x", AuthorizationResponseError::CodeAndError),
        ("code=a&error=&state=x", AuthorizationResponseError::CodeAndError),
        ("state=x", AuthorizationResponseError::NoCode),
        ("code=&state=x", AuthorizationResponseError::NoCode),
        ("code&state=x", AuthorizationResponseError::NoCode),
        ("error_description=x&state=x", AuthorizationResponseError::NoCode),
    ] {
        assert_eq!(read(query), Err(expected), "{query}");
    }
    for query in [
        "code=a&state=x&scope=openid&scope=email",
        "code=a&state=x&session_state=1&session_state=2&authuser=0&hd=example.com&prompt=none",
        "code=a&state=x&error_description=b&error_uri=c",
        "&&code=a&&state=x&",
        "code=a=b&state=x",
    ] {
        assert_eq!(read(query), Ok(()), "{query}");
    }
}

#[test]
fn a_response_is_form_encoded() {
    for query in [
        "code=%&state=x",
        "code=%2&state=x",
        "code=%zz&state=x",
        "code=a b&state=x",
        "code=a\n&state=x",
        "code=é&state=x",
        "code=a&state=x&other=%",
        "code=a&state=x&%=other",
        "code=a&state=x\0",
    ] {
        assert_eq!(read(query), Err(AuthorizationResponseError::Malformed), "{query:?}");
    }
}

#[test]
fn case_113_an_error_is_believed_after_state_and_issuer() {
    let trial = Trial::new();
    trial.login(|login| {
        let refused = |error| Err(AuthorizationError::Refused { error });
        for (query, expected) in [
            ("error=access_denied&state=STATE", refused(ErrorCode::AccessDenied)),
            ("error=access_denied&state=wrong", Err(AuthorizationError::WrongState)),
            (
                "error=access_denied&state=STATE&iss=https://evil.example",
                Err(AuthorizationError::WrongIssuer),
            ),
            ("error=%61ccess_denied&state=STATE", refused(ErrorCode::AccessDenied)),
            ("error=ACCESS_DENIED&state=STATE", refused(ErrorCode::Other)),
            ("error=&state=STATE", refused(ErrorCode::Other)),
            ("error=%00%1b%5b2J&state=STATE", refused(ErrorCode::Other)),
        ] {
            assert_eq!(accept(&login, query), expected, "{query}");
        }
    });
}

#[test]
fn case_113_registered_errors_are_told_apart() {
    use ErrorCode::*;
    let trial = Trial::new();
    trial.login(|login| {
        for (name, error) in [
            ("access_denied", AccessDenied),
            ("account_selection_required", AccountSelectionRequired),
            ("consent_required", ConsentRequired),
            ("insufficient_scope", InsufficientScope),
            ("interaction_required", InteractionRequired),
            ("invalid_client", InvalidClient),
            ("invalid_grant", InvalidGrant),
            ("invalid_request", InvalidRequest),
            ("invalid_scope", InvalidScope),
            ("invalid_token", InvalidToken),
            ("login_required", LoginRequired),
            ("server_error", ServerError),
            ("temporarily_unavailable", TemporarilyUnavailable),
            ("unauthorized_client", UnauthorizedClient),
            ("unsupported_grant_type", UnsupportedGrantType),
            ("unsupported_response_type", UnsupportedResponseType),
            ("unmet_authentication_requirements", Other),
        ] {
            let verdict = accept(&login, &format!("error={name}&state=STATE"));
            assert_eq!(verdict, Err(AuthorizationError::Refused { error }), "{name}");
            assert_eq!(error.as_str() == name, error != Other, "{name}");
        }
    });
}

#[test]
fn case_113_the_providers_words_are_in_no_error() {
    let query = "error=canary&error_description=%3Cscript%3Ecanary%1b&state=STATE";
    let trial = Trial::new();
    trial.login(|login| {
        let error = accept(&login, query).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    });
    let response = AuthorizationResponse::from_query(query).unwrap();
    assert!(!format!("{response:?}").contains("canary"));
    // They are there for whoever bounds and escapes them.
    assert!(response.error_text().unwrap() == *"canary");
    assert!(response.error_description().unwrap() == *"<script>canary\u{1b}");
    let code = AuthorizationResponse::from_query("code=a&error_description=b&state=x").unwrap();
    assert!(code.error_text().is_none() && code.error_description().is_none());
}

#[test]
fn case_114_an_error_without_state_belongs_to_no_login() {
    for query in ["error=access_denied", "error=access_denied&state=", "error=server_error&iss=x"] {
        assert_eq!(read(query), Err(AuthorizationResponseError::NoState), "{query}");
        assert!(AuthorizationResponse::error_without_state(query).is_some(), "{query}");
    }
}

#[test]
fn case_114_an_error_without_state_is_there_to_be_shown() {
    let description = |query| {
        let error = AuthorizationResponse::error_without_state(query).unwrap();
        assert!(error.error == *"bad request");
        error.description.map(|text| String::from_utf8(text.bytes().collect()).unwrap())
    };
    assert_eq!(description("error=bad+request"), None);
    for query in [
        "error=bad+request&error_description=a%20%1b",
        "state=&error=bad+request&error_description=a+%1b&iss=x",
        "http://127.0.0.1/callback?error=bad%20request&error_description=a+%1b#fragment",
    ] {
        assert_eq!(description(query).as_deref(), Some("a \u{1b}"), "{query}");
    }
    for query in [
        "",
        "http://127.0.0.1/callback",
        "error=e&state=s",
        "error=e&code=c",
        "error=e&error=e",
        "error=%zz",
        "code=c",
        "error=e&id_token=t",
    ] {
        assert!(AuthorizationResponse::error_without_state(query).is_none(), "{query}");
    }
}

#[test]
fn case_115_the_verifier_is_the_one_whose_challenge_was_sent() {
    let trial = Trial::new();
    trial.login(|login| {
        let response = AuthorizationResponse::from_parts("c0de", &login.state, None).unwrap();
        let request = login.pending.clone().accept(&response, login.relying_party, NOW).unwrap();
        let mut buf = [0; 4096];
        let body = std::str::from_utf8(request.request(&mut buf).unwrap().body).unwrap();
        let verifier = parameter(body, "code_verifier").unwrap();
        let challenge = base64url(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref());
        assert_eq!(parameter(&login.url, "code_challenge"), Some(challenge));
    });
}

#[test]
fn case_116_the_challenge_is_s256_whatever_metadata_says() {
    for (methods, offered) in [
        (json!(null), PkceOffered::NotListed),
        (json!([]), PkceOffered::NotS256),
        (json!(["plain"]), PkceOffered::NotS256),
        (json!(["plain", "S256"]), PkceOffered::S256),
    ] {
        let mut trial = Trial::new();
        trial.discovery["code_challenge_methods_supported"] = methods.clone();
        trial.login(|login| {
            assert_eq!(login.relying_party.metadata().pkce(), offered);
            assert_eq!(parameter(&login.url, "code_challenge_method").as_deref(), Some("S256"));
            assert_eq!(parameter(&login.url, "code_challenge").map(|c| c.len()), Some(43));
            let query = "error=invalid_request&error_description=unsupported+S256&state=STATE";
            let refused = AuthorizationError::Refused { error: ErrorCode::InvalidRequest };
            assert_eq!(accept(&login, query), Err(refused), "{methods}");
        });
    }
}

/// Gives blocks of bytes that count up, and fails at one of them.
struct Blocks {
    given: u8,
    fails_at: Option<u8>,
}

#[derive(Debug)]
struct OutOfEntropy;

impl std::fmt::Display for OutOfEntropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("out of entropy")
    }
}

impl std::error::Error for OutOfEntropy {}

impl TryRng for Blocks {
    type Error = OutOfEntropy;

    fn try_next_u32(&mut self) -> Result<u32, OutOfEntropy> {
        Err(OutOfEntropy)
    }

    fn try_next_u64(&mut self) -> Result<u64, OutOfEntropy> {
        Err(OutOfEntropy)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), OutOfEntropy> {
        for block in dst.chunks_mut(32) {
            self.given += 1;
            if Some(self.given) == self.fails_at {
                return Err(OutOfEntropy);
            }
            block.fill(self.given);
        }
        Ok(())
    }
}

impl TryCryptoRng for Blocks {}

fn begin_with(rng: &mut Blocks) -> Result<(PendingAuthorization, String), BeginError> {
    let (realm, document) = (realm(), Trial::new().discovery.to_string());
    let metadata = metadata(&document);
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
    let request =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, NOW)?;
    let url = request.write_url(&mut [0; 4096]).unwrap().to_owned();
    Ok((request.into_pending(), url))
}

#[test]
fn case_117_without_entropy_no_login_begins() {
    for fails_at in 1..=3 {
        let mut rng = Blocks { given: 0, fails_at: Some(fails_at) };
        assert_eq!(begin_with(&mut rng).err(), Some(BeginError::NoEntropy), "{fails_at}");
    }
    let mut rng = Blocks { given: 0, fails_at: Some(1) };
    assert_eq!(CodeVerifier::generate(&mut rng).err(), Some(NoEntropy));
}

#[test]
fn case_117_verifiers_are_unique_and_challenges_well_formed() {
    let mut seen = HashSet::new();
    for _ in 0..2_000 {
        let verifier = CodeVerifier::generate(&mut getrandom::SysRng).unwrap();
        let challenge = verifier.challenge().as_str().to_owned();
        let valid = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        assert!(challenge.len() == 43 && challenge.bytes().all(valid), "{challenge}");
        assert!(seen.insert(challenge));
    }
}

#[test]
fn case_118_state_nonce_and_verifier_have_random_bytes_of_their_own() {
    let mut rng = Blocks { given: 0, fails_at: None };
    let (pending, url) = begin_with(&mut rng).unwrap();
    assert_eq!(rng.given, 3);
    let block = |n| base64url(&[n; 32]);
    assert_eq!(pending.state().as_str(), block(1));
    assert_eq!(parameter(&url, "state"), Some(block(1)));
    assert_eq!(parameter(&url, "nonce"), Some(block(2)));
    let challenge = digest::digest(&digest::SHA256, block(3).as_bytes());
    assert_eq!(parameter(&url, "code_challenge"), Some(base64url(challenge.as_ref())));
    assert!(!url.contains(&block(3)), "the verifier stays here");
}

#[test]
fn case_119_answers_of_other_flows_are_refused() {
    for query in [
        "code=c&state=x&id_token=y",
        "code=c&state=x&access_token=y&token_type=Bearer",
        "code=c&state=x&id%5Ftoken=y",
        "id_token=y&state=x",
        "access_token=&state=x",
        "response=eyJ",
    ] {
        assert_eq!(read(query), Err(AuthorizationResponseError::OtherFlow), "{query}");
    }
    for url in [
        "https://pve.example:8006/#code=c&state=x",
        "https://pve.example:8006/#id_token=y&state=x",
        "https://pve.example:8006/",
        "https://pve.example:8006",
        "https://pve.example:8006/?#code=c&state=x",
        "",
    ] {
        let verdict = AuthorizationResponse::from_url(url).map(|_| ());
        assert_eq!(verdict, Err(AuthorizationResponseError::NoState), "{url}");
    }
}

#[test]
fn case_120_and_121_the_response_came_to_the_url_that_the_login_began_with() {
    for (redirect_uri, came_to, accepted) in [
        ("https://pve.example:8006", "https://pve.example:8006", true),
        ("https://pve.example:8006", "https://pve.example:8006/", true),
        ("https://pve.example:8006", "https://pve.example:8006//", false),
        ("https://pve.example:8006", "https://pve.example:8006/x", false),
        ("https://pve.example:8006/", "https://pve.example:8006/", true),
        ("https://pve.example:8006/", "https://pve.example:8006", false),
        ("https://pve.example:8006", "https://pve.example", false),
        ("https://pve.example:8006", "http://pve.example:8006/", false),
        ("https://pve.example:8006", "https://PVE.example:8006/", false),
        ("https://pve.example:8006", "https://evil.example/", false),
        ("https://pve.example:8006", "https://user@pve.example:8006/", false),
        ("https://pve.example:8006", "https://pve.example:8006@evil.example/", false),
        ("https://pve.example:8006", "https://pve.example:80061/", false),
        ("https://pve.example:8006", "", false),
        ("https://pve.example/cb", "https://pve.example/cb", true),
        ("https://pve.example/cb", "https://pve.example/cb/", false),
        ("https://pve.example/cb", "https://pve.example/cb2", false),
        ("https://pve.example/cb", "https://pve.example/CB", false),
        ("https://pve.example/cb", "https://pve.example/%63b", false),
        ("https://pve.example/cb", "https://pve.example/x/../cb", false),
        ("http://127.0.0.1:51004/callback", "http://127.0.0.1:51004/callback", true),
        ("http://127.0.0.1:51004/callback", "http://127.0.0.1:51005/callback", false),
        ("http://127.0.0.1:51004/callback", "http://localhost:51004/callback", false),
        ("com.example.app:/cb", "com.example.app:/cb", true),
        ("com.example.app:/cb", "com.example.app:/cb/", false),
        ("com.example.app:cb", "com.example.app:cb/", false),
    ] {
        let trial = Trial { redirect_uri, ..Trial::new() };
        trial.login(|login| {
            let url = format!("{came_to}?code=c&state={}#x?y", login.state);
            let response = AuthorizationResponse::from_url(&url).unwrap();
            let verdict =
                login.pending.clone().accept(&response, login.relying_party, NOW).map(|_| ());
            let expected =
                if accepted { Ok(()) } else { Err(AuthorizationError::OtherRedirectUri) };
            assert_eq!(verdict, expected, "{redirect_uri} {came_to}");
        });
    }
}

#[test]
fn case_195_the_query_of_the_redirect_uri_comes_back_as_it_was_sent() {
    for (redirect_uri, came_to, accepted) in [
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?realm=sso&", true),
        ("https://pve.example?realm=sso", "https://pve.example/?realm=sso&", true),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?", false),
        ("https://pve.example?realm=sso", "https://pve.example/?", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?realm=other&", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?realm=SSO&", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?realm=%73so&", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?%72ealm=sso&", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?xrealm=sso&", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?realm=ssox&", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?realm&", false),
        // No second value of a parameter, however it is spelled.
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?realm=sso&realm=sso&", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?realm=a&realm=sso&", false),
        ("https://pve.example/cb?realm=sso", "https://pve.example/cb?%72ealm=a&realm=sso&", false),
        ("https://pve.example/cb?a=1&a=2", "https://pve.example/cb?a=1&a=2&", true),
        ("https://pve.example/cb?a=1&a=2", "https://pve.example/cb?a=2&a=1&", false),
        ("https://pve.example/cb?a=1&a=2", "https://pve.example/cb?a=1&", false),
        // Each provider has an order of its own, and parameters of its own besides.
        ("https://pve.example/cb?b=1&a=2", "https://pve.example/cb?a=2&b=1&", true),
        ("https://pve.example/cb?b=1&a=2", "https://pve.example/cb?a=2&x=y&b=1&", true),
        ("https://pve.example/cb?b=1&a=2", "https://pve.example/cb?a=2&", false),
        ("https://pve.example/cb?a%20b=c+d", "https://pve.example/cb?a%20b=c+d&", true),
        ("https://pve.example/cb?a%20b=c+d", "https://pve.example/cb?a+b=c+d&", false),
        ("https://pve.example/cb?x", "https://pve.example/cb?x&", true),
        ("https://pve.example/cb?x", "https://pve.example/cb?x=&", false),
        ("https://pve.example/cb?", "https://pve.example/cb?", true),
        ("https://pve.example/cb", "https://pve.example/cb?x=y&", true),
    ] {
        let trial = Trial { redirect_uri, ..Trial::new() };
        trial.login(|login| {
            let url = format!("{came_to}code=c&state={}", login.state);
            let response = AuthorizationResponse::from_url(&url).unwrap();
            let expected =
                if accepted { Ok(()) } else { Err(AuthorizationError::OtherRedirectUri) };
            let pending = login.pending.clone();
            let verdict = pending.accept(&response, login.relying_party, NOW).map(|_| ());
            assert_eq!(verdict, expected, "{redirect_uri} {url}");
            // Behind the response's parameters it is as good.
            let (start, query) = came_to.split_once('?').unwrap();
            let url = format!("{start}?code=c&state={}&{query}", login.state);
            let response = AuthorizationResponse::from_url(&url).unwrap();
            assert_eq!(login.pending.check_redirect_uri(&response), expected, "{url}");
        });
    }
}

#[test]
fn case_195_a_form_post_need_not_repeat_the_query_and_does_not_contradict_it() {
    let redirect_uri = "https://pve.example/cb?realm=sso&x";
    let trial = Trial { redirect_uri, ..Trial::new() };
    trial.login(|login| {
        for (form, accepted) in [
            ("", true),
            ("realm=sso&x&", true),
            ("x&", true),
            ("y=z&", true),
            ("realm=other&", false),
            ("realm=sso&realm=other&", false),
            ("%72ealm=sso&", false),
            ("x=&", false),
        ] {
            let form = format!("{form}code=c&state={}", login.state);
            let response = AuthorizationResponse::from_query(&form).unwrap();
            let verdict = |response| login.pending.check_redirect_uri(&response).is_ok();
            assert!(verdict(response), "nobody says where {form} came to");
            assert_eq!(verdict(response.at(Some(redirect_uri))), accepted, "{form}");
        }
    });
}

#[test]
fn case_120_where_the_caller_says_where_it_is_the_login_began_there_to_the_letter() {
    for (redirect_uri, at, accepted) in [
        ("https://pve.example:8006", None, true),
        ("https://pve.example:8006", Some("https://pve.example:8006"), true),
        ("https://pve.example:8006", Some("https://pve.example:8006/"), false),
        ("https://pve.example:8006", Some("https://PVE.example:8006"), false),
        ("https://pve.example:8006", Some("https://evil.example"), false),
        ("https://pve.example:8006", Some(""), false),
        ("https://pve.example/cb?realm=sso", Some("https://pve.example/cb?realm=sso"), true),
        ("https://pve.example/cb?realm=sso", Some("https://pve.example/cb"), false),
    ] {
        let trial = Trial { redirect_uri, ..Trial::new() };
        trial.login(|login| {
            let expected =
                if accepted { Ok(()) } else { Err(AuthorizationError::OtherRedirectUri) };
            let callback = format!("{}?code=c&state={}", redirect_uri, login.state);
            let query = format!("code=c&state={}", login.state);
            for response in [
                AuthorizationResponse::from_query(&query),
                AuthorizationResponse::from_parts("c", &login.state, None),
                AuthorizationResponse::from_code_and_state("c", &login.state),
                AuthorizationResponse::from_url(&callback.replace("?realm=sso?", "?realm=sso&")),
            ] {
                let response = response.unwrap().at(at);
                assert_eq!(login.pending.check_redirect_uri(&response), expected, "{at:?}");
                let pending = login.pending.clone();
                let verdict = pending.accept(&response, login.relying_party, NOW).map(|_| ());
                assert_eq!(verdict, expected, "{redirect_uri} {at:?}");
            }
        });
    }
}

#[test]
fn case_120_a_login_comes_back_to_its_redirect_uri_or_to_that_as_browsers_write_it() {
    let (redirect_uri, written) = ("https://PVE.example:443/a/../cb?x", "https://pve.example/cb?x");
    let trial = Trial { redirect_uri, ..Trial::new() };
    trial.login(|login| {
        for (url, plainly, as_written) in [
            ("https://PVE.example:443/a/../cb", true, true),
            ("https://pve.example/cb", false, true),
            ("https://pve.example/cb/", false, false),
            ("https://pve.example/", false, false),
            ("https://evil.example/cb", false, false),
        ] {
            let callback = format!("{url}?x&code=c&state={}", login.state);
            let verdict = |response| login.pending.check_redirect_uri(&response).is_ok();
            let came = AuthorizationResponse::from_url(&callback).unwrap();
            assert_eq!(verdict(came), plainly, "{url}");
            assert_eq!(verdict(came.to_redirect_uri_written(written)), as_written, "{url}");

            let at = format!("{url}?x");
            let (_, query) = callback.split_once('?').unwrap();
            let came = AuthorizationResponse::from_query(query).unwrap().at(Some(&at));
            assert_eq!(verdict(came), plainly, "{at}");
            assert_eq!(verdict(came.to_redirect_uri_written(written)), as_written, "{at}");
        }
    });
}

#[test]
fn case_200_a_login_that_is_bound_to_a_browser_accepts_no_other_ones_response() {
    let trial = Trial::new();
    let document = trial.discovery.to_string();
    let metadata = metadata(&document);
    let relying_party = RelyingParty::new(&trial.realm, &metadata).unwrap();
    let begin = || {
        let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
        let rng = &mut getrandom::SysRng;
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, NOW)
            .unwrap()
    };
    let (request, binding) = begin().bound_to_browser();
    let (_, of_another_login) = begin().bound_to_browser();
    let mut buf = [0; 4096];
    assert!(!request.write_url(&mut buf).unwrap().contains(binding.as_str()), "it is no parameter");
    let bound = request.into_pending();
    let mut buf = [0; PendingAuthorization::PENDING_LEN];
    let stored = PendingAuthorization::decode(bound.encode(&mut buf).unwrap()).unwrap();
    let unbound = begin().into_pending();
    assert!(stored.is_bound_to_browser() && !unbound.is_bound_to_browser());
    let (_, value_of_unbound) = begin().bound_to_browser();

    let verdict = |pending: &PendingAuthorization, browser: Option<Option<&str>>| {
        let state = pending.state();
        let mut response = AuthorizationResponse::from_parts("c", state.as_str(), None).unwrap();
        if let Some(brought) = browser {
            response = response.from_browser(brought);
        }
        let verdict = pending.clone().accept(&response, relying_party, NOW).map(|_| ());
        assert_eq!(verdict, pending.check_browser(&response));
        assert!(!format!("{response:?}").contains(binding.as_str()));
        verdict
    };
    let refused = Err(AuthorizationError::OtherBrowser);
    assert_eq!(verdict(&stored, Some(Some(binding.as_str()))), Ok(()));
    for brought in [
        "",
        "x",
        of_another_login.as_str(),
        &binding.as_str()[..42],
        &format!("{}A", binding.as_str()),
        &binding.as_str().to_lowercase(),
        bound.state().as_str(),
    ] {
        assert_eq!(verdict(&stored, Some(Some(brought))), refused, "{brought}");
    }
    assert_eq!(verdict(&stored, Some(None)), refused);
    // Whoever forgets to ask the browser is told at the first login.
    assert_eq!(verdict(&stored, None), refused);
    // Whoever asks takes no login that began without, which may be anybody's.
    assert_eq!(verdict(&unbound, None), Ok(()));
    for brought in [None, Some(""), Some(value_of_unbound.as_str())] {
        assert_eq!(verdict(&unbound, Some(brought)), refused);
    }
}

#[test]
fn case_123_and_124_each_login_takes_its_own_response_only() {
    let trial = Trial::new();
    trial.login(|first| {
        let (second, _) = begin(first.relying_party, REDIRECT_URI);
        assert_ne!(first.pending.key(), second.key());
        let second_state = second.state().as_str().to_owned();
        for (pending, state, expected) in [
            (&first.pending, &first.state, Ok(())),
            (&second, &second_state, Ok(())),
            (&first.pending, &second_state, Err(AuthorizationError::WrongState)),
            (&second, &first.state, Err(AuthorizationError::WrongState)),
        ] {
            let query = format!("code=c&state={state}");
            let response = AuthorizationResponse::from_query(&query).unwrap();
            assert_eq!(response.key() == pending.key(), expected.is_ok());
            let verdict = pending.clone().accept(&response, first.relying_party, NOW).map(|_| ());
            assert_eq!(verdict, expected);
        }
    });
}

#[test]
fn case_123_the_key_is_the_hash_of_the_state_however_it_is_spelled() {
    let trial = Trial::new();
    trial.login(|login| {
        let hash = digest::digest(&digest::SHA256, login.state.as_bytes());
        assert_eq!(login.pending.key().0, hash.as_ref());
        let percent: String = login.state.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for state in [&login.state, &percent] {
            let query = format!("state={state}&code=c");
            let response = AuthorizationResponse::from_query(&query).unwrap();
            assert_eq!(response.key(), login.pending.key());
        }
        let response = AuthorizationResponse::from_parts("c", &login.state, None).unwrap();
        assert_eq!(response.key(), login.pending.key());
    });
}

#[test]
fn a_pending_login_shows_for_whom_it_is_and_no_secret() {
    Trial::new().login(|login| {
        let shown = format!("{:?}", login.pending);
        assert!(shown.starts_with("PendingAuthorization {") && shown.contains("pve"), "{shown}");
        login.pending.with_fields(|fields| {
            for secret in [fields.state, fields.nonce, fields.code_verifier] {
                assert!(!shown.contains(secret), "{shown}");
            }
        });
    });
}

#[test]
fn case_126_a_login_is_pending_for_ten_minutes() {
    let trial = Trial::new();
    trial.login(|login| {
        let at = |seconds| UnixTime(NOW.0.checked_add_signed(seconds).unwrap());
        let lifetime = LOGIN_LIFETIME as i64;
        let skew = CLOCK_SKEW as i64;
        let expired = |now| Err(AuthorizationError::Expired { begun: NOW, now });
        let went_back = |now| Err(AuthorizationError::ClockWentBack { begun: NOW, now });
        for (now, expected) in [
            (at(0), Ok(())),
            (at(lifetime - 1), Ok(())),
            (at(lifetime), expired(at(lifetime))),
            (at(lifetime + 1), expired(at(lifetime + 1))),
            (UnixTime(u64::MAX), expired(UnixTime(u64::MAX))),
            (at(-1), Ok(())),
            (at(1 - skew), Ok(())),
            (at(-skew), Ok(())),
            (at(-skew - 1), went_back(at(-skew - 1))),
            (UnixTime(0), went_back(UnixTime(0))),
        ] {
            assert_eq!(accept_at(&login, "code=c&state=STATE", now), expected, "{now}");
        }
        assert_eq!(login.pending.expires(), at(lifetime));
        assert_eq!(login.pending.begun(), NOW);
    });
}

#[test]
fn case_106_a_login_is_finished_in_the_realm_that_it_began_in() {
    let trial = Trial::new();
    trial.login(|login| {
        let metadata_text = trial.discovery.to_string();
        let other_issuer = metadata_text.replace(ISSUER, "https://evil.example");
        let query = format!("code=c&state={}", login.state);
        let response = AuthorizationResponse::from_query(&query).unwrap();
        let accept = |realm: &Realm<&str>, document: &str| {
            let request = DiscoveryRequest::new(realm.issuer);
            let metadata = request.response(ok_json(document)).unwrap();
            let relying_party = RelyingParty::new(realm, &metadata).unwrap();
            login.pending.clone().accept(&response, relying_party, NOW).map(|_| ())
        };
        let same = realm();
        let renamed = Realm { name: RealmName::parse("sso2").unwrap(), ..realm() };
        let moved = Realm { issuer: Issuer::parse("https://evil.example").unwrap(), ..realm() };
        assert_eq!(accept(&same, &metadata_text), Ok(()));
        assert_eq!(accept(&renamed, &metadata_text), Err(AuthorizationError::OtherRealm));
        assert_eq!(accept(&moved, &other_issuer), Err(AuthorizationError::OtherRealm));
    });
}

#[test]
fn case_106_a_login_is_finished_with_the_discovery_url_that_it_began_with() {
    let trial = Trial::new();
    trial.login(|login| {
        let at = |url| Realm { discovery_url: DiscoveryUrl::parse(url).ok(), ..realm() };
        let (none, one) = (realm(), at("https://login.example/t?p=one"));
        let other = at("https://login.example/t?p=other");
        let metadata_text = trial.discovery.to_string();
        let metadata =
            DiscoveryRequest::new(none.issuer).response(ok_json(&metadata_text)).unwrap();
        let begin = |realm: &Realm<&str>| {
            let relying_party = RelyingParty::new(realm, &metadata).unwrap();
            let redirect_uri = RedirectUri::parse(login.pending.redirect_uri()).unwrap();
            let mut rng = getrandom::SysRng;
            AuthorizationRequest::new(
                relying_party,
                redirect_uri,
                Requested::Default,
                &mut rng,
                NOW,
            )
            .unwrap()
            .into_pending()
        };
        let finish = |pending: &PendingAuthorization, realm: &Realm<&str>| {
            let relying_party = RelyingParty::new(realm, &metadata).unwrap();
            let query = format!("code=c&state={}", pending.state().as_str());
            let response = AuthorizationResponse::from_query(&query).unwrap();
            let mut buf = [0; PendingAuthorization::PENDING_LEN];
            let stored = pending.encode(&mut buf).unwrap();
            let pending = PendingAuthorization::decode(stored).unwrap();
            pending.accept(&response, relying_party, NOW).map(|_| ())
        };
        for begun in [&none, &one, &other] {
            let pending = begin(begun);
            for realm in [&none, &one, &other] {
                let expected = match begun.discovery_url == realm.discovery_url {
                    true => Ok(()),
                    false => Err(AuthorizationError::OtherRealm),
                };
                assert_eq!(finish(&pending, realm), expected, "{begun:?} {realm:?}");
            }
        }
    });
}

#[test]
fn the_acr_that_the_realm_demands_is_asked_for_unless_it_asks_for_others() {
    for (acr_values, required, sent) in [
        ("", "", None),
        ("silver", "", Some("silver")),
        ("", "gold phr", Some("gold phr")),
        ("silver bronze", "gold", Some("silver bronze")),
    ] {
        let mut realm = realm();
        realm.acr_values = Words::parse(acr_values).unwrap();
        realm.required_acr = Words::parse(required).unwrap();
        realm.required_amr = Words::parse("otp").unwrap();
        Trial { realm, ..Trial::new() }.login(|login| {
            assert_eq!(parameter(&login.url, "acr_values").as_deref(), sent, "{required:?}");
            assert!(!login.url.contains("otp"), "no parameter asks for methods");
        });
    }
}

#[test]
fn case_128_what_is_written_into_the_url_is_encoded() {
    let odd = "a b&c#d%e+f=g?h/é\"";
    let redirect_uri = "https://pve.example/cb?x=%26&y=a+b&s=evil";
    let mut realm = realm();
    realm.registration.client_id = ClientId::parse(odd).unwrap();
    realm.scopes = Words::parse("email a&b=c#d%e+f groups").unwrap();
    realm.prompt = Words::parse("login consent").unwrap();
    realm.acr_values = Words::parse("urn:x&nonce=evil").unwrap();
    realm.max_age = Some(0);
    for (endpoint, separator) in [
        ("https://login.example/t/authorize", '?'),
        ("https://login.example/t/authorize?p=b2c%20&q", '&'),
        ("https://login.example/t/authorize?states=evil", '&'),
    ] {
        let mut trial = Trial { redirect_uri, realm, ..Trial::new() };
        trial.discovery["authorization_endpoint"] = endpoint.into();
        trial.login(|login| {
            let url = url::Url::parse(&login.url).unwrap();
            assert_eq!(url.as_str(), login.url, "nothing is left to be normalised");
            assert_eq!(url.fragment(), None);
            let query = login.url.strip_prefix(endpoint).unwrap();
            let query = query.strip_prefix(separator).unwrap();
            assert_eq!(
                parameter_names(query),
                [
                    "response_type",
                    "client_id",
                    "redirect_uri",
                    "scope",
                    "state",
                    "nonce",
                    "code_challenge",
                    "code_challenge_method",
                    "display",
                    "prompt",
                    "acr_values",
                    "max_age",
                ]
            );
            for (name, value) in [
                ("response_type", "code"),
                ("client_id", odd),
                ("redirect_uri", redirect_uri),
                ("scope", "openid email a&b=c#d%e+f groups"),
                ("state", &login.state),
                ("nonce", &login.nonce),
                ("code_challenge_method", "S256"),
                ("display", "page"),
                ("prompt", "login consent"),
                ("acr_values", "urn:x&nonce=evil"),
                ("max_age", "0"),
            ] {
                assert_eq!(parameter(query, name).as_deref(), Some(value), "{name}");
            }
        });
    }
}

#[test]
fn case_128_what_is_not_set_is_not_sent() {
    let trial = Trial::new();
    trial.login(|login| {
        let (endpoint, query) = login.url.split_once('?').unwrap();
        assert_eq!(endpoint, "https://login.example/t/authorize");
        assert_eq!(
            parameter_names(query),
            [
                "response_type",
                "client_id",
                "redirect_uri",
                "scope",
                "state",
                "nonce",
                "code_challenge",
                "code_challenge_method",
                "display",
            ]
        );
        assert!(!login.url.contains("s3cret"));
    });
}

#[test]
fn case_129_the_scope_has_openid_once() {
    for (scopes, expected) in [
        ("", "openid"),
        ("openid", "openid"),
        ("email openid profile openid", "openid email profile"),
        ("OpenID", "openid OpenID"),
        (" email \t profile\n", "openid email profile"),
    ] {
        let mut trial = Trial::new();
        trial.realm.scopes = Words::parse(scopes).unwrap();
        let scope = trial.login(|login| parameter(&login.url, "scope"));
        assert_eq!(scope.as_deref(), Some(expected), "{scopes:?}");
    }
}

#[test]
fn case_131_and_140_a_body_is_read_as_a_query_and_a_code_has_1_to_8192_bytes() {
    let query = |code: &str| format!("code={code}&state=x");
    for (code, expected) in [
        ("a".repeat(CODE_LEN), Ok(())),
        ("%2F".repeat(CODE_LEN), Ok(())),
        ("a".repeat(CODE_LEN + 1), Err(AuthorizationResponseError::CodeTooLong)),
        ("%2F".repeat(CODE_LEN + 1), Err(AuthorizationResponseError::CodeTooLong)),
        ("a".repeat(10 << 20), Err(AuthorizationResponseError::CodeTooLong)),
        (String::new(), Err(AuthorizationResponseError::NoCode)),
        ("a".to_owned(), Ok(())),
    ] {
        assert_eq!(read(&query(&code)), expected, "{} characters", code.len());
    }
}

#[test]
fn a_registration_that_changed_meanwhile_ends_the_login() {
    let registration = |client_id, secret| ClientRegistration {
        client_id: ClientId::parse(client_id).unwrap(),
        credential: Credential::secret(secret),
    };
    let public = realm_with(registration("pve", ""));
    let confidential = realm_with(registration("pve", "s3cret"));
    let gone = Err(AuthorizationError::ClientGone);
    for (began, now, expected) in [
        (confidential, confidential, Ok(ClientType::Confidential)),
        (confidential, realm_with(registration("pve", "other")), Ok(ClientType::Confidential)),
        (confidential, public, gone),
        (confidential, realm_with(registration("other", "s3cret")), gone),
        (public, public, Ok(ClientType::Public)),
        (public, confidential, Ok(ClientType::Public)),
        (public, realm_with(registration("other", "")), gone),
        (public, realm_with(registration("pve2", "")), gone),
    ] {
        let document = Trial::new().discovery.to_string();
        let metadata = metadata(&document);
        let (pending, _) = begin(RelyingParty::new(&began, &metadata).unwrap(), REDIRECT_URI);
        let query = format!("code=c&state={}", pending.state().as_str());
        let response = AuthorizationResponse::from_query(&query).unwrap();
        let relying_party = RelyingParty::new(&now, &metadata).unwrap();
        let verdict = pending.accept(&response, relying_party, NOW);
        assert_eq!(verdict.map(|request| request.client_type()), expected, "{now:?}");
    }
}

fn realm_with(registration: ClientRegistration<&'static str>) -> Realm<&'static str> {
    Realm { registration, ..realm() }
}

#[test]
fn a_url_that_does_not_fit_says_how_much_would() {
    let (realm, document) = (realm(), Trial::new().discovery.to_string());
    let metadata = metadata(&document);
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
    let mut rng = Blocks { given: 0, fails_at: None };
    let request =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, &mut rng, NOW)
            .unwrap();
    let url = request.write_url(&mut [0; 4096]).unwrap().to_owned();
    for len in 0..url.len() {
        let needed = request.write_url(&mut vec![0; len]).unwrap_err().needed;
        assert_eq!(needed, url.len(), "{len}");
    }
    assert_eq!(request.write_url(&mut vec![0; url.len()]), Ok(url.as_str()));
}

#[test]
fn the_longest_login_is_stored_in_pending_len_bytes() {
    let name = "r".repeat(REALM_NAME_LEN);
    let issuer = format!("https://h/{}", "i".repeat(ISSUER_LEN - 10));
    let client_id = "c".repeat(CLIENT_ID_LEN);
    let redirect_uri = format!("https://h/{}", "u".repeat(REDIRECT_URI_LEN - 10));
    let mut realm = realm();
    realm.name = RealmName::parse(name.as_str()).unwrap();
    realm.issuer = Issuer::parse(issuer.as_str()).unwrap();
    realm.discovery_url = DiscoveryUrl::parse("https://h/metadata?p=policy").ok();
    realm.registration.client_id = ClientId::parse(client_id.as_str()).unwrap();
    let document = Trial::new().discovery.to_string().replace(ISSUER, &issuer);
    let metadata = DiscoveryRequest::new(realm.issuer).response(ok_json(&document)).unwrap();
    let (pending, _) = begin(RelyingParty::new(&realm, &metadata).unwrap(), &redirect_uri);

    let mut buf = [0; PendingAuthorization::PENDING_LEN];
    let stored = pending.encode(&mut buf).unwrap();
    assert_eq!(stored.len(), PendingAuthorization::PENDING_LEN);
    let read = PendingAuthorization::decode(stored).unwrap();
    let texts = (read.realm(), read.client_id(), read.redirect_uri());
    assert_eq!(texts, (name.as_str(), client_id.as_str(), redirect_uri.as_str()));
    let error = pending.encode(&mut [0; PendingAuthorization::PENDING_LEN - 1]).unwrap_err();
    assert_eq!(error.needed, PendingAuthorization::PENDING_LEN);
}
