//! Writing into no buffer tells a message's length, and a buffer of that length is enough.

mod common;

use common::{ISSUER, NOW, Trial, begin, jws_error, ok_json, token_response};
use onerealm_core::policy::{
    ACCESS_TOKEN_LEN, CODE_LEN, ENDPOINT_LEN, ID_TOKEN_LEN, REDIRECT_URI_LEN,
};
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, DiscoveryRequest, HttpRequest, JwksRequest,
    JwsError, RedirectUri, Requested, UserinfoError,
};

/// Asserts that `write` asks for the same length whatever the buffer lacks, and fills a buffer of
/// that length: `len` is that of what it has written.
fn asks_for_its_length(what: &str, write: impl Fn(&mut [u8]) -> Result<usize, usize>) -> usize {
    let needed = write(&mut []).unwrap_err();
    assert!(needed > 0, "{what}");
    for len in [1, needed / 2, needed - 1] {
        assert_eq!(write(&mut vec![0; len]), Err(needed), "{what}: {len} of {needed}");
    }
    assert_eq!(write(&mut vec![0; needed]), Ok(needed), "{what}");
    assert_eq!(write(&mut vec![0; needed + 1]), Ok(needed), "{what}");
    needed
}

fn len(request: &HttpRequest<'_>) -> usize {
    request.url.len() + request.authorization.unwrap_or_default().len() + request.body.len()
}

/// `text`, grown to `len` characters.
fn grown(text: &str, len: usize) -> String {
    format!("{text}{}", "+".repeat(len - text.len()))
}

#[test]
fn a_url_and_a_token_request_as_long_as_they_get_ask_for_their_length() {
    let mut trial = Trial::new();
    for name in ["authorization_endpoint", "token_endpoint"] {
        trial.discovery[name] = grown(ISSUER, ENDPOINT_LEN).into();
    }
    let redirect_uris = ["https://pve.example:8006".to_owned(), {
        grown("https://pve.example:8006/", REDIRECT_URI_LEN)
    }];
    for redirect_uri in &redirect_uris {
        trial.login(|login| {
            let mut rng = getrandom::SysRng;
            let uri = RedirectUri::parse(redirect_uri).unwrap();
            let (relying_party, requested) = (login.relying_party, Requested::Default);
            let request =
                AuthorizationRequest::new(relying_party, uri, requested, &mut rng, NOW).unwrap();
            let url = asks_for_its_length("URL", |buf| {
                request.write_url(buf).map(str::len).map_err(|error| error.needed)
            });
            assert!(url > ENDPOINT_LEN, "{url}");

            for code in ["c".to_owned(), "+".repeat(CODE_LEN)] {
                let (pending, _) = begin(relying_party, redirect_uri);
                let state = pending.state().as_str().to_owned();
                let response = AuthorizationResponse::from_parts(&code, &state, None).unwrap();
                let request = pending.accept(&response, relying_party, NOW).unwrap();
                let needed = asks_for_its_length("token request", |buf| {
                    request.request(buf).map(|sent| len(&sent)).map_err(|error| error.needed)
                });
                assert!(needed > ENDPOINT_LEN + code.len(), "{needed}");
            }
        });
    }
}

#[test]
fn the_requests_for_documents_ask_for_their_length() {
    Trial::new().login(|login| {
        let issuer = login.relying_party.realm().issuer;
        let documents =
            (DiscoveryRequest::new(issuer), JwksRequest::new(login.relying_party.metadata()));
        asks_for_its_length("metadata", |buf| {
            documents.0.request(buf).map(|sent| len(&sent)).map_err(|error| error.needed)
        });
        asks_for_its_length("keys", |buf| {
            documents.1.request(buf).map(|sent| len(&sent)).map_err(|error| error.needed)
        });
    });
}

#[test]
fn a_userinfo_request_asks_for_its_length_however_the_access_token_is_written() {
    let longest = "t".repeat(ACCESS_TOKEN_LEN);
    let escaped = format!(r"a\u0074\/{}", "t".repeat(1000));
    for (written, token) in
        [("t", "t"), (&longest, &longest), (&escaped, &escaped.replace(r"\u0074\/", "t/"))]
    {
        let trial = Trial::new();
        trial.login(|login| {
            let id_token = trial.provider.sign(&trial.claims(&login.nonce));
            let body = format!(
                r#"{{"access_token":"{written}","token_type":"Bearer","id_token":"{id_token}"}}"#
            );
            login.exchange(ok_json(&body), |id_token| {
                let id_token = id_token.unwrap();
                let mut buf = vec![0; id_token.buffer_needed()];
                let identity =
                    common::believe(id_token, &login.keys, &trial.verifiers, NOW, &mut buf);
                let request = identity.unwrap().userinfo_request().unwrap();
                asks_for_its_length("userinfo request", |buf| match request.request(buf) {
                    Ok(sent) => {
                        assert_eq!(sent.authorization.unwrap(), format!("Bearer {token}"));
                        Ok(len(&sent))
                    }
                    Err(UserinfoError::Buffer { needed }) => Err(needed),
                    Err(error) => panic!("{error}"),
                });
            });
        });
    }
}

#[test]
fn an_access_token_that_no_header_carries_is_refused_before_a_length_is_told() {
    let too_long = "t".repeat(ACCESS_TOKEN_LEN + 1);
    for written in
        ["a b", "é", r"a\nb", r"\u007f", &too_long, "tttttttttttttttttttttttttttttttt\u{7f}"]
    {
        let trial = Trial::new();
        trial.login(|login| {
            let id_token = trial.provider.sign(&trial.claims(&login.nonce));
            let body = format!(
                r#"{{"access_token":"{written}","token_type":"Bearer","id_token":"{id_token}"}}"#
            );
            login.exchange(ok_json(&body), |id_token| {
                let id_token = id_token.unwrap();
                let mut buf = vec![0; id_token.buffer_needed()];
                let identity =
                    common::believe(id_token, &login.keys, &trial.verifiers, NOW, &mut buf);
                let request = identity.unwrap().userinfo_request().unwrap();
                for len in [0, 1, 100_000] {
                    let refused = request.request(&mut vec![0; len]).map(|_| ()).unwrap_err();
                    assert_eq!(refused, UserinfoError::AccessToken, "{written:.40} {len}");
                }
            });
        });
    }
}

#[test]
fn an_id_token_of_128_kib_opens_in_the_buffer_that_it_asks_for_and_in_no_smaller_one() {
    let trial = Trial::new();
    trial.login(|login| {
        let mut claims = trial.claims(&login.nonce);
        claims["groups"] = "".into();
        let spare = ID_TOKEN_LEN - trial.provider.sign(&claims).len();
        claims["groups"] = "g".repeat(spare / 4 * 3 - 2).into();
        let id_token = trial.provider.sign(&claims);
        assert!((ID_TOKEN_LEN - 4..=ID_TOKEN_LEN).contains(&id_token.len()), "{}", id_token.len());
        let body = token_response(&id_token, "at");
        let needed = login.exchange(ok_json(&body), |token| token.unwrap().buffer_needed());
        assert!(needed < ID_TOKEN_LEN, "{needed}");
        for (len, expected) in [
            (needed, Ok(())),
            (needed - 1, jws_error(JwsError::Buffer { needed })),
            (0, jws_error(JwsError::Buffer { needed })),
        ] {
            let outcome = login.exchange(ok_json(&body), |id_token| {
                let mut buf = vec![0; len];
                let (keys, verifiers) = (&login.keys, &trial.verifiers);
                common::believe(id_token.unwrap(), keys, verifiers, NOW, &mut buf).map(|_| ())
            });
            assert_eq!(outcome, expected, "{len}");
        }
    });
}
