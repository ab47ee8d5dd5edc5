//! The seeds of the fuzz targets that need the runtime, without a fuzzer. The others are in `core/seeds`.

#[path = "../../fuzz/src/config.rs"]
mod config;
#[path = "../../fuzz/src/domains_cfg_edit.rs"]
mod domains_cfg_edit;
#[path = "../../fuzz/src/http_answer.rs"]
mod http_answer;
#[path = "../../fuzz/src/listener_request.rs"]
mod listener_request;

use std::path::Path;

/// Tries every seed of a target, which says whether it accepts one.
fn are_as_their_names_say(target: &str, accepts: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let mut tried = [0, 0];
    for seed in folder.read_dir().unwrap() {
        let path = seed.unwrap().path();
        let expected = !path.file_name().unwrap().to_str().unwrap().starts_with("refused-");
        assert_eq!(accepts(&std::fs::read(&path).unwrap()), expected, "{}", path.display());
        tried[usize::from(expected)] += 1;
    }
    assert!(tried.iter().all(|count| *count > 0), "{target}: {tried:?}");
}

#[test]
fn every_file_with_realms_is_accepted_or_has_problems_as_its_name_says() {
    are_as_their_names_say("config", config::config);
}

#[test]
fn every_edit_of_a_file_is_made_or_refused_as_its_name_says() {
    are_as_their_names_say("domains_cfg_edit", domains_cfg_edit::domains_cfg_edit);
}

#[test]
fn every_answer_is_whole_or_refused_as_its_name_says() {
    are_as_their_names_say("http_answer", http_answer::http_answer);
}

#[test]
fn every_request_to_the_listener_is_whole_or_refused_as_its_name_says() {
    are_as_their_names_say("listener_request", listener_request::listener_request);
}
