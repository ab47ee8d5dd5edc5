//! The tests that documents name.

use std::fs;
use std::path::Path;

const FOLDERS: [&str; 10] = [
    "core/seeds",
    "core/src",
    "core/tests",
    "runtime-std/src",
    "runtime-std/command/src",
    "runtime-std/demo-provider",
    "runtime-std/domains-cfg/src",
    "runtime-std/loopback",
    "runtime-std/tests",
    "runtime-std/proxmox-openid/tests",
];

/// The text of every Rust file that may have a test which a document names.
pub fn sources() -> String {
    let mut found = String::new();
    for folder in FOLDERS {
        add_sources(&root().join(folder), &mut found);
    }
    found
}

fn add_sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The names in backticks.
pub fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}
