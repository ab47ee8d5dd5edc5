//! `docs/proxmox.md` against these tests.

use std::fs;
use std::path::Path;

#[test]
fn each_cure_in_the_document_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: String = fs::read_dir(root.join("tests/dropin"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let document = fs::read_to_string(root.join("../../docs/proxmox.md")).unwrap();
    let (_, cures) = document.split_once("## What it cures\n").unwrap();
    let (cures, _) = cures.split_once("\n## ").unwrap();
    let rows: Vec<_> = cures.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() >= 14, "{rows:?}");
    for row in rows {
        let cell = row.trim_end_matches('|').rsplit(" | ").next().unwrap();
        let mut names = cell.split('`').skip(1).step_by(2).peekable();
        assert!(names.peek().is_some(), "no test in {row}");
        for name in names {
            assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
        }
    }
}
