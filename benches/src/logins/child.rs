//! A relying party as a process: logs in some times, and prints what each time took.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use onerealm::Network;
use onerealm_benches_today as today;
use onerealm_benches_today::{print_logins, print_peak_memory};

use super::limit::Party as Limit;
use super::ours::Party as Ours;

/// `login KIND ISSUER LOGINS DIRECTORY`. What is made before the first login counts as its own.
pub fn run(arguments: &[&str]) -> ExitCode {
    let [kind, issuer, logins, directory] = arguments else { return ExitCode::FAILURE };
    let (logins, directory) = (logins.parse().unwrap(), Path::new(directory));
    match *kind {
        "limit" => {
            let mut party = None;
            print_logins(logins, || party.get_or_insert_with(|| Limit::new(issuer)).login());
        }
        "ours" | "ours-kept" => {
            let mut party = None;
            let network = match *kind {
                "ours" => Network::new(),
                _ => Network::new().keeping_connections(Duration::from_secs(600)),
            };
            let new = || Ours::new(issuer, directory, network.clone());
            print_logins(logins, || party.get_or_insert_with(new).login());
        }
        "today" => print_logins(logins, || today::login(issuer)),
        "ours-begin" => {
            // As the command has it.
            let network = Network::with_cache(directory.join("providers"));
            Ours::new(issuer, directory, network).begin();
        }
        "today-begin" => today::begin(issuer),
        "nothing" => {}
        _ => return ExitCode::FAILURE,
    }
    print_peak_memory();
    ExitCode::SUCCESS
}
