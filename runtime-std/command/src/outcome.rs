//! What a command that succeeded prints.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use onerealm::Class;
use serde_json::Value;

use crate::failure::Failure;
use crate::output;

/// What a command gave, in both forms.
pub(crate) struct Outcome {
    json: Option<Value>,
    text: String,
    unread: Unread,
    /// Why it failed all the same.
    failure: Option<Failure>,
}

/// What it means if nobody can read the outcome.
#[derive(Clone, Copy, PartialEq)]
enum Unread {
    /// A failure: it is nowhere else.
    Lost,
    /// What was asked for is done. A failure all the same, unless standard output was thrown away.
    Done,
    /// Nothing: a reader that left has read enough.
    #[cfg(feature = "completions")]
    Enough,
}

impl Outcome {
    pub(crate) fn of(json: Value, text: impl Into<String>) -> Self {
        Outcome { json: Some(json), text: text.into(), unread: Unread::Done, failure: None }
    }

    #[cfg(any(feature = "completions", feature = "pve"))]
    pub(crate) fn text(text: &str) -> Self {
        Outcome { json: None, text: text.to_owned(), unread: Unread::Done, failure: None }
    }

    /// The same with an exit status and a message of its own.
    pub(crate) fn and_failure(self, failure: Failure) -> Self {
        Outcome { failure: Some(failure), ..self }
    }

    /// The same, if it is nowhere else.
    pub(crate) fn only_here(self) -> Self {
        Outcome { unread: Unread::Lost, ..self }
    }

    /// The same, if whoever reads a part of it may leave.
    #[cfg(feature = "completions")]
    pub(crate) fn in_part(self) -> Self {
        Outcome { unread: Unread::Enough, ..self }
    }

    pub(crate) fn print(self, json: bool) -> ExitCode {
        let text = match (&self.json, json) {
            (Some(value), true) => &value.to_string(),
            _ => &self.text,
        };
        let printed = match self.unread {
            Unread::Lost if output::is_closed() => Err(ErrorKind::NotConnected.into()),
            _ => output::print(text),
        };
        match (printed, self.failure) {
            #[cfg(feature = "completions")]
            (Err(error), None)
                if error.kind() == ErrorKind::BrokenPipe && self.unread == Unread::Enough =>
            {
                ExitCode::SUCCESS
            }
            // What failed by itself has a status that says more.
            (_, Some(failure)) => failure.report(json),
            (Err(error), None) => not_written(&error).report(json),
            (Ok(()), None) => ExitCode::SUCCESS,
        }
    }
}

/// Standard output can't be written to.
pub(crate) fn not_written(error: &io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::NotConnected => "standard output is closed".to_owned(),
        ErrorKind::BrokenPipe => "nobody reads standard output any more".to_owned(),
        _ => error.to_string(),
    };
    let sentence = format!("it was done, but the result can't be written: {why}");
    Failure::new("output", sentence, Class::Storage as u8)
}
