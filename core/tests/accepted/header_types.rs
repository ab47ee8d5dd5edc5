//! `typ` of a header that names no other kind of token.

use onerealm_core::JwsError;
use serde_json::json;

use crate::common::{Trial, jws_error};

#[test]
fn a_typ_that_names_no_other_kind_of_token_is_accepted() {
    let trial = Trial::new();
    for typ in [
        json!("JOSE"),
        json!("jose"),
        json!("Jose"),
        json!("application/jose"),
        json!("APPLICATION/JOSE"),
        json!(null),
    ] {
        let header = json!({"alg": "ES256", "kid": "k1", "typ": typ}).to_string();
        assert_eq!(trial.judge_header(&header), Ok(()), "{typ}");
    }
    assert_eq!(trial.judge_header(r#"{"alg":"ES256","kid":"k1","typ":"\u004aOSE"}"#), Ok(()));
}

#[test]
fn a_typ_of_another_kind_of_token_stays_refused() {
    let trial = Trial::new();
    for typ in [
        json!("JOSE+JSON"),
        json!("JOSE "),
        json!("JOS"),
        json!("xJOSE"),
        json!("null"),
        json!(""),
        json!("at+jwt"),
        json!("logout+jwt"),
        json!("dpop+jwt"),
        json!(false),
        json!(0),
        json!([]),
        json!({}),
        json!([null]),
        json!(["JOSE"]),
    ] {
        let header = json!({"alg": "ES256", "kid": "k1", "typ": typ}).to_string();
        assert_eq!(trial.judge_header(&header), jws_error(JwsError::Type), "{typ}");
    }
    for member in ["cty", "crit", "alg"] {
        let mut header = json!({"alg": "ES256", "kid": "k1"});
        header[member] = json!(null);
        assert!(trial.judge_header(&header.to_string()).is_err(), "{member} is null");
    }
}
