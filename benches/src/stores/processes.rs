//! Several processes that begin and finish logins at once, in a file system in memory.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::place::{JSON_FILE, Place, number};
use super::store::{Kind, Store};
use crate::row::{Compared, Row, Shown};
use crate::statistics::{median, quantile};
use crate::workload::Provider;

const PROCESSES: usize = 8;

/// How often all of them run, and how long.
const ROUNDS: usize = 5;
const LENGTH: Duration = Duration::from_millis(1500);

pub fn rows(place: &Place) -> Vec<Row> {
    [0, 100].into_iter().flat_map(|pending| rows_of(place, pending)).collect()
}

/// What processes did together.
struct Together {
    nanoseconds_of_a_pair: f64,
    p99_of_begin: f64,
}

fn rows_of(place: &Place, pending: usize) -> [Row; 2] {
    let kinds = [Kind::Directory, Kind::LimitOfDirectory, Kind::JsonFile];
    let mut all = [(); 3].map(|()| Vec::new());
    for _ in 0..ROUNDS {
        for (kind, all) in kinds.into_iter().zip(&mut all) {
            all.push(together(kind, place.path(), pending));
        }
    }
    let row = |what: &str, shown: Shown, figure: fn(&Together) -> f64| {
        let of = |i: usize| median(all[i].iter().map(figure).collect());
        let (kind, pending) = (&place.file_system, number(pending));
        Row {
            case: format!("{what}, directory store, {kind}, others pending: {pending}"),
            shown,
            compared: Some(Compared {
                ours: of(0),
                limit: Some(of(1)),
                peers: vec![(JSON_FILE.to_owned(), of(2))],
            }),
            ..Row::default()
        }
    };
    [
        row("begin + finish by 8 processes", Shown::Rate, |all| all.nanoseconds_of_a_pair),
        row("p99 of begin by 8 processes", Shown::Time, |all| all.p99_of_begin),
    ]
}

fn together(kind: Kind, parent: &Path, pending: usize) -> Together {
    let provider = Provider::new();
    let directory = tempfile::tempdir_in(parent).unwrap();
    Store::at(kind, directory.path()).fill(&provider, pending);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    // All have started by then.
    let beginning = now + Duration::from_millis(200);
    let start = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["pairs", kind.name()])
            .arg(PathBuf::from(directory.path()))
            .args([beginning, LENGTH].map(|duration| duration.as_millis().to_string()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let processes: Vec<_> = (0..PROCESSES).map(|_| start()).collect();
    let mut begins = Vec::new();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "a process with a store failed");
        let text = String::from_utf8(output.stdout).unwrap();
        begins.extend(text.lines().map(|line| line.parse::<f64>().unwrap()));
    }
    Together {
        nanoseconds_of_a_pair: LENGTH.as_nanos() as f64 / begins.len() as f64,
        p99_of_begin: quantile(begins, 0.99),
    }
}
