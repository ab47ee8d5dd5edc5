//! Token responses without a token type, or without an access token.

use onerealm_core::{IdTokenError, QueryUserinfo, ResponseError, TokenError};
use serde_json::{Value, json};

use crate::common::{Trial, base64url, ok_json};

/// Whether userinfo would be asked, or why nobody is logged in.
#[derive(Debug, PartialEq)]
enum Verdict {
    LoggedIn { asks_userinfo: bool },
    Response(TokenError),
    IdToken(IdTokenError),
}

/// Exchanges a good ID token that has these claims besides, in a response that `bend` bends.
fn judge(trial: &Trial, claims: &Value, bend: impl FnOnce(&mut Value)) -> Verdict {
    trial.login(|login| {
        let mut all = trial.claims(&login.nonce);
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        let id_token = trial.provider.sign(&all);
        let mut body = json!({"access_token": "at", "token_type": "Bearer", "id_token": id_token});
        bend(&mut body);
        login.exchange(ok_json(&body.to_string()), |id_token| {
            let id_token = match id_token {
                Ok(id_token) => id_token,
                Err(error) => return Verdict::Response(error),
            };
            let mut buf = vec![0; id_token.buffer_needed()];
            let opened = id_token.open(&mut buf).unwrap();
            match opened.validate(&login.keys, &trial.verifiers, trial.now) {
                Ok(identity) => {
                    Verdict::LoggedIn { asks_userinfo: identity.userinfo_request().is_some() }
                }
                Err(refused) => Verdict::IdToken(refused.error()),
            }
        })
    })
}

fn without(member: &str) -> impl FnOnce(&mut Value) {
    move |body| {
        body.as_object_mut().unwrap().remove(member);
    }
}

const MEMBER: Verdict = Verdict::Response(TokenError::Response { error: ResponseError::Member });

/// Trials in which userinfo isn't asked: the provider has none, or the realm wants none.
fn without_userinfo() -> [Trial; 2] {
    let mut not_offered = Trial::new();
    without("userinfo_endpoint")(&mut not_offered.discovery);
    let mut not_wanted = Trial::new();
    not_wanted.realm.userinfo = QueryUserinfo::Never;
    [not_offered, not_wanted]
}

#[test]
fn a_response_without_token_type_means_bearer() {
    let verdict = judge(&Trial::new(), &json!({}), without("token_type"));
    assert_eq!(verdict, Verdict::LoggedIn { asks_userinfo: true });
    for token_type in
        [json!(""), json!("mac"), json!("DPoP"), json!("N_A"), json!("Bearer "), json!("null")]
    {
        let verdict =
            judge(&Trial::new(), &json!({}), |body| body["token_type"] = token_type.clone());
        assert_eq!(verdict, Verdict::Response(TokenError::TokenType), "{token_type}");
    }
    for token_type in [json!(null), json!(1), json!(["Bearer"]), json!({}), json!(false)] {
        let verdict =
            judge(&Trial::new(), &json!({}), |body| body["token_type"] = token_type.clone());
        assert_eq!(verdict, MEMBER, "{token_type}");
    }
}

#[test]
fn a_response_needs_no_access_token_where_nobody_would_use_it() {
    for trial in without_userinfo() {
        let logged_in = Verdict::LoggedIn { asks_userinfo: false };
        assert_eq!(judge(&trial, &json!({}), without("access_token")), logged_in);
        assert_eq!(judge(&trial, &json!({"at_hash": null}), without("access_token")), logged_in);
        let with_neither = judge(&trial, &json!({}), |body| {
            without("access_token")(body);
            without("token_type")(body);
        });
        assert_eq!(with_neither, logged_in);
    }
}

#[test]
fn userinfo_needs_an_access_token() {
    assert_eq!(judge(&Trial::new(), &json!({}), without("access_token")), MEMBER);
}

#[test]
fn an_at_hash_is_of_an_access_token_that_came() {
    let empty = base64url(&ring::digest::digest(&ring::digest::SHA256, b"").as_ref()[..16]);
    for trial in without_userinfo() {
        for at_hash in [json!(empty), json!("x"), json!(""), json!("="), json!(1), json!([])] {
            let verdict = judge(&trial, &json!({ "at_hash": at_hash }), without("access_token"));
            assert_eq!(verdict, Verdict::IdToken(IdTokenError::AccessTokenHash), "{at_hash}");
        }
    }
}

#[test]
fn an_access_token_that_is_none_stays_refused() {
    for trial in without_userinfo() {
        for (access_token, expected) in [
            (json!(null), MEMBER),
            (json!(1), MEMBER),
            (json!(["at"]), MEMBER),
            (json!({}), MEMBER),
            (json!(""), Verdict::Response(TokenError::NoAccessToken)),
        ] {
            let verdict =
                judge(&trial, &json!({}), |body| body["access_token"] = access_token.clone());
            assert_eq!(verdict, expected, "{access_token}");
        }
        let no_id_token = judge(&trial, &json!({}), |body| {
            without("access_token")(body);
            without("id_token")(body);
        });
        assert_eq!(no_id_token, Verdict::Response(TokenError::NoIdToken));
    }
}
