//! The addresses of hosts.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::lock::lock;
use crate::turn::Turn;

/// How long to use an answer, counted from the question: for all requests of a login, and for those
/// of others at the same time. ureq wants an address even where a connection is open.
const KNOWN: Duration = Duration::from_secs(10);

/// A host that was taken for this machine has no address of this machine.
#[derive(Debug)]
pub(super) struct Elsewhere;

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not this machine")
    }
}

impl std::error::Error for Elsewhere {}

/// The addresses that this process has looked up lately.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<Vec<Arc<Name>>>);

#[derive(Debug)]
struct Name {
    name_and_port: String,
    turn: Turn,
    known: Mutex<Option<Known>>,
}

#[derive(Debug)]
struct Known {
    /// When it was asked for.
    since: Instant,
    addresses: Vec<SocketAddr>,
}

impl Names {
    /// The addresses of `HOST:PORT`; `ask` looks up unknown names. Of several threads, one asks and the
    /// others wait for its answer, until `deadline`, which is `late`. If it gets none, each asks for
    /// itself.
    pub(super) fn addresses<E>(
        &self,
        name_and_port: &str,
        deadline: Instant,
        late: impl FnOnce() -> E,
        ask: impl FnOnce() -> Result<Vec<SocketAddr>, E>,
    ) -> Result<Vec<SocketAddr>, E> {
        if let Ok(address) = name_and_port.parse() {
            return Ok(vec![address]);
        }
        let name = self.name(name_and_port);
        if let Some(addresses) = name.fresh() {
            return Ok(addresses);
        }
        let turn = name.turn.take(Instant::now());
        if turn.is_none() {
            drop(name.turn.take(deadline).ok_or_else(late)?);
        }
        if let Some(addresses) = name.fresh() {
            return Ok(addresses);
        }
        let since = Instant::now();
        let addresses = ask()?;
        *lock(&name.known) = Some(Known { since, addresses: addresses.clone() });
        Ok(addresses)
    }

    /// A connection to it failed: it may have moved.
    pub(super) fn forget(&self, name_and_port: &str) {
        lock(&self.0).retain(|name| name.name_and_port != name_and_port);
    }

    /// Others that are no longer of use are dropped.
    fn name(&self, name_and_port: &str) -> Arc<Name> {
        let mut names = lock(&self.0);
        names.retain(|name| Arc::strong_count(name) > 1 || name.fresh().is_some());
        if let Some(name) = names.iter().find(|name| name.name_and_port == name_and_port) {
            return Arc::clone(name);
        }
        let name_and_port = name_and_port.to_owned();
        let name = Arc::new(Name { name_and_port, turn: Turn::default(), known: Mutex::default() });
        names.push(Arc::clone(&name));
        name
    }
}

impl Name {
    fn fresh(&self) -> Option<Vec<SocketAddr>> {
        let known = lock(&self.known);
        let fresh = known.as_ref().filter(|known| known.since.elapsed() < KNOWN);
        fresh.map(|known| known.addresses.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// The addresses of a name; the system's lookup gives `answer`, unless it must not be asked.
    fn addresses(names: &Names, name: &str, answer: Option<&str>) -> Option<Vec<SocketAddr>> {
        let ask = || answer.map(|answer| vec![address(answer)]).ok_or("asked");
        names.addresses(name, Instant::now() + LONG, || "late", ask).ok()
    }

    #[test]
    fn an_address_is_its_own() {
        let names = Names::default();
        for own in ["127.0.0.1:8080", "192.0.2.7:443", "[2001:db8::1]:8443"] {
            assert_eq!(addresses(&names, own, None), Some(vec![address(own)]));
        }
        assert!(lock(&names.0).is_empty());
    }

    #[test]
    fn a_name_is_asked_for_once_and_again_when_it_is_old() {
        let names = Names::default();
        let (first, other) = ("192.0.2.1:8443", "192.0.2.2:8443");
        assert_eq!(addresses(&names, "a:8443", None), None);
        for answer in [Some(first), Some(other), None] {
            assert_eq!(addresses(&names, "a:8443", answer), Some(vec![address(first)]));
        }
        assert_eq!(addresses(&names, "a:443", None), None, "another port is another name");
        let old = Instant::now().checked_sub(KNOWN);
        lock(&names.name("a:8443").known).as_mut().unwrap().since = old.unwrap();
        assert_eq!(addresses(&names, "a:8443", Some(other)), Some(vec![address(other)]));
        assert_eq!(lock(&names.0).len(), 1, "old ones are dropped");
    }

    #[test]
    fn an_answer_is_as_old_as_its_question() {
        let names = Names::default();
        let mut asked = None;
        let ask = || {
            asked = Some(Instant::now());
            Ok::<_, ()>(vec![address("192.0.2.1:443")])
        };
        names.addresses("a:443", Instant::now() + LONG, || (), ask).unwrap();
        assert!(lock(&names.name("a:443").known).as_ref().unwrap().since <= asked.unwrap());
    }

    #[test]
    fn a_name_whose_connection_failed_is_asked_for_anew() {
        let names = Names::default();
        let (first, other) = ("192.0.2.1:8443", "192.0.2.2:8443");
        for name in ["a:8443", "b:8443"] {
            addresses(&names, name, Some(first)).unwrap();
        }
        names.forget("a:8443");
        assert_eq!(addresses(&names, "a:8443", Some(other)), Some(vec![address(other)]));
        assert_eq!(addresses(&names, "b:8443", None), Some(vec![address(first)]));
    }

    type Got = Result<Vec<SocketAddr>, &'static str>;

    /// What ten threads get that want a name at the same time, the first of them with this answer to
    /// its question, and how many asked.
    fn ten(first_answer: Got, answer: Got) -> (Vec<Got>, usize) {
        let (names, asked) = (Names::default(), AtomicUsize::new(0));
        let (names, asked_by) = (&names, &asked);
        let want = |ask: Box<dyn FnOnce() -> Got + '_>| {
            let ask = move || {
                asked_by.fetch_add(1, Ordering::SeqCst);
                ask()
            };
            names.addresses("a:443", Instant::now() + LONG, || "late", ask)
        };
        let want = &want;
        let (began, has_begun) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel::<()>();
        let got = thread::scope(|scope| {
            let first = scope.spawn(move || {
                want(Box::new(move || {
                    began.send(()).unwrap();
                    goes_on.recv().unwrap();
                    first_answer
                }))
            });
            has_begun.recv().unwrap();
            let answer = &answer;
            let others: Vec<_> = (0..9)
                .map(|_| scope.spawn(move || want(Box::new(move || answer.clone()))))
                .collect();
            // Each of them has the name while it waits, as do the first, the list and this line.
            while Arc::strong_count(&names.name("a:443")) < 12 {
                thread::yield_now();
            }
            go_on.send(()).unwrap();
            std::iter::once(first).chain(others).map(|thread| thread.join().unwrap()).collect()
        });
        (got, asked.load(Ordering::SeqCst))
    }

    #[test]
    fn threads_that_want_a_name_at_the_same_time_share_one_question() {
        let known = Ok(vec![address("192.0.2.1:443")]);
        let (got, asked) = ten(known.clone(), Err("nobody asks"));
        assert_eq!(got, vec![known; 10]);
        assert_eq!(asked, 1);
    }

    #[test]
    fn a_question_without_an_answer_is_nobody_elses() {
        let known = Ok(vec![address("192.0.2.2:443")]);
        let (got, asked) = ten(Err("no answer"), known.clone());
        assert_eq!(got[0], Err("no answer"));
        assert_eq!(got[1..], vec![known; 9]);
        assert!((2..=10).contains(&asked), "{asked}");
    }

    #[test]
    fn nobody_waits_beyond_a_deadline() {
        let names = Names::default();
        let name = names.name("a:443");
        let _turn = name.turn.take(Instant::now()).unwrap();
        let got = names.addresses("a:443", Instant::now(), || "late", || Err("asked"));
        assert_eq!(got, Err("late"));
    }
}
