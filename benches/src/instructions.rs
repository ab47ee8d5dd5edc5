//! Instructions of ours, counted by valgrind: they don't depend on what else the machine does.

use std::process::{Command, ExitCode};

use crate::cases;
use crate::row::thousands;

/// How often each case is repeated under valgrind.
const TIMES: usize = 100;

/// Prints how many instructions ours takes in each case whose name has `part` in it.
pub fn count(part: &str) -> ExitCode {
    println!("| case | instructions |\n|---|---|");
    for case in cases::all().iter().filter(|case| case.name.contains(part)) {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            // Only what the timed loop does, not what prepares it.
            .arg("--toggle-collect=*timed_loop*")
            .arg(std::env::current_exe().unwrap())
            .args(["repeat", &case.name, &TIMES.to_string()])
            .output();
        let Ok(output) = output else {
            eprintln!("valgrind is not there: install it");
            return ExitCode::FAILURE;
        };
        let text = String::from_utf8_lossy(&output.stderr);
        let collected = text.lines().find_map(|line| line.split_once("Collected : "));
        let Some(total) = collected.and_then(|(_, total)| total.trim().parse::<usize>().ok())
        else {
            eprintln!("{text}");
            return ExitCode::FAILURE;
        };
        println!("| {} | {} |", case.name, thousands((total / TIMES) as f64));
    }
    ExitCode::SUCCESS
}

/// What valgrind runs.
pub fn repeat(name: &str, times: &str) -> ExitCode {
    let case = cases::all().into_iter().find(|case| case.name == name);
    match (case, times.parse()) {
        (Some(case), Ok(times)) => (case.make)().ours.repeat(times),
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}
