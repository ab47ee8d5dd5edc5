//! `docs/compatibility.md` against the tests: every row names tests, and they are there.

mod named_tests;

use std::fs;

use named_tests::{names, root, sources};

#[test]
fn every_row_names_tests_that_exist() {
    let document = fs::read_to_string(root().join("docs/compatibility.md")).unwrap();
    let code = sources();
    let mut rows = 0;
    for line in document.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [kind, .., tests] = cells.as_slice() else { panic!("no columns: {line}") };
        if *tests == "tests" {
            continue;
        }
        rows += 1;
        assert!(names(tests).next().is_some(), "no test shows {kind}");
        for name in names(tests) {
            let mut tests = code.match_indices("#[test]").map(|(at, _)| code[at..].lines().nth(1));
            let start = format!("fn {name}(");
            let exists = tests.any(|line| line.is_some_and(|line| line.trim().starts_with(&start)));
            assert!(exists, "{kind} names {name}, and there is no such test");
        }
    }
    assert!(rows > 10, "{rows} rows");
}
