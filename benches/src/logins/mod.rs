//! Whole logins over TLS, at a provider in this process. Each relying party is a process of its
//! own, so that its processor time and its memory are its own too.

pub mod child;
mod crowds;
mod exchanges;
mod http;
mod limit;
mod openssl;
mod ours;
mod parent;
mod provider;
mod system_calls;

use self::parent::{Process, Relying, Runs};
use self::provider::Provider;
use crate::row::{Compared, Row, Shown};
use crate::workload::Algorithm;

/// How often things are done.
#[derive(Clone, Copy)]
struct Often {
    /// Processes with later logins, and how many those are.
    processes: usize,
    later: usize,
    /// Whole processes.
    whole: usize,
    /// Whether times are told: not unless hundreds were measured.
    timed: bool,
}

const QUICK: Often = Often { processes: 1, later: 20, whole: 1, timed: false };
const LONG: Often = Often { processes: 5, later: 100, whole: 200, timed: true };

pub fn rows(quick: bool, mut keep: impl FnMut(Row)) {
    // Building it takes longer than a quick report.
    let program = if quick { None } else { openssl::build() };
    let provider = Provider::start(Algorithm::Rs256);
    let often = if quick { QUICK } else { LONG };
    let parties = Relying::new(&provider, program);
    later_logins(&parties, often, "").into_iter().for_each(&mut keep);
    let programs = tempfile::tempdir().unwrap();
    match parties.as_nobody(programs.path()) {
        Ok(Some(nobody)) => {
            later_logins(&nobody, often, ", not as root").into_iter().for_each(&mut keep);
        }
        Ok(None) => eprintln!("this user is not root: the rows without are those of root"),
        Err(error) => eprintln!("no program could be started as another user: {error}"),
    }
    keep(first_login(&parties, often));
    keep(url_in_a_new_process(&parties, &provider, often));
    keep(memory(&parties, &provider, often));
    if !quick {
        crowds::rows().into_iter().for_each(&mut keep);
    }
}

/// Processor time of logins of a process that has done one before, on a connection that is kept and on a new one.
fn later_logins(parties: &Relying<'_>, often: Often, whose: &str) -> [Row; 2] {
    let rows = [("login on a kept connection", "ours-kept"), ("login on a new connection", "ours")];
    rows.map(|(name, kind)| {
        let is_new = kind == "ours";
        parties.provider.close_after_each_login(is_new);
        let kinds: &[&str] = if often.timed { &[kind, "limit"] } else { &[kind] };
        let runs = parties.in_turns(kinds, often.processes, often.later);
        let system_calls = system_calls::of(parties, kind);
        let today = (often.timed && is_new && whose.is_empty()).then(|| {
            let runs = parties.in_turns(&["today"], often.later / 4, 4);
            (parties.today().to_owned(), runs[0].later(|login| login.processor))
        });
        parties.provider.close_after_each_login(false);
        let of = |runs: &Runs| runs.later(|login| login.processor);
        let compared = often.timed.then(|| Compared {
            ours: of(&runs[0]),
            limit: Some(of(&runs[1])),
            peers: today.into_iter().collect(),
        });
        Row {
            case: format!("{name}{whose}: processor time"),
            compared,
            counts: [runs[0].counts_of_a_later_login(), system_calls].concat(),
            judged_as: name,
            ..Row::default()
        }
    })
}

/// Elapsed time of a process's first login.
fn first_login(parties: &Relying<'_>, often: Often) -> Row {
    let kinds: &[&str] = if often.timed { &["ours", "limit", "today"] } else { &["ours"] };
    let runs = parties.in_turns(kinds, often.whole, 0);
    let of = |runs: &Runs| runs.first(|login| login.wall);
    let name = "first login of a process";
    Row {
        case: format!("{name}: elapsed time"),
        compared: often.timed.then(|| Compared {
            ours: of(&runs[0]),
            limit: Some(of(&runs[1])),
            peers: vec![(parties.today().to_owned(), of(&runs[2]))],
        }),
        counts: runs[0].counts_of_the_first_login(),
        judged_as: name,
        ..Row::default()
    }
}

/// Of the whole process, from its start to its end; the limit is one that does nothing.
fn url_in_a_new_process(parties: &Relying<'_>, provider: &Provider, often: Often) -> Row {
    let issuer = provider.issuer();
    let kinds = ["ours-begin", "nothing", "today-begin"].map(|kind| (kind, issuer));
    let kinds = if often.timed { &kinds[..] } else { &kinds[..1] };
    let processes = parties.processes(kinds, often.whole);
    let name = "authorization URL in a new process, documents cached on disk";
    Row {
        case: format!("{name}: elapsed time"),
        compared: often.timed.then(|| compared(parties, &processes, |process| process.wall)),
        counts: processes[0].exchanges.counts(None),
        judged_as: name,
        ..Row::default()
    }
}

/// Of a process that logs in once; the limit makes the same exchanges without TLS.
fn memory(parties: &Relying<'_>, provider: &Provider, often: Often) -> Row {
    let issuer = provider.issuer();
    let kinds = [("ours", issuer), ("limit", provider.issuer_over_http()), ("today", issuer)];
    // It hardly differs from one process to the next.
    let processes = parties.processes(&kinds, often.whole.min(9));
    Row {
        case: "process with one login: peak memory".to_owned(),
        shown: Shown::Memory,
        compared: Some(compared(parties, &processes, |process| process.peak_memory)),
        ..Row::default()
    }
}

/// Of ours, the limit and today's, in this order.
fn compared(parties: &Relying<'_>, all: &[Process], figure: fn(&Process) -> f64) -> Compared {
    Compared {
        ours: figure(&all[0]),
        limit: Some(figure(&all[1])),
        peers: vec![(parties.today().to_owned(), figure(&all[2]))],
    }
}
