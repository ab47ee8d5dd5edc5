//! JSONTestSuite: what must be refused, what must be accepted, and what each parser decides for
//! itself, once and with its reason. (THREATS cases 39, 43 to 46 and 48.)

use onerealm_core::wire::JsonProblem::{Duplicate, Escape, NotUtf8, TooDeep, Unexpected};
use onerealm_core::wire::{Json, JsonError, JsonProblem};

/// Inputs that the suite leaves open.
const OPEN: &[(&str, Result<(), JsonProblem>)] = &[
    // Numbers of any size follow the grammar. They are kept as they are written, and who needs one
    // as an integer finds that it is out of range: none becomes infinite or is rounded.
    ("i_number_double_huge_neg_exp", Ok(())),
    ("i_number_huge_exp", Ok(())),
    ("i_number_neg_int_huge_exp", Ok(())),
    ("i_number_pos_double_huge_exp", Ok(())),
    ("i_number_real_neg_overflow", Ok(())),
    ("i_number_real_pos_overflow", Ok(())),
    ("i_number_real_underflow", Ok(())),
    ("i_number_too_big_neg_int", Ok(())),
    ("i_number_too_big_pos_int", Ok(())),
    ("i_number_very_big_negative_int", Ok(())),
    // Half of a surrogate pair is no character, and each reader makes something else of it.
    ("i_object_key_lone_2nd_surrogate", Err(Escape)),
    ("i_string_1st_surrogate_but_2nd_missing", Err(Escape)),
    ("i_string_1st_valid_surrogate_2nd_invalid", Err(Escape)),
    ("i_string_incomplete_surrogate_and_escape_valid", Err(Escape)),
    ("i_string_incomplete_surrogate_pair", Err(Escape)),
    ("i_string_incomplete_surrogates_escape_valid", Err(Escape)),
    ("i_string_invalid_lonely_surrogate", Err(Escape)),
    ("i_string_invalid_surrogate", Err(Escape)),
    ("i_string_inverted_surrogates_U+1D11E", Err(Escape)),
    ("i_string_lone_second_surrogate", Err(Escape)),
    // JSON between systems is UTF-8 (RFC 8259 section 8.1), and what is not is not repaired.
    ("i_string_UTF-16LE_with_BOM", Err(NotUtf8)),
    ("i_string_UTF-8_invalid_sequence", Err(NotUtf8)),
    ("i_string_UTF8_surrogate_U+D800", Err(NotUtf8)),
    ("i_string_invalid_utf-8", Err(NotUtf8)),
    ("i_string_iso_latin_1", Err(NotUtf8)),
    ("i_string_lone_utf8_continuation_byte", Err(NotUtf8)),
    ("i_string_not_in_unicode_range", Err(NotUtf8)),
    ("i_string_overlong_sequence_2_bytes", Err(NotUtf8)),
    ("i_string_overlong_sequence_6_bytes", Err(NotUtf8)),
    ("i_string_overlong_sequence_6_bytes_null", Err(NotUtf8)),
    ("i_string_truncated-utf-8", Err(NotUtf8)),
    ("i_string_utf16BE_no_BOM", Err(NotUtf8)),
    ("i_string_utf16LE_no_BOM", Err(NotUtf8)),
    // Nothing comes before the value, a byte order mark neither (RFC 8259 section 8.1).
    ("i_structure_UTF-8_BOM_empty_object", Err(Unexpected)),
    // No message of the protocol is nested anywhere near as deeply.
    ("i_structure_500_nested_arrays", Err(TooDeep)),
];

/// Inputs that follow the grammar and are refused nonetheless: of a member given twice, each
/// reader takes another one (RFC 7515 section 4, RFC 7519 section 4).
const REFUSED: &[&str] = &["y_object_duplicated_key", "y_object_duplicated_key_and_value"];

/// How many inputs the suite has that must be refused, that must be accepted, and that are open.
const COUNTS: [usize; 3] = [188, 95, 35];

#[test]
fn what_is_no_json_is_refused() {
    for input in inputs("n_") {
        assert!(input.check().is_err(), "{}", input.name);
    }
}

#[test]
fn what_is_json_is_accepted_unless_a_member_is_given_twice() {
    let mut refused = vec![];
    for input in inputs("y_") {
        match input.check() {
            Ok(()) => {}
            Err(Duplicate) => refused.push(input.name),
            Err(problem) => panic!("{}: {problem}", input.name),
        }
    }
    assert_eq!(refused, REFUSED);
}

#[test]
fn what_the_grammar_leaves_open_is_decided_once() {
    let decided: Vec<_> = inputs("i_").iter().map(|input| (input.name, input.check())).collect();
    for decision in OPEN {
        assert!(decided.contains(decision), "{decision:?}");
    }
    assert_eq!(decided.len(), OPEN.len());
}

#[test]
fn no_input_of_the_suite_is_left_out() {
    assert_eq!(["n_", "y_", "i_"].map(|prefix| inputs(prefix).len()), COUNTS);
    assert_eq!(inputs("").len(), COUNTS.iter().sum());
}

struct Input {
    name: &'static str,
    bytes: Vec<u8>,
}

impl Input {
    fn check(&self) -> Result<(), JsonProblem> {
        Json::parse(&self.bytes).map(|_| ()).map_err(|JsonError { problem, .. }| problem)
    }
}

/// The inputs whose names begin with `prefix`.
fn inputs(prefix: &str) -> Vec<Input> {
    let lines = include_str!("data/json_test_suite.txt").lines();
    let inputs = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    inputs.filter(|line| line.starts_with(prefix)).map(input).collect()
}

fn input(line: &'static str) -> Input {
    let mut columns = line.split(' ');
    let name = columns.next().unwrap();
    let bytes = unescape(columns.next().unwrap_or_default());
    let times = columns.next().map_or(1, |times| times.parse().unwrap());
    Input { name, bytes: bytes.repeat(times) }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let unescaped = std::iter::from_fn(|| match bytes.next()? {
        b'\\' => match bytes.next().unwrap() {
            b'x' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                Some(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap())
            }
            escaped => Some(escaped),
        },
        byte => Some(byte),
    });
    unescaped.collect()
}
