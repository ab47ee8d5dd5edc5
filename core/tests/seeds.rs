//! The seeds of the fuzz targets, without a fuzzer: what must hold of every input holds of these.

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use std::path::Path;

/// Says whether an input was accepted.
type Accepts = fn(&[u8]) -> bool;

#[test]
fn every_seed_is_accepted_or_refused_as_its_name_says() {
    let targets: [(&str, Accepts); 10] = [
        ("json", fuzz::json),
        ("form", fuzz::form),
        ("redirect_uri", fuzz::redirect_uri),
        ("pending_authorization", fuzz::pending_authorization),
        ("authorization_response", fuzz::authorization_response),
        ("discovery", fuzz::discovery),
        ("jwks", fuzz::jwks),
        ("token_response", fuzz::token_response),
        ("id_token", fuzz::id_token),
        ("login", fuzz::login),
    ];
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    for (target, accepts) in targets {
        let mut tried = [0, 0];
        for seed in seeds.join(target).read_dir().unwrap() {
            let path = seed.unwrap().path();
            let expected = !path.file_name().unwrap().to_string_lossy().starts_with("refused-");
            assert_eq!(accepts(&std::fs::read(&path).unwrap()), expected, "{}", path.display());
            tried[usize::from(expected)] += 1;
        }
        assert!(tried.iter().all(|count| *count > 0), "{target}: {tried:?}");
    }
}
