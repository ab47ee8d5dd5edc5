//! Content types: any but HTML for metadata and keys, JSON's with any parameter for tokens and
//! userinfo.

use onerealm_core::{
    DiscoveryError, DiscoveryRequest, HttpResponse, Issuer, JwksError, JwksRequest, ResponseError,
    TokenError, UserinfoError,
};

use crate::common::{ISSUER, Trial, token_response};

/// Of metadata, of a key set, of a token response and of userinfo: why an answer of this type is
/// refused.
fn refusals(
    content_type: Option<&str>,
    spoil: impl Fn(Vec<u8>) -> Vec<u8>,
) -> [Option<ResponseError>; 4] {
    let trial = Trial::new();
    let answer = |body| HttpResponse { status: 200, content_type, body };
    let [discovery, keys, tokens, userinfo] = [
        trial.discovery.to_string(),
        trial.keys.to_string(),
        token_response("a.b.c", "at"),
        r#"{"sub":"alice-sub","name":"M\u00fcller"}"#.to_owned(),
    ]
    .map(|body| spoil(body.into_bytes()));
    let discovery = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap())
        .response(answer(&discovery))
        .err()
        .map(|error| match error {
            DiscoveryError::Response { error } => error,
            error => panic!("{error}"),
        });
    let [keys, tokens] = trial.login(|login| {
        let request = JwksRequest::new(login.relying_party.metadata());
        let keys = request.response(answer(&keys)).err().map(|error| match error {
            JwksError::Response { error } => error,
            error => panic!("{error}"),
        });
        let tokens = login.exchange(answer(&tokens), |id_token| id_token.err());
        let tokens = tokens.map(|error| match error {
            TokenError::Response { error } => error,
            error => panic!("{error}"),
        });
        [keys, tokens]
    });
    let userinfo = trial.judge_and_look(
        |nonce| trial.provider.sign(&trial.claims(nonce)),
        |identity| identity.userinfo_request().unwrap().response(answer(&userinfo)).err(),
    );
    let userinfo = userinfo.unwrap().map(|error| match error {
        UserinfoError::Response { error } => error,
        error => panic!("{error}"),
    });
    [discovery, keys, tokens, userinfo]
}

const TYPE: Option<ResponseError> = Some(ResponseError::ContentType);

#[test]
fn json_is_read_whatever_its_parameters_say() {
    for content_type in [
        "application/json",
        "application/json;charset=ISO-8859-1",
        "application/json; charset=iso-8859-1",
        "application/json; charset=\"ISO-8859-1\"",
        "application/json;charset=us-ascii",
        "application/json; charset=windows-1252",
        "application/json; charset=utf8",
        "application/json; charset=utf-16",
        "application/json; charset=",
        "application/json; charset",
        "application/json;",
        "application/json; odata=verbose; charset=UTF-8",
        "APPLICATION/JSON ; Charset=Latin1",
        "text/json",
        "Text/JSON; charset=ISO-8859-1",
        "application/jwk-set+json",
        "application/jwk-set+json;charset=ISO-8859-1",
        "application/hal+json",
        "application/vnd.api+JSON; charset=utf-8",
        "application/problem+json",
    ] {
        assert_eq!(refusals(Some(content_type), |body| body), [None; 4], "{content_type}");
    }
}

#[test]
fn metadata_and_keys_may_have_any_content_type_but_html_or_none() {
    for content_type in [
        None,
        Some(""),
        Some("text/plain"),
        Some("text/plain; charset=ISO-8859-1"),
        Some("application/octet-stream"),
        Some("binary/octet-stream"),
        Some("application/x-json"),
        Some("application/javascript"),
        Some("application/xml"),
        Some("json"),
        Some("application/htmlx"),
        Some("application/json-seq"),
        Some("x"),
    ] {
        assert_eq!(
            refusals(content_type, |body| body),
            [None, None, TYPE, TYPE],
            "{content_type:?}"
        );
    }
}

#[test]
fn html_is_never_read() {
    for content_type in [
        "text/html",
        "TEXT/HTML",
        " text/html",
        "text/html ",
        "text/html; charset=utf-8",
        "text/html;charset=application/json",
        "application/xhtml+xml",
        "Application/XHTML+XML;charset=utf-8",
        "application/json, text/html",
        "application/json; charset=utf-8, text/html",
        "text/html, application/json",
    ] {
        assert_eq!(refusals(Some(content_type), |body| body), [TYPE; 4], "{content_type}");
    }
}

#[test]
fn tokens_and_userinfo_are_json_by_their_type() {
    for content_type in [
        "application/json2",
        "application/jsonp",
        "xapplication/json",
        "application/+json",
        "application/json+xml",
        "application/a+json+x",
        "application/a/b+json",
        "application/a b+json",
        "application/text, x+json",
        "text/x+json",
        "image/svg+json",
        "text/jsonx",
        "application/x-www-form-urlencoded",
        "application/json application/json",
    ] {
        let [_, _, tokens, userinfo] = refusals(Some(content_type), |body| body);
        assert_eq!([tokens, userinfo], [TYPE; 2], "{content_type}");
    }
}

#[test]
fn a_body_is_utf_8_whatever_its_type_says() {
    let latin_1 = |body: Vec<u8>| {
        let end = body.len() - 1;
        [&body[..end], b",\"x\":\"\xfc\"}"].concat()
    };
    let utf_16 = |body: Vec<u8>| body.iter().flat_map(|byte| [*byte, 0]).collect();
    let marked = |body: Vec<u8>| [b"\xef\xbb\xbf", &body[..]].concat();
    let spoils: [&dyn Fn(Vec<u8>) -> Vec<u8>; 3] = [&latin_1, &utf_16, &marked];
    for content_type in [
        "application/json;charset=ISO-8859-1",
        "application/json;charset=utf-16",
        "application/json",
    ] {
        for spoil in spoils {
            for refusal in refusals(Some(content_type), spoil) {
                assert!(matches!(refusal, Some(ResponseError::Json { .. })), "{content_type}");
            }
        }
    }
}
