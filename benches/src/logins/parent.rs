//! Starts relying parties as processes, and gathers what they measured.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use onerealm_benches_today::{Figures, Login};
use tempfile::TempDir;

use super::provider::Provider;
use crate::exchanges::Exchanges;
use crate::row::Compared;
use crate::statistics::median;

/// The relying parties of a provider.
pub struct Relying<'p> {
    provider: &'p Provider,
    /// Processes of each kind.
    processes: usize,
    /// Logins of each process behind its first.
    later: usize,
    /// Where pending logins are kept, and what programs keep beside them.
    directory: TempDir,
    /// What the kinds called `today` are, if not this program.
    today: Option<PathBuf>,
}

/// What processes of one kind measured.
#[derive(Default)]
pub struct Runs {
    logins: Vec<Vec<Login>>,
    /// Of each process with its later logins, and of one that stops behind the first.
    exchanges: Exchanges,
    exchanges_of_one: Exchanges,
    later: usize,
}

/// A whole process, from its start to its end.
pub struct Process {
    pub wall: f64,
    pub peak_memory: f64,
    pub exchanges: Exchanges,
}

impl<'p> Relying<'p> {
    pub fn new(
        provider: &'p Provider,
        processes: usize,
        later: usize,
        today: Option<PathBuf>,
    ) -> Self {
        Relying { provider, processes, later, directory: tempfile::tempdir().unwrap(), today }
    }

    /// Processes of each kind, which take turns.
    pub fn in_turns<const N: usize>(&self, kinds: [&str; N]) -> [Runs; N] {
        let mut all = kinds.map(|kind| {
            let (_, exchanges_of_one) = self.run(kind, self.provider.issuer(), 1);
            // Today's take a hundred times as long as the others.
            let later = if kind == "today" { self.later.min(3) } else { self.later };
            Runs { exchanges_of_one, later, ..Runs::default() }
        });
        for _ in 0..self.processes {
            for (runs, kind) in all.iter_mut().zip(kinds) {
                let (figures, exchanges) = self.run(kind, self.provider.issuer(), 1 + runs.later);
                runs.logins.push(figures.logins);
                runs.exchanges = exchanges;
            }
        }
        all
    }

    /// Whole processes of each kind, which take turns and log in once, at an issuer each; a first
    /// one of each doesn't count.
    pub fn processes<const N: usize>(&self, kinds: [(&str, &str); N]) -> [Process; N] {
        let mut all = kinds.map(|_| (Vec::new(), Vec::new(), Exchanges::default()));
        for round in 0..=self.processes * 3 {
            for ((walls, peaks, exchanges), (kind, issuer)) in all.iter_mut().zip(kinds) {
                let begun = Instant::now();
                let (figures, counted) = self.run(kind, issuer, 1);
                if round > 0 {
                    walls.push(begun.elapsed().as_nanos() as f64);
                    peaks.push(figures.peak_memory);
                    *exchanges = counted;
                }
            }
        }
        all.map(|(walls, peaks, exchanges)| Process {
            wall: median(walls),
            peak_memory: median(peaks),
            exchanges,
        })
    }

    /// Figures of the kinds that a row compares.
    pub fn compared(&self, [limit, ours, today]: [f64; 3]) -> Compared {
        let name = match self.today {
            Some(_) => "proxmox-openid's sequence",
            None => onerealm_benches_today::NAME,
        };
        Compared { ours, limit: Some(limit), peers: vec![(name.to_owned(), today)] }
    }

    /// A process that logs in so many times, and its requests and handshakes.
    fn run(&self, kind: &str, issuer: &str, logins: usize) -> (Figures, Exchanges) {
        let before = self.provider.exchanges();
        let this = std::env::current_exe().unwrap();
        let program: &Path = match &self.today {
            Some(today) if kind.starts_with("today") => today,
            _ => &this,
        };
        let mut command = Command::new(program);
        command.args(["login", kind, issuer, &logins.to_string()]).arg(self.directory.path());
        command.env("SSL_CERT_FILE", self.provider.trust_store()).env_remove("SSL_CERT_DIR");
        for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        let output = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "the relying party {kind} failed");
        let after = self.provider.exchanges();
        let exchanges = Exchanges {
            requests: after.requests - before.requests,
            handshakes: after.handshakes - before.handshakes,
        };
        (Figures::read(&String::from_utf8(output.stdout).unwrap()), exchanges)
    }
}

impl Runs {
    /// The median of the first logins.
    pub fn first(&self, figure: impl Fn(&Login) -> f64) -> f64 {
        median(self.logins.iter().map(|logins| figure(&logins[0])).collect())
    }

    /// The median of the others.
    pub fn later(&self, figure: impl Fn(&Login) -> f64) -> f64 {
        median(self.logins.iter().flat_map(|logins| &logins[1..]).map(figure).collect())
    }

    pub fn exchanges_of_the_first_login(&self) -> Exchanges {
        self.exchanges_of_one
    }

    /// Rounded up: what only some logins do counts.
    pub fn exchanges_of_a_later_login(&self) -> Exchanges {
        let (all, one) = (self.exchanges, self.exchanges_of_one);
        Exchanges {
            requests: (all.requests - one.requests).div_ceil(self.later),
            handshakes: (all.handshakes - one.handshakes).div_ceil(self.later),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_some_later_logins_do_counts() {
        let runs = |requests, handshakes| Runs {
            exchanges: Exchanges { requests, handshakes },
            exchanges_of_one: Exchanges { requests: 4, handshakes: 1 },
            later: 3,
            ..Runs::default()
        };
        let each = |requests, handshakes| Exchanges { requests, handshakes };
        assert_eq!(runs(10, 1).exchanges_of_a_later_login(), each(2, 0));
        assert_eq!(runs(11, 2).exchanges_of_a_later_login(), each(3, 1));
    }
}
