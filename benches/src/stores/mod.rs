//! The stores of pending logins: one is kept when it begins, found when its end user is back, and
//! used up. Beside them a model of a store that is one JSON file, and the limits.

pub mod child;
mod json_file;
pub mod limits;
mod pairs;
mod place;
mod processes;
mod store;

use std::time::Duration;

use self::pairs::Pairs;
use self::place::{JSON_FILE, Place, number};
use self::store::{Kind, Store};
use crate::machine;
use crate::row::{Compared, Row};
use crate::workload::Provider;

/// Begin and finish by the number of pending logins, for tables and plots.
pub struct Point {
    pub pending: f64,
    pub begin: [f64; 3],
    pub finish: [f64; 3],
}

impl Point {
    /// Whose times they are.
    pub const STORES: [&str; 3] = ["directory", "sealed", "JSON file"];
}

/// Gives each row to `keep`; gives what a plot shows.
///
/// What making a file takes varies much on a disk, with the directory and with what happened there a moment ago. So
/// what depends on the number of pending logins is measured in memory, and a few rows are where temporary files are.
pub fn rows(mut keep: impl FnMut(Row)) -> Vec<Point> {
    let memory = Place::of(machine::in_memory());
    let disk = Place::of(std::env::temp_dir());
    for pending in [1, 10_000] {
        let measured = Measured::new(&disk, pending, Duration::from_secs(2));
        measured.row("begin + finish", Pairs::both).into_iter().for_each(&mut keep);
    }
    let mut points = Vec::new();
    for pending in [0, 1, 100, 10_000, 100_000] {
        let measured = Measured::new(&memory, pending, Duration::from_secs(5));
        if pending == 100 {
            measured.row("begin", Pairs::begin).into_iter().for_each(&mut keep);
            measured.row("finish", Pairs::finish).into_iter().for_each(&mut keep);
        }
        points.push(measured.point());
    }
    processes::rows(&memory).into_iter().for_each(&mut keep);
    points
}

/// Logins of one process, with so many others pending.
struct Measured<'a> {
    place: &'a Place,
    pending: usize,
    /// Of the directory store, its limit, the sealed store, its limit, and the JSON file.
    pairs: [Pairs; 5],
}

impl<'a> Measured<'a> {
    fn new(place: &'a Place, pending: usize, longest: Duration) -> Self {
        let provider = Provider::new();
        // In one directory, because what a file takes may depend on where on the disk it is.
        let parent = tempfile::tempdir_in(place.path()).unwrap();
        let mut stores = [
            Kind::Directory,
            Kind::LimitOfDirectory,
            Kind::Sealed,
            Kind::LimitOfSealed,
            Kind::JsonFile,
        ]
        .map(|kind| Store::new(kind, parent.path(), &provider, pending));
        let pairs = pairs::in_turns(&mut stores, &provider, longest);
        Measured { place, pending, pairs }
    }

    /// A row for each of our stores.
    fn row(&self, step: &str, figure: fn(&Pairs) -> f64) -> [Row; 2] {
        let row = |kind: &str, ours: usize| Row {
            case: format!(
                "{step}, {kind} store, {}, others pending: {}",
                self.place.file_system,
                number(self.pending)
            ),
            compared: Some(Compared {
                ours: figure(&self.pairs[ours]),
                limit: Some(figure(&self.pairs[ours + 1])),
                peers: vec![(JSON_FILE.to_owned(), figure(&self.pairs[4]))],
            }),
            ..Row::default()
        };
        [row("directory", 0), row("sealed", 2)]
    }

    fn point(&self) -> Point {
        let of = |figure: fn(&Pairs) -> f64| [0, 2, 4].map(|store| figure(&self.pairs[store]));
        Point { pending: self.pending as f64, begin: of(Pairs::begin), finish: of(Pairs::finish) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_points_have_the_same_times() {
        let place = Place::of(std::env::temp_dir());
        let measured = Measured::new(&place, 2, Duration::from_millis(1));
        let [directory, sealed] = measured.row("begin", Pairs::begin);
        let [directory, sealed] = [directory, sealed].map(|row| (row.case, row.compared.unwrap()));
        assert!(directory.0.starts_with("begin, directory store, "));
        let Compared { ours, limit, peers } = directory.1;
        let point = measured.point();
        assert_eq!(point.begin, [ours, sealed.1.ours, peers[0].1]);
        assert!(limit.is_some_and(|limit| limit > 0.0) && point.finish.iter().all(|ns| *ns > 0.0));
    }
}
