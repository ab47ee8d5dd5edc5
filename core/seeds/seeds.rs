//! The seeds of the fuzz targets of the core, without a fuzzer: what must hold of every input holds of these.

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::path::{Path, PathBuf};

/// Says whether an input was accepted.
type Accepts = fn(&[u8]) -> bool;

const TARGETS: [(&str, Accepts); 16] = [
    ("json", fuzz::json),
    ("form", fuzz::form),
    ("redirect_uri", fuzz::redirect_uri),
    ("pending_authorization", fuzz::pending_authorization),
    ("authorization_response", fuzz::authorization_response),
    ("callback", fuzz::callback),
    ("discovery", fuzz::discovery),
    ("jwks", fuzz::jwks),
    ("basic_credentials", fuzz::basic_credentials),
    ("token_response", fuzz::token_response),
    ("id_token", fuzz::id_token),
    ("userinfo", fuzz::userinfo),
    ("signed_userinfo", fuzz::signed_userinfo),
    ("key_index", fuzz::key_index),
    ("scan", fuzz::scan),
    ("login", fuzz::login),
];

#[test]
fn every_seed_is_accepted_or_refused_as_its_name_says() {
    for (target, accepts) in TARGETS {
        let mut tried = [0, 0];
        for path in entries(&seeds_of(target)) {
            let expected = !name(&path).starts_with("refused-");
            // Interpreted, all of them take too long.
            if cfg!(miri) && tried[usize::from(expected)] == 2 {
                continue;
            }
            assert_eq!(accepts(&fs::read(&path).unwrap()), expected, "{}", path.display());
            tried[usize::from(expected)] += 1;
        }
        assert!(tried.iter().all(|count| *count > 0), "{target}: {tried:?}");
    }
}

#[test]
fn every_fuzz_target_has_seeds_and_is_tried_with_them() {
    for path in entries(&fuzz_folder().join("fuzz_targets")) {
        let target = path.file_stem().unwrap().to_str().unwrap();
        assert!(!entries(&seeds_of(target)).is_empty(), "{target} has no seeds");
        // What needs the runtime is tried in `seeds.rs`.
        let source = fs::read_to_string(&path).unwrap();
        let is_tried_here = TARGETS.iter().any(|(name, _)| *name == target);
        assert_eq!(source.contains("onerealm_fuzz::"), is_tried_here, "{target}");
        let manifest = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("[[bin]]\nname = \"{target}\"\n")), "{target}");
    }
}

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn seeds_of(target: &str) -> PathBuf {
    fuzz_folder().join("seeds").join(target)
}

/// What is in a folder, always in the same order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}
