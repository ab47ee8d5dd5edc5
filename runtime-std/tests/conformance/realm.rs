//! A realm's properties that an ID token is judged by, each with and without.

use serde_json::{Value, json};

use crate::suite::*;

/// Moves what the ID token says of time.
fn earlier(claims: &mut Value, names: &[&str], seconds: u64) {
    for name in names {
        claims[name] = json!(claims[name].as_u64().unwrap() - seconds);
    }
}

#[test]
fn clock_skew_lets_a_token_pass_that_much_later() {
    // It expired 100 seconds ago, and lived for 50.
    let claims = |claims: &mut Value| {
        claims["exp"] = claims["iat"].clone();
        earlier(claims, &["exp"], 100);
        earlier(claims, &["iat"], 150);
    };
    let module = Module { claims, ..MODULE };
    fails(module, "id_token_expired", [1, 0]);
    fails(Module { properties: "clock-skew 90", ..module }, "id_token_expired", [1, 0]);
    passes(Module { properties: "clock-skew 300", ..module });
}

#[test]
fn max_age_wants_an_authentication_that_is_not_older() {
    let claims = |claims: &mut Value| {
        claims["auth_time"] = claims["iat"].clone();
        earlier(claims, &["auth_time"], 1000);
    };
    let module = Module { claims, ..MODULE };
    passes(module);
    passes(Module { properties: "max-age 2000", ..module });
    fails(Module { properties: "max-age 500", ..module }, "id_token_auth_time", [1, 0]);
    let none = Module {
        claims: |claims| drop(claims.as_object_mut().unwrap().remove("auth_time")),
        ..MODULE
    };
    fails(Module { properties: "max-age 500", ..none }, "id_token_auth_time_missing", [1, 0]);
}

#[test]
fn audiences_are_those_that_may_stand_beside_the_client() {
    let claims = |claims: &mut Value| {
        claims["aud"] = json!(["one", CLIENT_ID, "two"]);
        claims["azp"] = json!(CLIENT_ID);
    };
    let module = Module { claims, ..MODULE };
    fails(module, "id_token_untrusted_audience", [1, 0]);
    fails(Module { properties: "audiences one", ..module }, "id_token_untrusted_audience", [1, 0]);
    for properties in ["audiences one two", "audiences two,one", "audiences three;two; one"] {
        passes(Module { properties, ..module });
    }
    // They take nothing else's place.
    let claims = |claims: &mut Value| claims["aud"] = json!("one");
    fails(Module { properties: "audiences one", claims, ..MODULE }, "id_token_audience", [1, 0]);
}
