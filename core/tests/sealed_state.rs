//! A login that travels in its own `state`: the request has the sealed text, and the response with exactly that text is
//! the login's.

mod common;

use common::{NOW, Trial, parameter};
use onerealm_core::{
    AuthorizationError, AuthorizationRequest, AuthorizationResponse, PendingAuthorization,
    RedirectUri, Requested, SealedState, StateText,
};

/// What the login makes of a response with this state, for which `sealed` was opened to `opened`.
fn accept(
    login: &common::Login<'_>,
    returned: &str,
    sealed: &str,
    opened: &StateText,
) -> Result<(), AuthorizationError> {
    let response = AuthorizationResponse::from_parts("c", returned, None).unwrap();
    let response = response.opened(SealedState::parse(sealed).unwrap(), opened);
    login.pending.clone().accept(&response, login.relying_party, NOW).map(|_| ())
}

#[test]
fn case_108_a_sealed_state_is_the_one_of_the_login_that_was_sealed_in_it() {
    let trial = Trial::new();
    let sealed = "s-_9".repeat(100);
    trial.login(|other| {
        trial.login(|login| {
            let own = login.pending.state();
            assert_eq!(accept(&login, &sealed, &sealed, &own), Ok(()));
            let wrong = Err(AuthorizationError::WrongState);
            assert_eq!(accept(&login, &sealed, &sealed, &other.pending.state()), wrong);
            for at in 0..sealed.len() {
                let mut returned = sealed.clone().into_bytes();
                returned[at] ^= 1;
                let returned = String::from_utf8(returned).unwrap();
                assert_eq!(accept(&login, &returned, &sealed, &own), wrong, "{at}");
            }
            for returned in [&sealed[1..], &format!("{sealed}A"), "x", other.state.as_str()] {
                assert_eq!(accept(&login, returned, &sealed, &own), wrong, "{returned}");
            }
        });
    });
}

#[test]
fn the_response_with_a_sealed_state_may_be_encoded() {
    let trial = Trial::new();
    let sealed = "s-_9".repeat(100);
    trial.login(|login| {
        let query = format!("code=c&state={}", sealed.replace('-', "%2d"));
        let response = AuthorizationResponse::from_query(&query).unwrap();
        assert!(response.state() == *sealed.as_str());
        let own = login.pending.state();
        let response = response.opened(SealedState::parse(&sealed).unwrap(), &own);
        assert!(login.pending.clone().accept(&response, login.relying_party, NOW).is_ok());
    });
}

#[test]
fn the_url_has_the_sealed_state_and_differs_in_nothing_else() {
    let trial = Trial::new();
    trial.login(|login| {
        let request = AuthorizationRequest::new(
            login.relying_party,
            RedirectUri::parse(trial.redirect_uri).unwrap(),
            Requested::Default,
            &mut getrandom::SysRng,
            NOW,
        )
        .unwrap();
        let sealed = "s-_9".repeat(256);
        let (mut plain, mut with_sealed) = ([0; 4096], [0; 4096]);
        let plain = request.write_url(&mut plain).unwrap();
        let url = request
            .write_url_with_sealed_state(SealedState::parse(&sealed).unwrap(), &mut with_sealed)
            .unwrap();
        assert_eq!(parameter(url, "state"), Some(sealed.clone()));
        assert_eq!(url.replace(&sealed, request.pending().state().as_str()), plain);
    });
}

#[test]
fn what_is_sealed_is_what_is_stored_without_the_checksum() {
    Trial::new().login(|login| {
        let (mut stored, mut to_seal) = ([0; 1024], [0; 1024]);
        let stored = login.pending.encode(&mut stored).unwrap();
        let to_seal = login.pending.encode_to_seal(&mut to_seal).unwrap();
        assert_eq!(stored.strip_prefix(to_seal).unwrap().len(), 16);
        let opened = PendingAuthorization::decode_unsealed(to_seal).unwrap();
        assert_eq!(opened.state().as_str(), login.state);
        assert_eq!(opened.encode(&mut [0; 1024]).unwrap(), stored);
        assert!(PendingAuthorization::decode_unsealed(stored).is_err(), "bytes too many");
        assert!(PendingAuthorization::decode_unsealed(&to_seal[1..]).is_err());
        assert!(PendingAuthorization::decode_unsealed(&[]).is_err());
    });
}
