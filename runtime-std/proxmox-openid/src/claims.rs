//! Claims in the shape of `proxmox-openid` 1.0.3.

use serde_json::Value;

/// The member beside the claims with what the caller is told: an array of one-line texts. It is there only if there is
/// something to tell.
pub const WARNINGS: &str = "openid_warnings";

/// Times, which may have come with a fraction.
const TIMES: [&str; 4] = ["exp", "iat", "auth_time", "updated_at"];

/// The claims as 1.0.3 returned them: `aud` an array, times whole seconds, nulls left out; and the warnings.
pub(crate) fn shaped(claims: Value, warnings: Vec<String>) -> Value {
    let Value::Object(mut claims) = claims else { return claims };
    // A claim of that name is not ours.
    claims.remove(WARNINGS);
    claims.retain(|_, value| !value.is_null());
    if let Some(audience @ Value::String(_)) = claims.get_mut("aud") {
        *audience = Value::Array(vec![audience.take()]);
    }
    for name in TIMES {
        if let Some(seconds) = claims.get(name).and_then(seconds) {
            claims.insert(name.to_owned(), seconds.into());
        }
    }
    if let Some(Value::Object(address)) = claims.get_mut("address") {
        address.retain(|_, value| !value.is_null());
    }
    if !warnings.is_empty() {
        claims.insert(WARNINGS.to_owned(), warnings.into());
    }
    Value::Object(claims)
}

/// Whole seconds since 1970, of a number or, as some providers write `updated_at`, an RFC 3339 text.
#[expect(clippy::cast_possible_truncation, reason = "a time beyond 64 bits becomes the last one")]
fn seconds(time: &Value) -> Option<i64> {
    match time {
        Value::Number(number) => number.as_i64().or_else(|| Some(number.as_f64()?.floor() as i64)),
        Value::String(text) => of_rfc3339(text),
        _ => None,
    }
}

/// `2026-05-20T10:00:00Z`, or with a fraction or another offset.
fn of_rfc3339(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        digits.bytes().all(|c| c.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, c)| text.as_bytes().get(*at) != Some(c)) {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let last_day = || days(year, month + 1, 1) - days(year, month, 1);
    let is_one = (1..=12).contains(&month) && (1..=last_day()).contains(&day);
    if !is_one || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (rest.len() < fraction.len()).then_some(rest)?
        }
        None => rest,
    };
    let offset = match (offset, offset.as_bytes()) {
        ("Z" | "z", _) => 0,
        (_, [sign @ (b'+' | b'-'), _, _, b':', _, _]) => {
            let at = text.len() - offset.len();
            let (hours, minutes) = (number(at + 1..at + 3)?, number(at + 4..at + 6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    Some(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

/// Days since 1970-01-01. A year begins in March here, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(claims: Value) -> Value {
        shaped(claims, Vec::new())
    }

    /// Each pair was given to the types of 1.0.3, and came out so.
    #[test]
    fn claims_have_the_shape_of_1_0_3() {
        for (came, expected) in [
            (json!({ "aud": "c" }), json!({ "aud": ["c"] })),
            (json!({ "aud": ["c", "d"] }), json!({ "aud": ["c", "d"] })),
            (
                json!({ "exp": 1_700_000_000.9, "iat": 1_700_000_000, "auth_time": 1_700_000_000.7 }),
                json!({ "exp": 1_700_000_000, "iat": 1_700_000_000, "auth_time": 1_700_000_000 }),
            ),
            (json!({ "exp": 1.7e9 }), json!({ "exp": 1_700_000_000 })),
            (
                json!({ "updated_at": "2020-01-01T00:00:00Z" }),
                json!({ "updated_at": 1_577_836_800 }),
            ),
            (
                json!({ "updated_at": 1_700_000_000_000_u64 }),
                json!({ "updated_at": 1_700_000_000_000_u64 }),
            ),
            (json!({ "name": null, "name#de": null, "acr": null, "amr": null }), json!({})),
            (
                json!({ "address": { "locality": "x", "formatted": null } }),
                json!({ "address": { "locality": "x" } }),
            ),
            (
                json!({ "nbf": 1.5, "realm_access": { "roles": ["a", null] } }),
                json!({ "nbf": 1.5, "realm_access": { "roles": ["a", null] } }),
            ),
        ] {
            assert_eq!(of(came.clone()), expected, "{came}");
        }
    }

    #[test]
    fn a_time_in_text_becomes_seconds() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T23:59:59.999Z", Some(951_868_799)),
            ("2020-01-01T02:00:00+02:00", Some(1_577_836_800)),
            ("2019-12-31T19:30:00.5-04:30", Some(1_577_836_800)),
            ("1969-12-31T23:59:59Z", Some(-1)),
            ("2020-02-29T00:00:00Z", Some(1_582_934_400)),
            ("2020-12-31T00:00:00Z", Some(1_609_372_800)),
            ("2021-02-29T00:00:00Z", None),
            ("2020-04-31T00:00:00Z", None),
            ("2020-01-01T00:00:00.Z", None),
            ("2020-01-01T00:00:00.1.2Z", None),
            ("2020-01-01T00:00:001Z", None),
            ("2020-01-01T00:00:00+24:00", None),
            ("2020-01-01T00:00:00-01:60", None),
            ("2020-01-01", None),
            ("2020-01-01T00:00:00", None),
            ("2020-13-01T00:00:00Z", None),
            ("2020-01-01T24:00:00Z", None),
            ("+020-01-01T00:00:00Z", None),
            ("2020-01-01T00:00:00+2:00", None),
            ("1577836800", None),
            ("", None),
            ("2020-01-01T00:00:0\u{e9}Z", None),
        ] {
            assert_eq!(of_rfc3339(text), expected, "{text}");
        }
        // What is no time stays as it came.
        assert_eq!(of(json!({ "updated_at": "long ago" })), json!({ "updated_at": "long ago" }));
    }

    #[test]
    fn a_claim_cant_pass_for_a_warning() {
        assert_eq!(of(json!({ "sub": "s", WARNINGS: ["forged"] })), json!({ "sub": "s" }));
        let claims = shaped(json!({}), vec!["told".to_owned()]);
        assert_eq!(claims, json!({ "openid_warnings": ["told"] }));
    }
}
