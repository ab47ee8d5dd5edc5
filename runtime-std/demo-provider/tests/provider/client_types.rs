//! One registration, two client types: what each platform wants at the token endpoint.

use super::support::*;

#[test]
fn one_registration_serves_both_client_types() {
    let provider = provider();
    let confidential = redeem(&provider, WEB, "", &[]);
    let public = redeem(&provider, NATIVE, "", &[]);
    assert_eq!((confidential.status(), public.status()), (200, 200));
    assert_eq!(claims(&confidential)["sub"], claims(&public)["sub"]);
}

#[test]
fn the_platform_of_the_redirect_uri_decides_about_the_secret() {
    let provider = provider();
    let body = [("client_secret", SECRET)];
    let empty = [("client_secret", "")];
    let basic_right = basic(APP, SECRET);
    let without = [("client_secret", "(none)")];
    let rows: [(&str, &str, Changes<'_>, u16, u64); 15] = [
        (NATIVE, "", &body, 401, 700_025),
        (NATIVE, "", &empty, 401, 700_025),
        (NATIVE, "", &[("client_assertion", "x")], 401, 700_025),
        (NATIVE, &basic_right, &[], 401, 700_025),
        (NATIVE, &basic(APP, ""), &[], 401, 700_025),
        (NATIVE, "Origin: https://pve.example\r\n", &[], 400, 9_002_326),
        (WEB, "", &without, 401, 7_000_218),
        (WEB, "", &empty, 401, 7_000_218),
        (WEB, "", &[("client_secret", "wrong")], 401, 7_000_215),
        (WEB, &basic(APP, "wrong"), &without, 401, 7_000_215),
        (WEB, &basic_right, &[], 400, 9_002_313),
        (WEB, &basic("other-app", SECRET), &without, 400, 9_002_313),
        (WEB, "Authorization: Basic !\r\n", &without, 400, 9_002_313),
        (SPA, "", &[], 400, 9_002_327),
        (SPA, "Origin: https://spa.example\r\n", &body, 401, 700_025),
    ];
    for (redirect_uri, headers, changes, status, code) in rows {
        let answer = redeem(&provider, redirect_uri, headers, changes);
        let row = format!("{redirect_uri} {headers:?} {changes:?}");
        assert_eq!((answer.status(), answer.error_code()), (status, code), "{row}");
    }
    assert_eq!(redeem(&provider, WEB, &basic_right, &without).status(), 200);
    assert_eq!(
        redeem(&provider, WEB, &basic_right, &[without[0], ("client_id", "(none)")]).status(),
        200
    );
    assert_eq!(redeem(&provider, SPA, "Origin: https://spa.example\r\n", &[]).status(), 200);
}
