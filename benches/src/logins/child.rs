//! A relying party as a process: logs in some times, and prints what each time took.

use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use onerealm::Network;
use onerealm_benches_today as today;
use onerealm_benches_today::{print_logins, print_peak_memory, processor_time};

use super::limit::Party as Limit;
use super::ours::Party as Ours;

/// `login KIND ISSUER LOGINS DIRECTORY`. What is made before the first login counts as its own.
pub fn run(arguments: &[&str]) -> ExitCode {
    let [kind, issuer, logins, directory] = arguments else { return ExitCode::FAILURE };
    let (logins, directory) = (logins.parse().unwrap(), Path::new(directory));
    match *kind {
        "ours-begin" => {
            // As the command has it.
            let network = Network::with_cache(directory.join("providers"));
            Ours::new(issuer, directory, network).begin();
        }
        "today-begin" => today::begin(issuer),
        "nothing" => {}
        _ => {
            let mut login = login(kind, issuer, directory);
            print_logins(logins, || measure(&mut login).count_total);
        }
    }
    print_peak_memory();
    ExitCode::SUCCESS
}

/// `count KIND ISSUER LOGINS DIRECTORY`: logs in, and does nothing else, for whoever counts system calls.
pub fn count(arguments: &[&str]) -> ExitCode {
    let [kind, issuer, logins, directory] = arguments else { return ExitCode::FAILURE };
    let mut login = login(kind, issuer, Path::new(directory));
    (0..logins.parse().unwrap()).for_each(|_| login());
    ExitCode::SUCCESS
}

fn login<'a>(kind: &str, issuer: &'a str, directory: &'a Path) -> Box<dyn FnMut() + 'a> {
    match kind {
        "limit" => {
            let mut party = None;
            Box::new(move || party.get_or_insert_with(|| Limit::new(issuer, directory)).login())
        }
        "today" => Box::new(|| today::login(issuer)),
        _ => {
            let mut party = None;
            let network = if kind == "ours-kept" { keeping() } else { Network::new() };
            let new = move || Ours::new(issuer, directory, network.clone());
            Box::new(move || party.get_or_insert_with(&new).login())
        }
    }
}

fn keeping() -> Network {
    Network::new().keeping_connections(Duration::from_secs(600))
}

/// `crowd ISSUER THREADS PAUSE LIFETIME LENGTH DIRECTORY`, all times in milliseconds: threads that log in and pause for
/// so long, where documents are used for `LIFETIME`. Prints what each login took, with the process's time on processors
/// shared among them.
pub fn crowd(arguments: &[&str]) -> ExitCode {
    let [issuer, threads, pause, lifetime, length, directory] = arguments else {
        return ExitCode::FAILURE;
    };
    let [pause, lifetime, length] =
        [pause, lifetime, length].map(|text| Duration::from_millis(text.parse().unwrap()));
    let party = Ours::new(issuer, Path::new(directory), keeping()).with_cache_lifetime(lifetime);
    party.login();
    let begun = Instant::now();
    let log_in = || {
        let (mut walls, mut processor) = (Vec::new(), None);
        while begun.elapsed() < WARMING + length {
            if processor.is_none() && begun.elapsed() > WARMING {
                processor = Some(processor_time());
            }
            let login = Instant::now();
            party.login();
            if processor.is_some() {
                walls.push(login.elapsed().as_nanos());
            }
            thread::sleep(pause);
        }
        (walls, processor)
    };
    let threads: usize = threads.parse().unwrap();
    let all: Vec<_> = thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(log_in)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let first = all.iter().filter_map(|(_, processor)| *processor).min().unwrap();
    let logins: usize = all.iter().map(|(walls, _)| walls.len()).sum();
    let processor = (processor_time() - first) / logins as i64;
    let lines = all.iter().flat_map(|(walls, _)| walls);
    print!("{}", lines.map(|wall| format!("login {processor} {wall} 0\n")).collect::<String>());
    print_peak_memory();
    ExitCode::SUCCESS
}

/// Until every thread has its connection.
const WARMING: Duration = Duration::from_millis(1500);
