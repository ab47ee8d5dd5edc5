//! Starts relying parties as processes, and gathers what they measured.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use onerealm_benches_today::{Figures, Login};
use tempfile::TempDir;

use super::exchanges::Exchanges;
use super::provider::Provider;
use crate::counts::Counts;
use crate::machine;
use crate::statistics::median;

/// The relying parties of a provider.
pub struct Relying<'p> {
    pub provider: &'p Provider,
    /// Where pending logins are kept, and what programs keep beside them.
    directory: TempDir,
    /// This program, where whoever runs it may read it.
    this: PathBuf,
    /// What the kinds called `today` are, if not this program.
    today: Option<PathBuf>,
    /// Whose processes they are, if not this one's user's.
    user: Option<u32>,
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

/// Whole processes of one kind, from start to end, as medians.
pub struct Process {
    pub wall: f64,
    pub peak_memory: f64,
    pub exchanges: Exchanges,
}

impl<'p> Relying<'p> {
    pub fn new(provider: &'p Provider, today: Option<PathBuf>) -> Self {
        let directory = tempfile::tempdir_in(machine::in_memory()).unwrap();
        let this = std::env::current_exe().unwrap();
        Relying { provider, directory, this, today, user: None }
    }

    /// The same as a user without any rights; `None` where this one may not become another.
    pub fn as_nobody(&self, programs: &Path) -> io::Result<Option<Self>> {
        if fs::metadata("/proc/self")?.uid() != 0 {
            return Ok(None);
        }
        let this = programs.join("benches");
        fs::copy(&self.this, &this)?;
        fs::set_permissions(programs, Permissions::from_mode(0o755))?;
        let directory = tempfile::tempdir_in(machine::in_memory())?;
        chown(directory.path(), Some(NOBODY), Some(NOBODY))?;
        let (provider, today) = (self.provider, None);
        Ok(Some(Relying { provider, directory, this, today, user: Some(NOBODY) }))
    }

    /// So many processes of each kind, which take turns, and log in so many times behind a first one.
    pub fn in_turns(&self, kinds: &[&str], processes: usize, later: usize) -> Vec<Runs> {
        let mut all: Vec<Runs> = Vec::new();
        for kind in kinds {
            let (_, exchanges_of_one) = self.run(kind, self.provider.issuer(), 1);
            all.push(Runs { exchanges_of_one, later, ..Runs::default() });
        }
        for _ in 0..processes {
            for (runs, kind) in all.iter_mut().zip(kinds) {
                let (figures, exchanges) = self.run(kind, self.provider.issuer(), 1 + later);
                runs.logins.push(figures.logins);
                runs.exchanges = exchanges;
            }
        }
        all
    }

    /// So many whole processes of each kind, which take turns and log in once, at an issuer each; a first one of each
    /// doesn't count.
    pub fn processes(&self, kinds: &[(&str, &str)], processes: usize) -> Vec<Process> {
        let mut all = vec![(Vec::new(), Vec::new(), Exchanges::default()); kinds.len()];
        for round in 0..=processes {
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
        let process = |(walls, peaks, exchanges)| Process {
            wall: median(walls),
            peak_memory: median(peaks),
            exchanges,
        };
        all.into_iter().map(process).collect()
    }

    /// What today's logins are called.
    pub fn today(&self) -> &'static str {
        match self.today {
            Some(_) => "proxmox-openid's sequence",
            None => onerealm_benches_today::NAME,
        }
    }

    /// A process that logs in so many times, and its requests and handshakes.
    fn run(&self, kind: &str, issuer: &str, logins: usize) -> (Figures, Exchanges) {
        let program: &Path = match &self.today {
            Some(today) if kind.starts_with("today") => today,
            _ => &self.this,
        };
        let before = self.provider.exchanges();
        let figures =
            self.figures(self.command(program).args(["login", kind, issuer, &logins.to_string()]));
        (figures, self.provider.exchanges().since(before))
    }

    /// Logins by the threads of one process, as [`child::crowd`](super::child::crowd) takes its arguments.
    pub fn crowd(&self, arguments: [u128; 4]) -> Figures {
        let mut command = self.command(&self.this);
        command.args(["crowd", self.provider.issuer()]);
        self.figures(command.args(arguments.map(|argument| argument.to_string())))
    }

    /// What a process printed that gets the directory as its last argument.
    fn figures(&self, command: &mut Command) -> Figures {
        let output = command.arg(self.directory.path()).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "a relying party failed: {command:?}");
        Figures::read(&String::from_utf8(output.stdout).unwrap())
    }

    /// System calls of a process that logs in so many times, by their names; `None` without strace.
    pub fn traced(&self, kind: &str, logins: usize) -> Option<String> {
        let mut command = self.command("strace");
        command.args(["-f", "-c", "-U", "name,calls"]).arg(&self.this);
        command.args(["count", kind, self.provider.issuer(), &logins.to_string()]);
        // It writes its table where others write their complaints.
        let output = command.arg(self.directory.path()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "a relying party failed under strace: {text}");
        Some(text)
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("SSL_CERT_FILE", self.provider.trust_store()).env_remove("SSL_CERT_DIR");
        for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
    }
}

/// On all systems.
const NOBODY: u32 = 65534;

impl Runs {
    /// The median of the first logins.
    pub fn first(&self, figure: impl Fn(&Login) -> f64) -> f64 {
        median(self.logins.iter().map(|logins| figure(&logins[0])).collect())
    }

    /// The median of the others.
    pub fn later(&self, figure: impl Fn(&Login) -> f64) -> f64 {
        median(self.logins.iter().flat_map(|logins| &logins[1..]).map(figure).collect())
    }

    pub fn counts_of_the_first_login(&self) -> Counts {
        let allocations = self.first(|login| login.allocations as f64);
        self.exchanges_of_one.counts(Some(allocations))
    }

    /// Rounded up: what only some logins do counts, but for allocations.
    pub fn counts_of_a_later_login(&self) -> Counts {
        let Exchanges { requests, handshakes } = self.exchanges.since(self.exchanges_of_one);
        let [requests, handshakes] =
            [requests, handshakes].map(|count| count.div_ceil(self.later as u64));
        let allocations = self.later(|login| login.allocations as f64);
        Exchanges { requests, handshakes }.counts(Some(allocations))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::Figure;

    #[test]
    fn what_only_some_later_logins_do_counts() {
        let logins = |all: [u64; 4]| {
            all.map(|allocations| Login { processor: 0.0, wall: 0.0, allocations }).into()
        };
        let runs = |requests, handshakes| Runs {
            logins: vec![logins([90, 5, 5, 9])],
            exchanges: Exchanges { requests, handshakes },
            exchanges_of_one: Exchanges { requests: 4, handshakes: 1 },
            later: 3,
        };
        let each = |requests, handshakes| {
            let exchanges = [(Figure::Requests, requests), (Figure::Handshakes, handshakes)];
            [&[(Figure::Allocations, 5)][..], &exchanges].concat()
        };
        assert_eq!(runs(10, 1).counts_of_a_later_login(), each(2, 0));
        assert_eq!(runs(11, 2).counts_of_a_later_login(), each(3, 1));
        assert_eq!(runs(11, 2).counts_of_the_first_login()[0], (Figure::Allocations, 90));
    }
}
