//! What a command that succeeded prints.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use onerealm::Class;
use serde_json::Value;

use crate::failure::Failure;

/// What a command gave, in both forms.
pub(crate) struct Outcome {
    json: Option<Value>,
    text: String,
    /// Why it failed all the same.
    failure: Option<Failure>,
}

impl Outcome {
    pub(crate) fn of(json: Value, text: impl Into<String>) -> Self {
        Outcome { json: Some(json), text: text.into(), failure: None }
    }

    #[cfg(any(feature = "completions", feature = "pve"))]
    pub(crate) fn text(text: &str) -> Self {
        Outcome { json: None, text: text.to_owned(), failure: None }
    }

    /// The same with an exit status and a message of its own.
    pub(crate) fn and_failure(self, failure: Failure) -> Self {
        Outcome { failure: Some(failure), ..self }
    }

    pub(crate) fn print(self, json: bool) -> ExitCode {
        let text = match (self.json, json) {
            (Some(value), true) => value.to_string(),
            _ => self.text,
        };
        let mut stdout = std::io::stdout();
        match writeln!(stdout, "{}", text.trim_end()).and_then(|()| stdout.flush()) {
            // Who closed the other end has read enough.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                let sentence =
                    format!("it was done, but what comes of it can't be written: {error}");
                Failure::new("output", sentence, Class::Storage as u8).report(json)
            }
            _ => match self.failure {
                Some(failure) => failure.report(json),
                None => ExitCode::SUCCESS,
            },
        }
    }
}
