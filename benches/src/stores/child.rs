//! A process that begins and finishes logins in a store as fast as it can, and prints what that took.

use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::store::{Kind, Store};
use crate::workload::Provider;

/// `pairs KIND DIRECTORY BEGINNING MILLISECONDS`: the time of the beginning is in milliseconds since 1970. Prints the
/// nanoseconds of each begin.
pub fn run(arguments: &[&str]) -> ExitCode {
    let [kind, directory, beginning, length] = arguments else { return ExitCode::FAILURE };
    let Some(kind) = Kind::named(kind) else { return ExitCode::FAILURE };
    let [beginning, length] =
        [beginning, length].map(|text| Duration::from_millis(text.parse().unwrap()));
    let provider = Provider::new();
    let mut store = Store::at(kind, Path::new(directory));
    let mut begins = Vec::with_capacity(100_000);
    thread::sleep((UNIX_EPOCH + beginning).duration_since(SystemTime::now()).unwrap_or_default());

    let started = Instant::now();
    while started.elapsed() < length {
        let pending = provider.begin().into_pending();
        let begun = Instant::now();
        let state = store.begin(&pending);
        begins.push(begun.elapsed().as_nanos());
        store.finish(&state, provider.now);
    }
    let lines: String = begins.iter().map(|begin| format!("{begin}\n")).collect();
    print!("{lines}");
    ExitCode::SUCCESS
}
