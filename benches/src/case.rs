//! One row's contenders, and how they are timed.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::counts::Figure;
use crate::row::{Compared, Row, Section};
use crate::statistics::median;

/// Does something that many times, and gives a figure of it, without what prepares it.
type Run = Box<dyn FnMut(usize, Measure) -> f64>;

#[derive(Clone, Copy)]
enum Measure {
    Nanoseconds,
    Allocations,
}

/// One of those that do the same work.
pub struct Contender {
    pub name: &'static str,
    run: Run,
}

/// What ours may allocate.
#[derive(PartialEq, Eq)]
pub enum Allocations {
    None,
    /// Nothing but what the limit allocates too, which is a part of ours: it isn't counted.
    NoneBesidesTheLimit,
    /// It isn't the core's work, and is not judged.
    Some,
}

/// The same work, done by ours, by the limit and by the peers.
pub struct Case {
    pub allocations: Allocations,
    pub ours: Contender,
    /// What nobody can do without; `None` if that is nothing, or a copy of bytes.
    pub limit: Option<Contender>,
    pub peers: Vec<Contender>,
}

impl Contender {
    /// Times `work` alone.
    pub fn new<T>(name: &'static str, mut work: impl FnMut() -> T + 'static) -> Self {
        Self::prepared(name, || (), move |()| work())
    }

    /// Times `work`, each time with something new of `prepare`.
    pub fn prepared<P, T>(
        name: &'static str,
        mut prepare: impl FnMut() -> P + 'static,
        mut work: impl FnMut(P) -> T + 'static,
    ) -> Self {
        // What is prepared at once stays in the fastest cache, where it would be in a login.
        let at_once = 8192_usize.checked_div(size_of::<P>()).map_or(usize::MAX, |fit| fit.max(1));
        let run = move |times: usize, measure: Measure| {
            let mut sum = 0.0;
            let mut left = times;
            while left > 0 {
                let now = left.min(at_once);
                left -= now;
                let prepared: Vec<P> = (0..now).map(|_| prepare()).collect();
                sum += measure.of(|| timed_loop(prepared, &mut work));
            }
            sum
        };
        Contender { name, run: Box::new(run) }
    }

    pub fn repeat(&mut self, times: usize) {
        (self.run)(times, Measure::Nanoseconds);
    }

    fn allocations(&mut self) -> u64 {
        // The first time may fill what later ones use.
        (self.run)(1, Measure::Allocations);
        (self.run)(1, Measure::Allocations) as u64
    }

    fn nanoseconds(&mut self, times: usize) -> f64 {
        (self.run)(times, Measure::Nanoseconds) / times as f64
    }
}

impl Measure {
    fn of(self, work: impl FnOnce()) -> f64 {
        match self {
            Measure::Nanoseconds => {
                let begun = Instant::now();
                work();
                begun.elapsed().as_nanos() as f64
            }
            Measure::Allocations => allocation_counter::measure(work).count_total as f64,
        }
    }
}

/// A function of its own, by whose name valgrind knows what to count.
#[inline(never)]
fn timed_loop<P, T>(prepared: Vec<P>, work: &mut impl FnMut(P) -> T) {
    for each in prepared {
        black_box(work(black_box(each)));
    }
}

impl Case {
    /// The row of the report; without times if there are no rounds.
    pub fn row(&mut self, section: Section, name: &str, rounds: Option<usize>) -> Row {
        let allocations = self.allocations();
        let judged_as =
            if self.allocations == Allocations::Some { "" } else { "a step of the core" };
        Row {
            section,
            case: name.to_owned(),
            compared: rounds.map(|rounds| self.compared(rounds)),
            counts: vec![(Figure::Allocations, allocations)],
            judged_as,
            ..Row::default()
        }
    }

    fn compared(&mut self, rounds: usize) -> Compared {
        let mut times = self.times(rounds).into_iter();
        let ours = times.next().expect("ours is the first");
        let limit = self.limit.as_ref().and_then(|_| times.next());
        let names = self.peers.iter().map(|peer| peer.name.to_owned());
        Compared { ours, limit, peers: names.zip(times).collect() }
    }

    fn contenders(&mut self) -> impl Iterator<Item = &mut Contender> {
        [&mut self.ours].into_iter().chain(&mut self.limit).chain(&mut self.peers)
    }

    /// How often ours allocates.
    fn allocations(&mut self) -> u64 {
        let ours = self.ours.allocations();
        match self.allocations {
            Allocations::NoneBesidesTheLimit => {
                ours.saturating_sub(self.limit.as_mut().map_or(0, Contender::allocations))
            }
            Allocations::None | Allocations::Some => ours,
        }
    }

    /// Nanoseconds of each contender, in their order: the median of `rounds`, or of fewer where
    /// those would take too long. They take turns, so that whatever else the machine does befalls
    /// all of them, and a round is so short that most are not interrupted.
    fn times(&mut self, rounds: usize) -> Vec<f64> {
        let mut times = Vec::new();
        for contender in self.contenders() {
            let once = contender.nanoseconds(8).min(contender.nanoseconds(8)).max(1.0);
            times.push((ROUND.as_nanos() as f64 / once).clamp(1.0, 10_000.0) as usize);
        }
        let mut all = vec![Vec::new(); times.len()];
        let begun = Instant::now();
        let mut done = 0;
        while done < FEWEST || (done < rounds && begun.elapsed() < LONGEST) {
            for (i, contender) in self.contenders().enumerate() {
                all[i].push(contender.nanoseconds(times[i]));
            }
            done += 1;
        }
        all.into_iter().map(median).collect()
    }
}

/// How long one contender works before the next one's turn.
const ROUND: Duration = Duration::from_micros(300);
/// How long the rounds of a case may take together, unless they are the fewest.
const LONGEST: Duration = Duration::from_secs(3);
const FEWEST: usize = 5;

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    #[test]
    fn an_allocation_of_ours_is_counted_and_what_is_prepared_is_not() {
        let mut ours = Contender::prepared("ours", || vec![1], |v| (v.len(), Box::new(7)));
        assert_eq!(ours.allocations(), 1);
        let case = |allocations| Case {
            allocations,
            ours: Contender::new("ours", || (Box::new(7), Box::new(8))),
            limit: Some(Contender::new("limit", || Box::new(7))),
            peers: Vec::new(),
        };
        let of = |allocations| case(allocations).row(Section::Steps, "a case", None);
        assert_eq!(of(Allocations::None).counts, [(Figure::Allocations, 2)]);
        assert_eq!(of(Allocations::NoneBesidesTheLimit).counts, [(Figure::Allocations, 1)]);
        assert_eq!(of(Allocations::Some).judged_as, "");
    }

    #[test]
    fn each_time_is_that_of_its_contender() {
        let slow = || std::thread::sleep(Duration::from_micros(50));
        let mut case = Case {
            allocations: Allocations::None,
            ours: Contender::new("ours", || ()),
            limit: None,
            peers: vec![Contender::new("peer", slow)],
        };
        let Compared { ours, limit, peers } = case.compared(1);
        assert_eq!(limit, None);
        assert!(peers.len() == 1 && peers[0].0 == "peer" && peers[0].1 > ours);
    }

    #[test]
    fn work_is_done_as_often_as_it_is_asked_for() {
        let done = Rc::new(Cell::new(0));
        let counter = Rc::clone(&done);
        let mut contender =
            Contender::prepared("ours", || [0; 1000], move |_| counter.set(counter.get() + 1));
        contender.repeat(19);
        assert_eq!(done.get(), 19);
    }
}
