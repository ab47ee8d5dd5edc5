//! The documentation's command lines: each is run, here or elsewhere, or there is a reason why not.

#![cfg(unix)]

mod alike;
#[path = "../pve/api.rs"]
#[expect(dead_code, reason = "one product is enough here")]
mod api;
mod grammar;
mod judged;
mod lines;
#[path = "../named_tests.rs"]
#[expect(dead_code, reason = "no page names tests here")]
mod named_tests;
#[path = "../pve/node.rs"]
#[expect(dead_code, reason = "the node has no faults here")]
mod node;
mod packages;
mod pages;
mod realms;
#[path = "../screen.rs"]
mod screen;
#[path = "../pve/sessions.rs"]
#[expect(dead_code, reason = "no session is forgotten here")]
mod sessions;
#[path = "../pve/tls.rs"]
#[expect(dead_code, reason = "one kind of certificate is enough here")]
mod tls;
mod run;
mod typed;

use std::collections::BTreeSet;
use std::fs;

use judged::{AT_A_NODE, AT_A_REALM, AT_NONE, Judged, NOT_RUN_HERE, Run};
use lines::{key, lines};
use named_tests::{root, sources};
use packages::Packages;

/// Every line that is run here.
fn runs() -> impl Iterator<Item = &'static Run> {
    AT_A_REALM.iter().chain(AT_NONE).chain(AT_A_NODE)
}

#[test]
fn every_command_line_is_run_or_has_a_reason() {
    let run: BTreeSet<_> = runs().map(|run| key(run.line)).collect();
    let not_run: BTreeSet<_> = NOT_RUN_HERE.iter().map(|(line, _)| key(line)).collect();
    let both: Vec<_> = run.intersection(&not_run).collect();
    assert!(
        both.is_empty() && not_run.len() == NOT_RUN_HERE.len(),
        "twice in the tables: {both:?}"
    );
    let lines = lines();
    let others = lines.iter().filter(|line| !run.contains(&line.key()));
    let missing: Vec<_> = others
        .filter(|line| needs_a_row(line) && !not_run.contains(&line.key()))
        .map(|line| format!("{}: {}", line.page, line.key()))
        .collect();
    assert!(missing.is_empty(), "neither run nor in the table:\n{}", missing.join("\n"));
    let said: BTreeSet<_> = lines.iter().map(lines::Line::key).collect();
    let left: Vec<_> = run.union(&not_run).filter(|line| !said.contains(*line)).collect();
    assert!(left.is_empty(), "in the table and on no page: {left:#?}");
}

/// The forms of `onerealm` are read, the steps of `.ci/run` looked up, and the name of a command is no command line.
fn needs_a_row(line: &lines::Line) -> bool {
    match line.program() {
        "onerealm" => grammar::read(&line.text, line.is_mention) == grammar::Kind::Whole,
        ".ci/run" => false,
        _ => !(line.is_mention && is_name(&line.text)),
    }
}

/// A program and one of its commands, such as `cargo tree`.
fn is_name(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    words.len() == 2 && words[1].bytes().all(|byte| byte.is_ascii_lowercase())
}

#[test]
fn every_step_that_is_named_is_one_of_ci_run() {
    let script = fs::read_to_string(root().join(".ci/run")).unwrap();
    let of = |name: &str| {
        let list = script.split(&format!("\n{name}=(")).nth(1).unwrap();
        list.split(')').next().unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let (steps, by_hand) = (of("steps"), of("by_hand"));
    assert!(steps.len() > 10 && by_hand.len() > 1, "{steps:?} {by_hand:?}");
    for (line, judged) in NOT_RUN_HERE {
        if let Judged::Step(step) = judged {
            assert!(steps.iter().any(|it| it == step), "{line}: there is no step {step}");
        }
    }
    let lines = lines();
    for line in lines.iter().filter(|line| line.program() == ".ci/run") {
        for word in line.text.split_whitespace().skip(1).filter(|word| *word != "--list") {
            let is_known = steps.iter().chain(&by_hand).any(|step| step == word);
            assert!(is_known, "{}: there is no step {word}: {}", line.page, line.text);
        }
    }
}

#[test]
fn every_test_that_runs_a_line_exists() {
    let code = sources();
    for (line, judged) in NOT_RUN_HERE {
        match judged {
            Judged::Test(name) => {
                assert!(code.contains(&format!("#[test]\nfn {name}()")), "{line}: no test {name}");
            }
            Judged::Not(why) => assert!(why.contains(' '), "{line}: no reason"),
            Judged::Step(_) => {}
        }
    }
}

#[test]
fn what_cargo_is_given_exists() {
    let packages = Packages::of_all_workspaces();
    for line in lines().iter().filter(|line| line.program() == "cargo") {
        let missing = packages.missing(&line.key());
        assert!(missing.is_empty(), "{}: {}: {missing:?}", line.page, line.text);
    }
}
