//! Logins that begin and are finished, one behind the other.

use std::time::{Duration, Instant};

use super::store::Store;
use crate::statistics::median;
use crate::workload::Provider;

/// Nanoseconds of each begin, and of each finish behind it.
#[derive(Default)]
pub struct Pairs {
    begins: Vec<f64>,
    finishes: Vec<f64>,
}

impl Pairs {
    pub fn begin(&self) -> f64 {
        median(self.begins.clone())
    }

    pub fn finish(&self) -> f64 {
        median(self.finishes.clone())
    }

    pub fn both(&self) -> f64 {
        median(self.begins.iter().zip(&self.finishes).map(|(b, f)| b + f).collect())
    }

    fn add(&mut self, store: &mut Store, provider: &Provider) {
        let pending = provider.begin().into_pending();
        let begun = Instant::now();
        let state = store.begin(&pending);
        self.begins.push(begun.elapsed().as_nanos() as f64);
        let back = Instant::now();
        store.finish(&state, provider.now);
        self.finishes.push(back.elapsed().as_nanos() as f64);
    }
}

/// Pairs in each store, which take turns for about so long, and have some turns at least.
pub fn in_turns<const N: usize>(
    stores: &mut [Store; N],
    provider: &Provider,
    longest: Duration,
) -> [Pairs; N] {
    let mut all = [(); N].map(|()| Pairs::default());
    let begun = Instant::now();
    let mut rounds = 0;
    while rounds < FEWEST || begun.elapsed() < longest {
        for (store, pairs) in stores.iter_mut().zip(&mut all) {
            let turn = Instant::now();
            // The first one of a turn brings back into the caches what the others displaced.
            Pairs::default().add(store, provider);
            while {
                pairs.add(store, provider);
                turn.elapsed() < TURN
            } {}
        }
        rounds += 1;
    }
    all
}

const TURN: Duration = Duration::from_millis(5);
const FEWEST: usize = 3;
