//! The command at a terminal, which `script` gives it.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Longer than anything takes here, however slow the machine.
const LONG: Duration = Duration::from_secs(120);

pub struct Terminal {
    child: Child,
    stdin: ChildStdin,
    said: Arc<Mutex<String>>,
    /// How much of it has been waited for.
    heard: usize,
    reading: JoinHandle<()>,
}

impl Terminal {
    /// Runs `inner`, and then shows how it left the terminal.
    pub fn run(inner: &Command) -> Self {
        let words = [inner.get_program()].into_iter().chain(inner.get_args());
        let line: String = words.map(|word| format!("'{}' ", word.to_str().unwrap())).collect();
        // Ctrl-C is for the shell too, and not each of them goes on by itself.
        let line =
            format!("trap : INT; {line}; status=$?; echo; stty -a; echo the end; exit $status");
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]);
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = script.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let to = Arc::clone(&said);
        let reading = thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stdout.read(&mut piece) {
                to.lock().unwrap().push_str(&String::from_utf8_lossy(&piece[..length]));
            }
        });
        Terminal { child, stdin, said, heard: 0, reading }
    }

    /// Waits until it says these words, after those that were waited for before.
    pub fn says(&mut self, words: &str) {
        let since = Instant::now();
        loop {
            let said = self.said.lock().unwrap().clone();
            if let Some(at) = said[self.heard..].find(words) {
                self.heard += at + words.len();
                return;
            }
            assert!(since.elapsed() < LONG, "{words}: {said}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn types(&mut self, keys: &str) {
        self.stdin.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the question, and answers it.
    pub fn answers(&mut self, question: &str, answer: &str) {
        self.says(question);
        self.types(&format!("{answer}\n"));
    }

    /// The exit status, and everything that was shown. The terminal is as it was.
    pub fn ended(mut self) -> (i32, String) {
        self.says("the end");
        drop(self.stdin);
        let status = self.child.wait().unwrap().code().unwrap();
        self.reading.join().unwrap();
        let said = self.said.lock().unwrap().clone();
        assert!(said.contains(" icanon") && said.contains(" echo "), "{said}");
        (status, said)
    }
}
