//! `docs/proxmox/changes.md` against these tests.

use std::fs;
use std::path::Path;

#[test]
fn each_change_in_the_document_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources: String = [root.join("tests/dropin"), root.join("src"), root.join("src/settings")]
        .iter()
        .flat_map(|directory| fs::read_dir(directory).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let is_test = |name: &str| {
        let mut tests = sources.split("#[test]\n").skip(1);
        tests.any(|code| {
            code.trim_start()
                .lines()
                .take(2)
                .any(|line| line.trim_start().starts_with(&format!("fn {name}(")))
        })
    };
    let document = fs::read_to_string(root.join("../../docs/proxmox/changes.md")).unwrap();
    let mut rows = 0;
    for row in document.lines().filter(|line| line.starts_with("| ") && !line.ends_with("| test |"))
    {
        rows += 1;
        let cell = row.trim_end_matches('|').rsplit(" | ").next().unwrap();
        let mut names = cell.split('`').skip(1).step_by(2).peekable();
        assert!(names.peek().is_some(), "no test in {row}");
        for name in names {
            assert!(is_test(name), "there is no test {name}");
        }
    }
    assert!(rows > 50, "{rows}");
}
