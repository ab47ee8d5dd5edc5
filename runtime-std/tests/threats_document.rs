//! `docs/threats.md` against the code: every case has its row, and every test and file that a row
//! names is there.

mod named_tests;

use std::collections::BTreeMap;
use std::fs;

use named_tests::{names, root, sources};

const CASES: std::ops::RangeInclusive<u16> = 1..=184;

/// Number, what is done, where, and which test shows it.
fn rows(document: &str) -> impl Iterator<Item = (u16, &str, &str, &str)> {
    document.lines().filter_map(|line| {
        let cells: Vec<_> = line.strip_prefix("| ")?.split(" | ").collect();
        let number = cells.first()?.parse().ok()?;
        let [_, done, place, test] = cells.as_slice() else { panic!("not four columns: {line}") };
        Some((number, *done, *place, test.trim_end_matches('|').trim()))
    })
}

#[test]
fn every_case_has_one_row_and_every_named_test_and_file_exists() {
    let document = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    let code = sources();
    let mut seen = BTreeMap::new();
    for (number, done, place, test) in rows(&document) {
        *seen.entry(number).or_insert(0) += 1;
        let is_left_out =
            ["not built", "the caller's", "Not tested"].iter().any(|reason| done.contains(reason));
        assert!(
            names(test).next().is_some() || is_left_out || test.starts_with('.'),
            "case {number} has neither a test, nor a step of .ci/run, nor a reason"
        );
        for name in names(test).filter(|name| !name.starts_with('.')) {
            let exists = code.contains(&format!("fn {name}("));
            assert!(exists, "case {number} names {name}, and there is no such test");
        }
        for path in names(place).filter(|name| name.contains('/')) {
            let exists = root().join(path).exists();
            assert!(exists, "case {number} names {path}, and there is no such file");
        }
    }
    let expected: BTreeMap<_, _> = CASES.map(|number| (number, 1)).collect();
    assert_eq!(seen, expected, "cases and their rows");
}
