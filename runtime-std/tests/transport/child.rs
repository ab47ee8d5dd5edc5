//! Logins in a process of their own, whose memory, signals and environment are the test's.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use onerealm::Network;

use crate::front::LONG;
use crate::scene::*;

const DIRECTORY: &str = "ONEREALM_TEST_DIRECTORY";
const PROVIDER: &str = "ONEREALM_TEST_PROVIDER";

/// Whether all its logins share one network, as in a server.
pub const SHARED: (&str, &str) = ("ONEREALM_TEST_SHARED", "1");

/// This test binary again, running the test below.
pub struct Child {
    process: std::process::Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Child {
    pub fn start(scene: &Scene, environment: &[(&str, &str)]) -> Self {
        let mut words = this_program();
        let mut command = Command::new(words.next().unwrap());
        command.args(words);
        command.args(["child::logs_in_as_often_as_it_is_told", "--exact", "--nocapture"]);
        for name in ["all_proxy", "https_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command
            .env(DIRECTORY, scene.path(""))
            .env(PROVIDER, scene.provider.address().to_string())
            .envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let stdin = process.stdin.take().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        Child { process, stdin, stdout }
    }

    #[cfg(unix)]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Logs in `times` times in a new [`Logins`](onerealm::Logins); gives what came of the last
    /// one, which is the first that failed, and the most memory that the process ever had, in KiB.
    pub fn log_in(&mut self, times: usize) -> (String, u64) {
        self.log_in_within(LONG, times)
    }

    /// The same with another deadline for each call.
    pub fn log_in_within(&mut self, deadline: Duration, times: usize) -> (String, u64) {
        writeln!(self.stdin, "{} {times}", deadline.as_secs()).unwrap();
        let mut line = String::new();
        while !line.starts_with("> ") {
            line.clear();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "the child is gone");
        }
        let mut words = line.split_whitespace().skip(1);
        let code = words.next().unwrap().to_owned();
        (code, words.next().unwrap().parse().unwrap())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It waits for another line.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The words that start this test binary again: before it the emulator that `ONEREALM_TEST_EMULATOR` names, where the
/// system runs no programs of this architecture.
fn this_program() -> impl Iterator<Item = OsString> {
    let emulator = env::var_os("ONEREALM_TEST_EMULATOR");
    emulator.into_iter().chain([env::current_exe().unwrap().into()])
}

/// What [`Child`] runs; alone it has nothing to do.
#[test]
fn logs_in_as_often_as_it_is_told() {
    let Ok(directory) = env::var(DIRECTORY) else { return };
    let network = env::var(SHARED.0).is_ok().then(Network::new);
    let provider = env::var(PROVIDER).unwrap().parse().unwrap();
    for line in io::stdin().lines().map_while(Result::ok) {
        let (deadline, times) = line.split_once(' ').unwrap();
        let deadline = Duration::from_secs(deadline.parse().unwrap());
        let mut logins = logins(Path::new(&directory)).with_deadline(deadline);
        if let Some(network) = &network {
            logins = logins.with_network(network.clone());
        }
        let mut outcome = "success";
        for _ in 0..times.parse().unwrap() {
            if let Err(error) = login(&logins, provider) {
                eprintln!("{error} {error:?}");
                outcome = error.code();
                break;
            }
        }
        println!("\n> {outcome} {}", peak_memory());
    }
}

/// `VmHWM` in KiB; 0 where the system doesn't tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
