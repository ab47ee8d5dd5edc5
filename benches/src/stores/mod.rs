//! The stores of pending logins: one is kept when it begins, found when its end user is back, and
//! used up. Beside them a model of a store that is one JSON file, and the limits.

pub mod child;
mod json_file;
mod limits;
mod pairs;
mod processes;
mod store;

use std::time::Duration;

use self::pairs::Pairs;
use self::store::{Kind, Store};
use crate::row::{Compared, Row, Section};
use crate::workload::Provider;

/// Rows of one process, where temporary files are (`TMPDIR`), and of several.
pub fn rows(quick: bool) -> Vec<Row> {
    let (numbers, longest): (&[_], _) = match quick {
        true => (&[0, 100], Duration::from_millis(500)),
        false => (&PENDING, Duration::from_secs(5)),
    };
    let mut rows: Vec<Row> =
        numbers.iter().flat_map(|pending| rows_of_one_process(*pending, longest)).collect();
    rows.extend(processes::rows(quick));
    rows
}

/// How many others are pending.
const PENDING: [usize; 5] = [0, 1, 100, 10_000, 100_000];
const JSON_FILE: &str = "proxmox-openid's JSON file";

fn rows_of_one_process(pending: usize, longest: Duration) -> Vec<Row> {
    let provider = Provider::new();
    // In one directory, because what a file takes may depend on where on the disk it is.
    let parent = tempfile::tempdir().unwrap();
    let mut stores = [
        Kind::Directory,
        Kind::LimitOfDirectory,
        Kind::Sealed,
        Kind::LimitOfSealed,
        Kind::JsonFile,
    ]
    .map(|kind| Store::new(kind, parent.path(), &provider, pending));
    let allocations = [0, 2].map(|ours| stores[ours].allocations(&provider));
    let measured = pairs::in_turns(&mut stores, &provider, longest);

    let mut rows = Vec::new();
    let figures: [(&str, fn(&Pairs) -> f64); 3] =
        [("begin", Pairs::begin), ("finish", Pairs::finish), ("begin + finish", Pairs::both)];
    for (step, figure) in figures {
        for (kind, ours, allocations) in
            [("directory", 0, allocations[0]), ("sealed", 2, allocations[1])]
        {
            rows.push(Row {
                section: match step {
                    "begin + finish" => Section::Steps,
                    _ => Section::Pending,
                },
                case: format!("{step}, {kind} store, others pending: {}", number(pending)),
                nanoseconds: Compared {
                    ours: figure(&measured[ours]),
                    limit: Some(figure(&measured[ours + 1])),
                    peers: vec![(JSON_FILE.to_owned(), figure(&measured[4]))],
                },
                allocations: (step == "begin + finish").then_some(allocations),
                ..Row::default()
            });
        }
    }
    rows
}

fn number(number: usize) -> String {
    crate::row::thousands(number as f64)
}

/// Begin and finish by the number of pending logins, for tables and plots.
pub struct Point {
    pub pending: f64,
    pub begin: [f64; 3],
    pub finish: [f64; 3],
}

impl Point {
    pub const STORES: [&str; 3] = ["directory", "sealed", "JSON file"];

    /// From the rows of [`rows`].
    pub fn all(rows: &[Row]) -> Vec<Self> {
        let of = |step: &str, pending: usize| {
            let find = |kind: &str| {
                let case = format!("{step}, {kind} store, others pending: {}", number(pending));
                rows.iter().find(|row| row.case == case)
            };
            let (directory, sealed) = (find("directory")?, find("sealed")?);
            let (_, json_file) = directory.nanoseconds.peers.first()?;
            Some([directory.nanoseconds.ours, sealed.nanoseconds.ours, *json_file])
        };
        PENDING
            .iter()
            .filter_map(|pending| {
                let (begin, finish) = (of("begin", *pending)?, of("finish", *pending)?);
                Some(Point { pending: *pending as f64, begin, finish })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_found_in_the_rows() {
        let rows = rows_of_one_process(0, Duration::from_millis(1));
        let [point] = &Point::all(&rows)[..] else { panic!("there is one number of logins") };
        assert_eq!(point.pending, 0.0);
        for times in [point.begin, point.finish] {
            assert!(times.iter().all(|time| *time > 0.0));
        }
        assert!(Point::all(&[]).is_empty());
    }
}
