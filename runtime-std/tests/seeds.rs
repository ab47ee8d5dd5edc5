//! The seeds of the fuzz targets that need the runtime, without a fuzzer. The others are in `core_seeds.rs`.

#[path = "../../fuzz/src/config.rs"]
mod config;

use std::path::Path;

#[test]
fn every_file_with_realms_is_accepted_or_has_problems_as_its_name_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/config");
    let mut tried = [0, 0];
    for seed in folder.read_dir().unwrap() {
        let path = seed.unwrap().path();
        let expected = !path.file_name().unwrap().to_str().unwrap().starts_with("refused-");
        let text = std::fs::read(&path).unwrap();
        assert_eq!(config::config(&text), expected, "{}", path.display());
        tried[usize::from(expected)] += 1;
    }
    assert!(tried.iter().all(|count| *count > 0), "{tried:?}");
}
