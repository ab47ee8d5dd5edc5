//! `docs/threats.md` against the code: every case has its row, in order, and every test and file
//! that a row names is there.

mod named_tests;

use std::fs;

use named_tests::{names, root, sources};

/// The number of the last case.
const LAST: u16 = 207;

struct Row<'a> {
    number: u16,
    provoked: &'a str,
    done: &'a str,
    place: &'a str,
    test: &'a str,
}

const HEADER: &str = "| # | what is provoked | what onerealm does | where | test |";

fn document() -> String {
    fs::read_to_string(root().join("docs/threats.md")).unwrap()
}

/// The rows of all tables. Every line of a table is a header, the line below it, or a row.
fn rows(document: &str) -> impl Iterator<Item = Row<'_>> {
    let is_row = |line: &&str| line.starts_with('|') && *line != HEADER && !line.starts_with("|-");
    document.lines().filter(is_row).map(|line| {
        let cells = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"));
        let cells: Vec<_> = cells.into_iter().flat_map(|cells| cells.split(" | ")).collect();
        let [number, provoked, done, place, test] = cells[..] else {
            panic!("not five columns: {line}")
        };
        let number = number.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        Row { number, provoked, done, place, test }
    })
}

#[test]
fn every_case_has_one_row_and_they_ascend() {
    let document = document();
    let numbers: Vec<_> = rows(&document).map(|row| row.number).collect();
    for pair in numbers.windows(2) {
        assert!(pair[0] < pair[1], "case {} is below case {}", pair[1], pair[0]);
    }
    let missing: Vec<_> = (1..=LAST).filter(|case| !numbers.contains(case)).collect();
    assert_eq!(missing, [], "cases without a row");
    assert_eq!(numbers.last(), Some(&LAST), "the last case");
}

#[test]
fn every_row_says_what_is_provoked_and_what_is_done() {
    for Row { number, provoked, done, place, test } in rows(&document()) {
        for cell in [provoked, done, place, test] {
            assert!(!cell.trim().is_empty(), "case {number} has an empty cell");
        }
        for cell in [provoked, done] {
            assert!(cell.contains(char::is_alphabetic), "case {number} says nothing: {cell}");
        }
    }
}

#[test]
fn every_heading_has_one_table() {
    let document = document();
    let is_part = |line: &&str| line.starts_with("## ") || *line == HEADER;
    let parts: Vec<_> = document.lines().filter(is_part).collect();
    for part in parts.chunks(2) {
        assert!(matches!(part, [heading, HEADER] if heading.starts_with("## ")), "{part:?}");
    }
}

#[test]
fn every_named_test_and_file_exists() {
    let code = sources();
    for Row { number, done, place, test, .. } in rows(&document()) {
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
}
