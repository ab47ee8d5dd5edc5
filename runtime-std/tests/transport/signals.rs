//! Signals in the middle of a login.

#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::child::Child;
use crate::scene::*;

#[test]
fn a_process_that_is_stopped_and_continued_all_the_time_logs_in_a_hundred_times() {
    // No handler is needed: where a timeout is set, the system ends a read from a socket with EINTR
    // when the process goes on after it was stopped (signal(7)). A handler does the same with or
    // without SA_RESTART.
    let scene = Scene::new();
    // Most of the time is spent in such reads.
    scene.front.pause(Duration::from_millis(8));
    let mut child = Child::start(&scene, &[]);
    let again_and_again =
        "while kill -STOP $0 && sleep 0.001 && kill -CONT $0; do sleep 0.005; done";
    let mut signals = Command::new("sh")
        .args(["-c", again_and_again, &child.id().to_string()])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (outcome, _) = child.log_in(100);
    assert!(signals.try_wait().unwrap().is_none(), "there were no signals");
    signals.kill().unwrap();
    signals.wait().unwrap();
    assert_eq!(outcome, "success");
    assert_eq!(scene.asked(), [1, 1, 100, 100], "nothing is asked twice");
}
