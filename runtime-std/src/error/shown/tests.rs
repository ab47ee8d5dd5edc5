use onerealm_core::wire::Json;

use super::*;

#[test]
fn text_of_a_provider_is_bounded_and_escaped() {
    let text = format!("\u{1b}[31mred\r\nforged line\u{202e}{}", "x".repeat(1000));
    let shown = shown(&text);
    assert!(shown.starts_with("\\u{1b}[31mred\\r\\nforged line\\u{202e}xxx"), "{shown}");
    assert!(shown.ends_with("x…") && shown.chars().count() == SHOWN + 1, "{shown}");
}

#[test]
fn what_nobody_sees_is_escaped_and_other_scripts_are_not() {
    for c in ['\0', '\u{9b}', '\u{ad}', '\u{61c}', '\u{2029}', '\u{2066}', '\u{feff}', '\u{e0041}']
    {
        assert_eq!(shown(&c.to_string()), c.escape_default().to_string());
    }
    assert_eq!(shown("Zoë \"漢字\" \\ 😀"), "Zoë \"漢字\" \\ 😀");
    assert_eq!(quoted("a\" came: \\\"b"), r#""a\" came: \\\"b""#);
    let escapes = shown(&"\u{e0001}".repeat(1000));
    assert!(escapes.chars().count() <= SHOWN + 1 && escapes.ends_with("}…"), "{escapes}");
}

#[test]
fn usual_names_need_no_quotation_marks() {
    for usual in ["preferred_username", "urn:zitadel:iam:org:project:roles", "https://x/y#z"] {
        assert_eq!(name(usual), usual);
    }
    for (unusual, expected) in [("", "\"\""), ("a b", "\"a b\""), ("a\n", "\"a\\n\"")] {
        assert_eq!(name(unusual), expected);
    }
    assert!(name(&"x".repeat(81)).ends_with("x…\""));
}

#[test]
fn values_are_shown_as_what_they_are() {
    let secrets = Secrets(vec![Zeroizing::new("c0de".to_owned())]);
    for (json, expected) in [
        (r#""a\u0022\u000a""#, r#""a\"\n""#),
        (r#"["a",5,["b\u001b"],null]"#, r#"["a", 5, ["b\u001b"], null]"#),
        (r#"[1,2,3,4,5,6,7,8,9,10]"#, "[1, 2, 3, 4, 5, 6, 7, 8 and 2 more]"),
        ("[]", "[none]"),
        ("12e3", "12e3"),
        (r#"{"a":"b"}"#, r#"{"a":"b"}"#),
        (r#""my c0de""#, r#""my (hidden)""#),
        (r#"["c\u0030de"]"#, r#"["(hidden)"]"#),
    ] {
        let json = Json::parse(json.as_bytes()).unwrap();
        assert_eq!(value(Some(json.value()), &secrets), expected);
    }
    assert_eq!(value(None, &secrets), "none");
}

#[test]
fn a_secret_is_hidden_whichever_of_its_characters_are_escaped() {
    let mut secrets = Secrets::default();
    ["s(1)+val~ x%2", "é"].into_iter().for_each(|secret| secrets.add(secret.to_owned()));
    for spelling in [
        "s(1)+val~ x%2",
        "s%281%29%2Bval%7E+x%252",
        "s%281%29%2bval~%20x%252",
        "s(1)%2Bval~%20x%252",
        "%73(1)%2Bval~+x%252",
        "s(1)+val~%20x%2",
        "%C3%A9",
        "%c3%A9",
    ] {
        assert_eq!(secrets.hide(format!("a%{spelling}%zé+")), "a%(hidden)%z(hidden)+");
    }
    for other in ["s(1)+val~ x", "%C3", "100%", "a%2", "%", "%%", "%+1", "日本+%E6", ""] {
        assert_eq!(secrets.hide(other.to_owned()), other);
    }
    // Neither a long secret nor a long text makes it slow.
    let mut secrets = Secrets::default();
    secrets.add("a".repeat(16_000) + "b");
    let text = "%61".repeat(20_000);
    assert_eq!(secrets.hide(text.clone()), text);
}

#[test]
fn a_secret_that_the_provider_repeats_is_hidden() {
    let mut secrets = Secrets::default();
    ["c0de", ""].into_iter().for_each(|secret| secrets.add(secret.to_owned()));
    assert_eq!(secrets.hide("no c0de like c0de".to_owned()), "no (hidden) like (hidden)");
}
