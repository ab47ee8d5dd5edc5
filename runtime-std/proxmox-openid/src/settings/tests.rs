use std::fs;
use std::path::Path;

use super::*;

#[test]
fn alternatives_that_the_caller_lacks_are_left_out() {
    for (fix, expected) in [
        ("check client-id and client-key", Some("check client-id and client-key")),
        (
            "correct the clock (timedatectl tells, or ntpq), or raise the realm's clock-skew, to 600 seconds at most",
            Some("correct the clock (timedatectl tells, or ntpq)"),
        ),
        (
            "let the provider send sub, or set the realm's query-userinfo to 0",
            Some("let the provider send sub"),
        ),
        ("a reason: set client-type auto, or begin it with --public", Some("a reason")),
        (
            "a reason: set client-key and unset client-type, or make it a public client (in Keycloak: off)",
            Some("a reason: make it a public client (in Keycloak: off)"),
        ),
        ("use --callback, or --iss; a server must pass iss on", Some("a server must pass iss on")),
        ("set the realm's max-age; or look at issuer-url", Some("look at issuer-url")),
        ("remove the realm's token-auth-method: without it, the offered one is used", None),
        // A client type is no setting.
        ("make it a public client", Some("make it a public client")),
    ] {
        assert_eq!(Settings::default().in_advice(fix).as_deref(), expected, "{fix}");
    }
}

#[test]
fn what_the_caller_says_it_has_is_spoken_of() {
    let settings = Settings::of(["client_type", "clock-skew", "public"]);
    let fix = "set client-type auto, or begin the login with --public";
    let advice = settings.in_advice(fix).unwrap();
    assert_eq!(advice, "set client-type auto, or begin the login with public=1");
    let fix = "raise the realm's clock-skew, or set max-age";
    assert_eq!(settings.in_advice(fix).unwrap(), "raise the realm's clock-skew");
    let sentence = "iat is after the realm's clock-skew of 60 s";
    assert_eq!(settings.in_sentence(sentence), sentence);
    let other = Settings::default().in_sentence(sentence);
    assert_eq!(other, "iat is after an allowed clock skew of 60 s");
}

/// All advice that the library has is among the strings of these files.
#[test]
fn no_advice_of_the_library_names_a_setting_that_the_caller_lacks() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let (mut seen, mut changed, mut gone) = (0, 0, 0);
    for file in ["error/advice.rs", "error/refusals.rs", "http/advice.rs"] {
        let source = fs::read_to_string(sources.join(file)).unwrap();
        let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: String = lines.flat_map(|line| [line, "\n"]).collect();
        // A quote within a string is written with a backslash.
        let code = code.replace("\\\"", "'");
        for fix in code.split('"').skip(1).step_by(2).filter(|text| text.contains(' ')) {
            seen += 1;
            let Some(advice) = Settings::default().in_advice(fix) else {
                gone += 1;
                continue;
            };
            changed += usize::from(advice != fix);
            let words = || advice.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            let lacked = |word: &&str| {
                word.starts_with("--") || *word != "public" && NOT_EVERYWHERE.contains(word)
            };
            assert_eq!(words().find(lacked), None, "{advice}");
            assert!(!advice.starts_with("or ") && !advice.ends_with([':', ',']), "{advice}");
            let depth = advice.matches('(').count();
            assert_eq!(depth, advice.matches(')').count(), "{advice}");
            // With everything, only the command's options change.
            let all = Settings::of(NOT_EVERYWHERE);
            assert!(all.in_advice(fix).is_some() || fix.contains("--"), "{fix}");
        }
    }
    assert!(seen > 100 && changed > 30, "{seen} {changed}");
    assert!(gone < 25, "{gone} of {seen} say nothing any more");
}
