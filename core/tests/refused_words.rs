//! What can be told of a message that was refused: what came, and never who somebody is.

mod common;

use std::error::Error;

use common::{ALL_ALGORITHMS, NOW, Provider, Trial, base64url, ok_json, token_response};
use onerealm_core::wire::Value;
use onerealm_core::{
    DiscoveryError, DiscoveryRequest, IdTokenError, IdTokenWords, Issuer, JwsError,
    ProviderMetadata,
};
use serde_json::json;

/// Refuses the token that `make_token` makes, and looks at its words.
fn refuse<T>(
    make_token: impl FnOnce(&Trial, &str) -> String,
    look: impl FnOnce(IdTokenError, IdTokenWords<'_>) -> T,
) -> T {
    let trial = Trial::new();
    trial.login(|login| {
        let body = token_response(&make_token(&trial, &login.nonce), "access-token");
        login.exchange(ok_json(&body), |id_token| {
            let id_token = id_token.unwrap();
            let mut buf = vec![0; id_token.buffer_needed()];
            let verdict = id_token
                .open(&mut buf)
                .and_then(|id_token| id_token.validate(&login.keys, &ALL_ALGORITHMS, NOW));
            let refused = verdict.map(|_| ()).unwrap_err();
            assert_eq!(refused.client_id(), "pve");
            refused.with_secrets(|nonce, access_token| {
                assert!(nonce == login.nonce && access_token.unwrap() == *"access-token");
                let shown = format!("{refused:?} {refused}");
                assert!(!shown.contains(nonce) && !shown.contains("access-token"), "{shown}");
                assert!(shown.starts_with("RefusedIdToken { error: "), "{shown}");
            });
            assert_eq!(refused.to_string(), refused.error().to_string());
            let cause = |error: &dyn Error| error.source().map(ToString::to_string);
            assert_eq!(cause(&refused), cause(&refused.error()));
            look(refused.error(), refused.words())
        })
    })
}

fn text(value: Option<Value<'_>>) -> Option<&str> {
    value.map(Value::text)
}

#[test]
fn a_refused_token_says_for_whom_and_how_it_was_signed() {
    refuse(
        |trial, nonce| {
            let mut claims = trial.claims(nonce);
            claims["aud"] = json!(["a", "b"]);
            claims["azp"] = json!(7);
            trial.provider.sign(&claims)
        },
        |error, words| {
            assert_eq!(error, IdTokenError::Audience);
            assert_eq!(text(words.iss), Some(common::ISSUER));
            assert_eq!(text(words.aud), Some(r#"["a","b"]"#));
            assert_eq!(text(words.azp), Some("7"));
            assert_eq!(text(words.alg), Some("ES256"));
            assert_eq!(text(words.kid), Some("k1"));
            assert_eq!((text(words.typ), text(words.enc)), (Some("JWT"), None));
            assert!(!format!("{words:?}").contains("k1"));
        },
    );
}

#[test]
fn of_an_encrypted_token_only_the_header_is_read() {
    let header = base64url(br#"{"alg":"RSA-OAEP","enc":"A128GCM","kid":"e1"}"#);
    let claims = base64url(br#"{"iss":"not a claim"}"#);
    refuse(
        |_, _| format!("{header}.{claims}.c.d.e"),
        |error, words| {
            assert_eq!(error, IdTokenError::Jws { error: JwsError::Encrypted });
            assert_eq!((text(words.alg), text(words.enc)), (Some("RSA-OAEP"), Some("A128GCM")));
            assert_eq!((text(words.kid), text(words.iss)), (Some("e1"), None));
        },
    );
}

#[test]
fn what_is_no_token_says_nothing() {
    let header = base64url(br#"{"alg":"none"}"#);
    for token in [
        "x".to_owned(),
        ".".repeat(9),
        "..".to_owned(),
        "!.!.!".to_owned(),
        format!("{}.{}.", base64url(b"[]"), base64url(b"7")),
        format!("{}.e30.", base64url(br#"{"alg":"a","alg":"b"}"#)),
        format!("{}.e30.", base64url(&[0xff; 9])),
    ] {
        refuse(
            |_, _| token.clone(),
            |_, words| {
                let all = [words.alg, words.enc, words.kid, words.typ, words.iss, words.aud];
                assert!(all.iter().chain([&words.azp]).all(Option::is_none), "{token}");
            },
        );
    }
    refuse(
        |_, _| format!("{header}.{}.", base64url(b"not json")),
        |_, words| assert_eq!((text(words.alg), text(words.iss)), (Some("none"), None)),
    );
}

#[test]
fn a_token_with_any_byte_changed_or_missing_is_read_as_far_as_it_can_be() {
    let trial = Trial::new();
    trial.login(|login| {
        let token = trial.provider.sign(&trial.claims(&login.nonce));
        let (mut unread, mut whole) = (0, 0);
        for i in 0..token.len() {
            let (before, behind) = (&token[..i], &token[i + 1..]);
            for changed in
                [".", "A", "_", "!", ""].map(|instead| format!("{before}{instead}{behind}"))
            {
                let body = token_response(&changed, "at");
                login.exchange(ok_json(&body), |id_token| {
                    let id_token = id_token.unwrap();
                    let mut buf = vec![0; id_token.buffer_needed()];
                    let opened = id_token.open(&mut buf);
                    let verdict =
                        opened.and_then(|token| token.validate(&login.keys, &ALL_ALGORITHMS, NOW));
                    match verdict.map(|_| ()) {
                        Ok(()) => whole += usize::from(changed == token),
                        Err(refused) => unread += usize::from(refused.words().iss.is_none()),
                    }
                });
            }
        }
        assert!(unread > token.len() / 2 && whole > 0, "{unread} {whole}");
    });
}

#[test]
fn an_encrypted_token_is_called_so_whatever_the_buffer() {
    let trial = Trial::new();
    trial.login(|login| {
        let header = base64url(br#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#);
        let body = token_response(&format!("{header}.b.c.d.e"), "at");
        let needed = login.exchange(ok_json(&body), |token| token.unwrap().buffer_needed());
        for len in 0..=needed {
            login.exchange(ok_json(&body), |id_token| {
                let mut buf = vec![0; len];
                let refused = id_token.unwrap().open(&mut buf).unwrap_err();
                assert_eq!(refused.error(), IdTokenError::Jws { error: JwsError::Encrypted });
                let words = refused.words();
                assert_eq!(text(words.enc), Some("A128GCM").filter(|_| len == needed), "{len}");
            });
        }
    });
}

#[test]
fn refused_metadata_says_which_issuer_it_is_of() {
    let issuer = |body: &str| {
        let response = ok_json(body);
        let request = DiscoveryRequest::new(Issuer::parse(common::ISSUER).unwrap());
        let error = request.response(response).unwrap_err();
        (error, ProviderMetadata::refused_issuer(&response).map(|v| v.text().to_owned()))
    };
    let mut document = Provider::new().discovery();
    document["issuer"] = json!("https://login.example/t/");
    let expected = Some("https://login.example/t/".to_owned());
    assert_eq!(issuer(&document.to_string()), (DiscoveryError::Issuer, expected));
    assert_eq!(issuer("{}").1, None);
    assert_eq!(issuer("[]").1, None);
    assert_eq!(issuer("<html>").1, None);
}

#[test]
fn a_key_set_names_every_key_and_says_which_are_usable() {
    let mut trial = Trial::new();
    trial.keys["keys"].as_array_mut().unwrap().extend([
        json!({"kty": "RSA", "use": "enc", "kid": "e1", "alg": "RSA-OAEP"}),
        json!("no key"),
        json!({"kty": "oct", "k": "c2VjcmV0"}),
        json!({}),
    ]);
    trial.login(|login| {
        let words: Vec<_> = login.keys.words().collect();
        let kids: Vec<_> = words.iter().map(|words| (text(words.kid), words.usable)).collect();
        assert_eq!(kids, [(Some("k1"), true), (Some("e1"), false), (None, false), (None, false)]);
        let kinds: Vec<_> = words.iter().map(|words| (text(words.kty), text(words.crv))).collect();
        let kind = Some("EC");
        assert_eq!(
            kinds,
            [(kind, Some("P-256")), (Some("RSA"), None), (Some("oct"), None), (None, None)]
        );
        assert_eq!(text(words[1].alg), Some("RSA-OAEP"));
        assert!(!format!("{words:?}").contains("c2VjcmV0"));
    });
}
