//! A relying party as a process: logs in some times, and prints what each time took.

use std::path::Path;
use std::process::ExitCode;

use onerealm_benches_today as today;
use onerealm_benches_today::{print_logins, print_peak_memory};

use super::limit::Party as Limit;
use super::ours::Party as Ours;

/// `login KIND ISSUER LOGINS DIRECTORY`
pub fn run(arguments: &[&str]) -> ExitCode {
    let [kind, issuer, logins, directory] = arguments else { return ExitCode::FAILURE };
    let (logins, directory) = (logins.parse().unwrap(), Path::new(directory));
    match *kind {
        // What is made before the first login counts as its own.
        "limit" => {
            let mut party = None;
            print_logins(logins, || party.get_or_insert_with(|| Limit::new(issuer)).login());
        }
        "ours" => {
            let mut party = None;
            print_logins(logins, || {
                party.get_or_insert_with(|| Ours::new(issuer, directory)).login()
            });
        }
        "today" => print_logins(logins, || today::login(issuer)),
        "ours-begin" => drop(Ours::with_cache(issuer, directory).begin()),
        "today-begin" => today::begin(issuer),
        "nothing" => {}
        _ => return ExitCode::FAILURE,
    }
    print_peak_memory();
    ExitCode::SUCCESS
}
