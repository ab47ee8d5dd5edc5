//! What an administrator is told when values differ: what was expected, what came, and which
//! setting to change. `docs/errors.md` has the same cases.

mod cases;
mod hostile;

use std::fs;
use std::sync::Arc;

use onerealm::{Begun, Callback, Error, Explanation, Requested, User};
use onerealm_demo_provider::{Endpoint, browser};
use serde_json::{Value, json};

use crate::bends::with_id_token;
use crate::support::*;
pub use cases::CASES;
use cases::Case;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

fn configure(scene: &Scene, case: &Case) {
    scene.configure(&format!("{KEY}\n{}", case.properties));
    let issuer = scene.provider.issuer();
    let config = fs::read_to_string(scene.config()).unwrap();
    let config = config.replace(issuer, &format!("{issuer}{}", case.behind_issuer));
    fs::write(scene.config(), config).unwrap();
}

/// A login in a process of its own; `see` is shown what was begun before the end user is away.
fn login(
    scene: &Scene,
    url: &str,
    behind_callback: &str,
    see: impl FnOnce(&Begun),
) -> Result<User, Error> {
    let logins = scene.logins();
    let begun = logins.begin("sso", url, Requested::Default)?;
    see(&begun);
    let callback = browser::sign_in(&begun.url, ALICE).unwrap();
    logins.finish(Callback::Url(&format!("{callback}{behind_callback}")), Some(url))
}

/// What was expected, what came, and what to do.
fn sides(error: &Error, case: &str) -> [String; 3] {
    let Explanation { expected, came, fix, .. } = error.explanation().clone();
    let sides = [expected, came, fix.map(Into::into)];
    sides.map(|side| side.unwrap_or_else(|| panic!("{case}: {error}")))
}

#[test]
fn the_message_says_what_was_expected_what_came_and_which_setting_to_change() {
    for case in CASES {
        let Case { name, bend, .. } = *case;
        let scene = Scene::bent(move |endpoint, _, answer| bend.apply(endpoint, answer));
        configure(&scene, case);
        // Public logins here have a registration of their own.
        let url = if case.properties.contains("native-client-id") { LOOPBACK } else { WEB };
        let error = login(&scene, url, case.behind_callback, |_| ()).unwrap_err();
        assert_eq!(error.code(), case.code, "{name}: {error}");
        let [expected, came, fix] = sides(&error, name);
        for (side, pieces) in [(&expected, case.expected), (&came, case.came)] {
            for piece in pieces {
                let piece = piece.replace("ISSUER", scene.provider.issuer());
                assert!(side.contains(&piece), "{name}: {piece:?} in {side}");
            }
        }
        let message = error.to_string();
        assert_eq!(
            message,
            format!("{} (expected: {expected}; came: {came})", error.explanation().sentence)
        );
        assert!(message.contains(case.setting), "{name}: {:?} in {message}", case.setting);
        assert!(fix.contains(case.setting), "{name}: {:?} in {fix}", case.setting);
        assert!(!message.contains('\n') && message.len() < 1200, "{name}: {message}");
    }
}

#[test]
fn no_message_about_a_difference_has_a_secret_in_it() {
    let mut looked_for = 0;
    for case in CASES {
        let bend = case.bend;
        let tokens = Tokens::default();
        let kept = Arc::clone(&tokens);
        let scene = Scene::bent(move |endpoint, _, answer| {
            let answer = bend.apply(endpoint, answer);
            if endpoint == Endpoint::Token {
                let body: Value = serde_json::from_slice(&answer.body).unwrap();
                let given = ["access_token", "id_token"].map(|name| body[name].as_str().unwrap());
                kept.lock().unwrap().extend(given.map(str::to_owned));
            }
            answer
        });
        configure(&scene, case);
        let url = if case.properties.contains("native-client-id") { LOOPBACK } else { WEB };
        let mut sent = Vec::new();
        let see = |begun: &Begun| {
            sent.extend([begun.state.clone(), parameters(&begun.url)["nonce"].clone()]);
        };
        let error = login(&scene, url, case.behind_callback, see).unwrap_err();
        let secrets = [secrets(&scene, &tokens), sent].concat();
        let said = format!("{error} {error:?} {:?}", error.explanation());
        assert_hidden(&said, &secrets);
        looked_for += secrets.len();
    }
    // State, nonce, code, verifier and two tokens of most of them, twice in other spelling.
    assert!(looked_for > 10 * CASES.len(), "{looked_for}");
}

#[test]
fn the_advice_on_clocks_knows_what_the_setting_can_make_up_for() {
    for (late, advice) in [(120, "or raise the realm's clock-skew"), (7200, "can't make up for")] {
        let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
            Endpoint::Token => with_id_token(answer, |_, claims| {
                // The provider dates its tokens five minutes back.
                claims["exp"] = json!(claims["iat"].as_u64().unwrap() + 300 - late);
                claims["iat"] = json!(claims["exp"].as_u64().unwrap() - 1);
            }),
            _ => answer,
        });
        scene.configure(KEY);
        let error = login(&scene, WEB, "", |_| ()).unwrap_err();
        assert_eq!(error.code(), "id_token_expired", "{error}");
        let fix = error.explanation().fix.as_deref().unwrap();
        assert!(fix.contains(advice), "{late}: {fix}");
    }
}

#[test]
fn a_slash_is_removed_or_added_as_the_advice_says() {
    let advice = |name: &str| {
        let case = CASES.iter().find(|case| case.name.starts_with(name)).unwrap();
        let bend = case.bend;
        let scene = Scene::bent(move |endpoint, _, answer| bend.apply(endpoint, answer));
        configure(&scene, case);
        login(&scene, WEB, "", |_| ()).unwrap_err().explanation().fix.clone().unwrap()
    };
    assert!(advice("'/' missing").starts_with("add '/' to the end"));
    assert!(advice("'/' too many").starts_with("remove the '/' at the end"));
    assert!(advice("'/' at the end of the issuer in the ID token").contains("make them equal"));
    assert!(advice("another issuer in the metadata").contains("names the tenant"));
}

#[test]
fn the_command_has_both_sides_in_its_json_and_null_where_there_are_none() {
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        Endpoint::Token => with_id_token(answer, |_, claims| claims["aud"] = json!("another")),
        _ => answer,
    });
    scene.configure(KEY);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let ran = scene.finish(&callback);
    let error = ran.failed(6, "id_token_audience");
    let sides = ["expected", "came"].map(|side| error[side].as_str().unwrap());
    assert!(sides[0].contains(CLIENT_ID) && sides[1] == "aud \"another\"", "{error}");
    assert_eq!(error["who"], "realm_administrator");
    let message = error["message"].as_str().unwrap();
    assert!(!message.contains("expected"), "both have fields of their own: {error}");
    let error = scene.finish(&callback);
    let error = error.failed(4, "login_used");
    assert_eq!((&error["expected"], &error["came"]), (&Value::Null, &Value::Null));
}
