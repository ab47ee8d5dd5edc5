use std::sync::Arc;

use super::*;
use crate::http::trust::{Clients, Trust};

const HOUR: Duration = Duration::from_secs(3600);

fn put(lines: &Lines, url: &str) {
    let client = Clients::default().of(&Trust::Nobody).unwrap();
    lines.put(Line::new(Trust::Nobody, url, client, &Arc::default(), 1024, HOUR));
}

fn has(lines: &Lines, url: &str) -> bool {
    lines.take(|line| line.url == url && matches!(line.trust, Trust::Nobody)).is_some()
}

fn kept(urls: &[&str]) -> Lines {
    let lines = Lines::default();
    lines.keep(HOUR);
    urls.iter().for_each(|url| put(&lines, url));
    lines
}

#[test]
fn a_line_is_taken_once_and_by_who_begins_with_the_same_request() {
    let lines = kept(&["https://a/token", "https://b/token"]);
    assert!(!has(&lines, "https://a"));
    assert!(has(&lines, "https://a/token"));
    assert!(!has(&lines, "https://a/token"));
    assert!(has(&lines, "https://b/token"));
}

#[test]
fn nothing_waits_unless_somebody_says_so() {
    let lines = Lines::default();
    put(&lines, "a");
    lines.keep(HOUR);
    assert!(!has(&lines, "a"));
}

#[test]
fn a_child_has_no_line_of_its_parent() {
    let lines = kept(&["a", "b"]);
    lines.waiting.lock().unwrap()[0].process += 1;
    assert!(!has(&lines, "a"));
    assert!(has(&lines, "b"));
}

#[test]
fn a_line_that_has_waited_too_long_is_closed() {
    let lines = Lines::default();
    lines.keep(Duration::ZERO);
    put(&lines, "a");
    assert!(!has(&lines, "a"));
    assert_eq!(lines.waiting.lock().unwrap().len(), 0);
}

#[test]
fn who_holds_the_lines_keeps_no_login_waiting() {
    let lines = kept(&["a"]);
    let held = lines.waiting.lock().unwrap();
    assert!(!has(&lines, "a"));
    put(&lines, "b");
    drop(held);
    assert!(has(&lines, "a"));
    assert!(!has(&lines, "b"));
}

#[test]
fn lines_that_wait_are_bounded() {
    let lines = kept(&["a"; LINES + 5]);
    assert_eq!(lines.waiting.lock().unwrap().len(), LINES);
}
