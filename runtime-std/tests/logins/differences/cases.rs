//! The cases, each with one thing that is wrong.

use serde_json::json;

use crate::bends::Bend;
use crate::support::CLIENT_ID;

/// A whole login that goes wrong.
pub struct Case {
    /// As the document calls it.
    pub name: &'static str,
    pub code: &'static str,
    /// What the message and the advice name, and the document.
    pub setting: &'static str,
    /// Further lines of the realm.
    pub properties: &'static str,
    /// What stands behind the provider's issuer in the realm's `issuer-url`.
    pub behind_issuer: &'static str,
    /// What stands behind the callback's URL.
    pub behind_callback: &'static str,
    pub bend: Bend,
    /// Pieces of what was expected; `ISSUER` is the provider's.
    pub expected: &'static [&'static str],
    pub came: &'static [&'static str],
}

const CASE: Case = Case {
    name: "",
    code: "",
    setting: "",
    properties: "",
    behind_issuer: "",
    behind_callback: "",
    bend: Bend::Nothing,
    expected: &[],
    came: &[],
};

pub const CASES: &[Case] = &[
    Case {
        name: "wrong audience",
        code: "id_token_audience",
        setting: "client-id",
        bend: Bend::IdToken(|_, claims| claims["aud"] = json!("another")),
        expected: &["an aud with \"11111111-2222-3333-4444-555555555555\", the realm's client-id"],
        came: &["aud \"another\""],
        ..CASE
    },
    Case {
        name: "wrong audience of a login with its own registration",
        code: "id_token_audience",
        setting: "native-client-id",
        properties: "client-type public\nnative-client-id 66666666-7777-8888-9999-000000000000",
        bend: Bend::IdToken(|_, claims| claims["aud"] = json!([])),
        expected: &["\"66666666-7777-8888-9999-000000000000\", the realm's native-client-id"],
        came: &["aud [none]"],
        ..CASE
    },
    Case {
        name: "untrusted audience",
        code: "id_token_untrusted_audience",
        setting: "audiences",
        properties: "audiences api",
        bend: Bend::IdToken(|_, claims| claims["aud"] = json!([claims["aud"], "api", "project"])),
        expected: &[CLIENT_ID, "only the realm's audiences (\"api\")"],
        came: &["aud [\"11111111-2222-3333-4444-555555555555\", \"api\", \"project\"]"],
        ..CASE
    },
    Case {
        name: "another authorized party",
        code: "id_token_azp",
        setting: "client-id",
        bend: Bend::IdToken(|_, claims| claims["azp"] = json!("another")),
        expected: &["azp \"11111111-2222-3333-4444-555555555555\", the realm's client-id"],
        came: &["azp \"another\""],
        ..CASE
    },
    Case {
        name: "clock off: expired",
        code: "id_token_expired",
        setting: "clock-skew",
        properties: "clock-skew 90",
        bend: Bend::IdToken(|_, claims| claims["exp"] = json!(1_000_000_000)),
        expected: &["an exp after 2", "the realm's clock-skew of 90 s"],
        came: &["exp 2001-09-09T01:46:40Z"],
        ..CASE
    },
    Case {
        name: "clock off: issued in the future",
        code: "id_token_iat_future",
        setting: "clock-skew",
        bend: Bend::IdToken(|_, claims| {
            claims["iat"] = json!(4_000_000_000_u64);
            claims["exp"] = json!(4_000_000_100_u64);
        }),
        expected: &["an iat until 2", "the realm's clock-skew of 60 s"],
        came: &["iat 2096-10-02T07:06:40Z"],
        ..CASE
    },
    Case {
        name: "clock off: not valid yet",
        code: "id_token_nbf",
        setting: "clock-skew",
        bend: Bend::IdToken(|_, claims| claims["nbf"] = json!(4_000_000_000_u64)),
        expected: &["an nbf until 2", "the realm's clock-skew of 60 s"],
        came: &["nbf 2096-10-02T07:06:40Z"],
        ..CASE
    },
    Case {
        name: "clock off: issued before the login began",
        code: "id_token_iat_old",
        setting: "clock-skew",
        bend: Bend::IdToken(|_, claims| claims["iat"] = json!(1_000_000_000)),
        expected: &["an iat from 2", "the login began less 300 s", "clock-skew of 60 s"],
        came: &["iat 2001-09-09T01:46:40Z"],
        ..CASE
    },
    Case {
        name: "authenticated too long ago",
        code: "id_token_auth_time",
        setting: "max-age",
        properties: "max-age 600",
        bend: Bend::IdToken(|_, claims| claims["auth_time"] = json!(1_000_000_000)),
        expected: &["an auth_time from 2", "max-age of 600 s and clock-skew of 60 s"],
        came: &["auth_time 2001-09-09T01:46:40Z"],
        ..CASE
    },
    Case {
        name: "unknown key",
        code: "key_unknown",
        setting: "issuer-url",
        bend: Bend::Keys(|set| {
            let mut other = set["keys"][0].clone();
            other["kid"] = json!("other");
            other["alg"] = json!("RS512");
            set["keys"][0]["kid"] = json!("old");
            let encryption = json!({"kty": "RSA", "use": "enc", "kid": "e"});
            set["keys"].as_array_mut().unwrap().extend([other, encryption, json!({"kty": "oct"})]);
        }),
        expected: &[
            "a kid of the keys at http://127.0.0.1:",
            "/discovery/v2.0/keys, where issuer-url leads: ",
            "\"old\" (\"RSA\"), \"other\" (\"RSA\", \"RS512\"), \"e\" (\"RSA\", not for signatures here), one without kid (\"oct\", not for signatures here)",
        ],
        came: &["alg \"RS256\", kid \"JtaH"],
        ..CASE
    },
    Case {
        name: "a key of another kind",
        code: "key_wrong_kind",
        setting: "ID token signature algorithm",
        bend: Bend::IdToken(|header, _| header["alg"] = json!("ES256")),
        expected: &["a key for ES256 among the keys at http://127.0.0.1:", "(\"RSA\")"],
        came: &["alg \"ES256\", kid \"JtaH"],
        ..CASE
    },
    Case {
        name: "'/' missing at the end of issuer-url",
        code: "discovery_issuer",
        setting: "issuer-url",
        bend: Bend::Metadata(|metadata| {
            metadata["issuer"] = json!(format!("{}/", metadata["issuer"].as_str().unwrap()));
        }),
        expected: &["issuer \"ISSUER\", as issuer-url says"],
        came: &["issuer \"ISSUER/\" (only the '/' at the end differs)"],
        ..CASE
    },
    Case {
        name: "'/' too many at the end of issuer-url",
        code: "discovery_issuer",
        setting: "issuer-url",
        behind_issuer: "/",
        expected: &["issuer \"ISSUER/\", as issuer-url says"],
        came: &["issuer \"ISSUER\" (only the '/' at the end differs)"],
        ..CASE
    },
    Case {
        name: "another issuer in the metadata",
        code: "discovery_issuer",
        setting: "issuer-url",
        bend: Bend::Metadata(|metadata| {
            metadata["issuer"] = json!("https://login.example/{tenantid}/v2.0");
        }),
        expected: &["issuer \"ISSUER\", as issuer-url says"],
        came: &["issuer \"https://login.example/{tenantid}/v2.0\""],
        ..CASE
    },
    Case {
        name: "'/' at the end of the issuer in the ID token only",
        code: "id_token_issuer",
        setting: "issuer-url",
        bend: Bend::IdToken(|_, claims| {
            claims["iss"] = json!(format!("{}/", claims["iss"].as_str().unwrap()));
        }),
        expected: &["iss \"ISSUER\", as issuer-url and the provider's metadata say"],
        came: &["iss \"ISSUER/\" (only the '/' at the end differs)"],
        ..CASE
    },
    Case {
        name: "another issuer in the ID token",
        code: "id_token_issuer",
        setting: "issuer-url",
        bend: Bend::IdToken(|_, claims| claims["iss"] = json!("https://sts.example/")),
        expected: &["iss \"ISSUER\", as issuer-url and the provider's metadata say"],
        came: &["iss \"https://sts.example/\""],
        ..CASE
    },
    Case {
        name: "another issuer in the authorization response",
        code: "response_issuer",
        setting: "issuer-url",
        behind_callback: "&iss=https%3A%2F%2Flogin.example%2F",
        expected: &["iss \"ISSUER\", as issuer-url says"],
        came: &["iss \"https://login.example/\""],
        ..CASE
    },
    Case {
        name: "no issuer in the authorization response",
        code: "response_issuer_missing",
        setting: "issuer-url",
        bend: Bend::Metadata(|metadata| {
            metadata["authorization_response_iss_parameter_supported"] = json!(true);
        }),
        expected: &["iss \"ISSUER\", as issuer-url says"],
        came: &["iss none"],
        ..CASE
    },
    Case {
        name: "encrypted ID token (JWE)",
        code: "jwe_instead_of_jws",
        setting: "ID token encryption",
        bend: Bend::Jwe(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#),
        expected: &["a signed token (JWS, three parts)"],
        came: &["an encrypted one (JWE, 5 parts) with alg \"RSA-OAEP\", enc \"A256GCM\""],
        ..CASE
    },
    Case {
        name: "HS256 in a public login",
        code: "jws_algorithm_unknown",
        setting: "ID token signature algorithm",
        properties: "client-type public\nnative-client-id 66666666-7777-8888-9999-000000000000",
        bend: Bend::IdToken(|header, _| header["alg"] = json!("HS256")),
        expected: &["alg RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA"],
        came: &["alg \"HS256\""],
        ..CASE
    },
    Case {
        name: "ID token that is not signed",
        code: "jws_algorithm_unknown",
        setting: "ID token signature algorithm",
        bend: Bend::IdToken(|header, _| header["alg"] = json!("none")),
        expected: &["alg RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA"],
        came: &["alg \"none\""],
        ..CASE
    },
    Case {
        name: "another kind of token",
        code: "jws_type",
        setting: "typ",
        bend: Bend::IdToken(|header, _| header["typ"] = json!("at+jwt")),
        expected: &["typ \"JWT\", \"ID+JWT\" or none"],
        came: &["typ \"at+jwt\""],
        ..CASE
    },
    Case {
        name: "userinfo refused with 401",
        code: "userinfo_refused",
        setting: "query-userinfo",
        bend: Bend::UserinfoAnswer(401, "application/json", r#"{"error":"invalid_token"}"#),
        expected: &["HTTP status 200"],
        came: &["HTTP status 401 and invalid_token"],
        ..CASE
    },
    Case {
        name: "userinfo refused with 403",
        code: "userinfo_refused",
        setting: "query-userinfo",
        bend: Bend::UserinfoAnswer(403, "application/json", r#"{"error":"insufficient_scope"}"#),
        expected: &["HTTP status 200"],
        came: &["HTTP status 403 and insufficient_scope"],
        ..CASE
    },
    Case {
        name: "userinfo about somebody else",
        code: "userinfo_sub",
        setting: "query-userinfo",
        bend: Bend::Userinfo(|claims| claims["sub"] = json!("mallory")),
        expected: &["the sub of the ID token"],
        came: &["another sub"],
        ..CASE
    },
    Case {
        name: "userinfo that is not signed",
        code: "userinfo_not_signed",
        setting: "userinfo-signed",
        properties: "userinfo-signed 1",
        bend: Bend::Nothing,
        expected: &["application/jwt", "userinfo-signed"],
        came: &["application/json"],
        ..CASE
    },
    Case {
        name: "encrypted userinfo (JWE)",
        code: "userinfo_encrypted",
        setting: "userinfo encryption",
        bend: Bend::UserinfoAnswer(
            200,
            "application/jwt",
            "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkExMjhHQ00ifQ.a.b.c.d",
        ),
        expected: &["a signed token (JWS, three parts)"],
        came: &["alg \"RSA-OAEP\", enc \"A128GCM\""],
        ..CASE
    },
    Case {
        name: "signed userinfo with HS256",
        code: "userinfo_algorithm",
        setting: "userinfo signature algorithm",
        bend: Bend::SignedUserinfo(|header, _| header["alg"] = json!("HS256")),
        expected: &["RS256", "EdDSA"],
        came: &["alg \"HS256\""],
        ..CASE
    },
    Case {
        name: "signed userinfo that is another kind of token",
        code: "userinfo_typ",
        setting: "userinfo endpoint",
        bend: Bend::SignedUserinfo(|header, _| header["typ"] = json!("at+jwt")),
        expected: &["typ \"JWT\", \"token-userinfo+jwt\" or none"],
        came: &["typ \"at+jwt\""],
        ..CASE
    },
    Case {
        name: "signed userinfo with an unknown key",
        code: "userinfo_key",
        setting: "issuer-url",
        bend: Bend::SignedUserinfo(|header, _| header["kid"] = json!("other")),
        expected: &["a kid of the keys at http://127.0.0.1:"],
        came: &["kid \"other\""],
        ..CASE
    },
    Case {
        name: "signed userinfo for another client",
        code: "userinfo_aud",
        setting: "aud",
        bend: Bend::SignedUserinfo(|_, claims| claims["aud"] = json!("other")),
        expected: &["no aud, or one with \"11111111-2222-3333-4444-555555555555\""],
        came: &["aud \"other\""],
        ..CASE
    },
    Case {
        name: "clock off: signed userinfo expired",
        code: "userinfo_expired",
        setting: "clock-skew",
        bend: Bend::SignedUserinfo(|_, claims| claims["exp"] = json!(1_000_000_000)),
        expected: &["an exp after 2"],
        came: &["exp 2001-09-09T01:46:40Z"],
        ..CASE
    },
    Case {
        name: "authenticated in another way (acr)",
        code: "id_token_acr",
        setting: "require-acr",
        properties: "require-acr gold;phr",
        bend: Bend::IdToken(|_, claims| claims["acr"] = json!("silver\u{202e}\n")),
        expected: &["an acr of the realm's require-acr: \"gold\", \"phr\""],
        came: &["acr \"silver\\u{202e}\\n\""],
        ..CASE
    },
    Case {
        name: "no acr",
        code: "id_token_acr_missing",
        setting: "require-acr",
        properties: "require-acr gold",
        bend: Bend::Nothing,
        expected: &["\"gold\""],
        came: &["acr none"],
        ..CASE
    },
    Case {
        name: "authenticated in another way (amr)",
        code: "id_token_amr",
        setting: "require-amr",
        properties: "require-amr pwd, otp",
        bend: Bend::IdToken(|_, claims| claims["amr"] = json!(["pwd", "sms"])),
        expected: &["an amr with all of the realm's require-amr: \"pwd\", \"otp\""],
        came: &["amr [\"pwd\", \"sms\"]"],
        ..CASE
    },
    Case {
        name: "no amr",
        code: "id_token_amr_missing",
        setting: "require-amr",
        properties: "require-amr otp",
        bend: Bend::Nothing,
        expected: &["\"otp\""],
        came: &["amr none"],
        ..CASE
    },
    Case {
        name: "the claim with the user name is missing",
        code: "username_missing",
        setting: "username-claim",
        bend: Bend::IdToken(|_, claims| {
            claims.as_object_mut().unwrap().remove("preferred_username");
        }),
        expected: &["the claim \"preferred_username\", as username-claim says"],
        came: &["the claims ", "iss", "name", "oid", "sub", "email"],
        ..CASE
    },
];
