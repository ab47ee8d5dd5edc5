//! A state is used once, whoever else tries at the same moment.

use std::process::Stdio;

use crate::support::*;

#[test]
fn of_a_hundred_processes_one_finishes_the_login() {
    let scene = Scene::new();
    scene.configure("client-type auto\nclient-key canary+key/with:reserved=%&characters");
    let (_, callback) = scene.begin(&["--redirect-url", LOOPBACK]);
    let children: Vec<_> = (0..100)
        .map(|_| {
            let mut command = scene.command(&["finish", "--callback", &callback]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let ran: Vec<_> =
        children.into_iter().map(|child| Ran::of(child.wait_with_output().unwrap())).collect();
    let (done, refused): (Vec<_>, Vec<_>) = ran.iter().partition(|ran| ran.status == 0);
    assert_eq!(done.len(), 1, "{ran:?}");
    refused.iter().for_each(|ran| {
        ran.failed(4, "login_used");
    });
    assert_eq!(scene.token_requests().len(), 1);
}
