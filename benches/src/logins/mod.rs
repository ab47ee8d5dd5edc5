//! Whole logins over TLS, at a provider in this process. Each relying party is a process of its
//! own, so that its processor time and its memory are its own too.

pub mod child;
mod http;
mod limit;
mod most;
mod openssl;
mod ours;
mod parent;
mod provider;

use self::parent::{Process, Relying, Runs};
use self::provider::Provider;
use crate::exchanges::{Exchanges, Most};
use crate::row::{Compared, Row, Shown};

pub fn rows(quick: bool) -> Vec<Row> {
    // Building it takes longer than a quick report.
    let program = if quick { None } else { openssl::build() };
    let provider = Provider::start();
    let (processes, later) = if quick { (1, 3) } else { (7, 15) };
    let parties = Relying::new(&provider, processes, later, program);
    let kept_alive = parties.in_turns(["limit", "ours-kept", "today"]);
    provider.close_after_each_login(true);
    let closed = parties.in_turns(["limit", "ours", "today"]);
    provider.close_after_each_login(false);
    let of_warm = "login on a kept connection: processor time";
    let of_new = "login on a new connection, documents known: processor time";
    vec![
        later_logins(&parties, &kept_alive, of_warm, most::WARM),
        later_logins(&parties, &closed, of_new, most::NEW_CONNECTION),
        first_login(&parties, &kept_alive),
        url_in_a_new_process(&parties, &provider),
        memory(&parties, &provider),
    ]
}

/// Logins of a process that has done one before.
fn later_logins(parties: &Relying<'_>, runs: &[Runs; 3], case: &str, most: Exchanges) -> Row {
    let processor = |runs: &Runs| runs.later(|login| login.processor);
    let exchanges = runs[1].exchanges_of_a_later_login();
    row(case, parties.compared(runs.each_ref().map(processor)), exchanges, most)
}

fn first_login(parties: &Relying<'_>, runs: &[Runs; 3]) -> Row {
    let wall = |runs: &Runs| runs.first(|login| login.wall);
    let case = "first login of a process: elapsed time";
    let exchanges = runs[1].exchanges_of_the_first_login();
    row(case, parties.compared(runs.each_ref().map(wall)), exchanges, most::FIRST)
}

/// Of the whole process, from its start to its end; the limit is one that does nothing.
fn url_in_a_new_process(parties: &Relying<'_>, provider: &Provider) -> Row {
    let case = "authorization URL in a new process, documents cached on disk: elapsed time";
    let issuer = provider.issuer();
    let kinds = ["nothing", "ours-begin", "today-begin"].map(|kind| (kind, issuer));
    let processes = parties.processes(kinds);
    let walls = processes.each_ref().map(|process| process.wall);
    row(case, parties.compared(walls), processes[1].exchanges, most::URL_IN_A_NEW_PROCESS)
}

/// Of a process that logs in once; the limit makes the same exchanges without TLS.
fn memory(parties: &Relying<'_>, provider: &Provider) -> Row {
    let case = "process with one login: peak memory";
    let processes = parties.processes([
        ("limit", provider.issuer_over_http()),
        ("ours", provider.issuer()),
        ("today", provider.issuer()),
    ]);
    let of = |figure: fn(&Process) -> f64| parties.compared(processes.each_ref().map(figure));
    Row {
        shown: Shown::Memory,
        bytes: Some(of(|process| process.peak_memory)),
        ..row(case, of(|process| process.wall), processes[1].exchanges, most::FIRST)
    }
}

fn row(case: &str, nanoseconds: Compared, exchanges: Exchanges, most: Exchanges) -> Row {
    Row {
        case: case.to_owned(),
        nanoseconds,
        exchanges: Some(exchanges),
        most: Most { exchanges: Some(most), allocations: None },
        ..Row::default()
    }
}
