//! What the command prints, and its exit status.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use onerealm::{Class, Error, RealmsError};
use onerealm_core::RedirectUriError;
use onerealm_domains_cfg::{ConfigError, EditError};
use serde_json::{Value, json};

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
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Failure::Other {
                code: "output",
                message: format!("it was done, but what comes of it can't be written: {error}"),
                advice: None,
                status: Class::Storage as u8,
            }
            .report(json),
            _ => match self.failure {
                Some(failure) => failure.report(json),
                None => ExitCode::SUCCESS,
            },
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments.
    Usage(String),
    /// The login.
    Login(Error),
    /// Something of the command's own.
    Other { code: &'static str, message: String, advice: Option<&'static str>, status: u8 },
}

impl Failure {
    pub(crate) fn report(self, json: bool) -> ExitCode {
        let (code, message, advice, status) = match &self {
            Failure::Usage(message) => ("usage", message.clone(), Some("see onerealm --help"), 2),
            Failure::Login(error) => {
                (error.code(), error.to_string(), error.advice(), error.class() as u8)
            }
            Failure::Other { code, message, advice, status } => {
                (*code, message.clone(), *advice, *status)
            }
        };
        let difference = match &self {
            Failure::Login(error) => error.difference(),
            Failure::Usage(_) | Failure::Other { .. } => None,
        };
        let text = if json {
            let (expected, came) = difference.map(|d| (d.expected, d.came)).unzip();
            json!({"error": {
                "code": code, "message": message, "advice": advice, "exit_status": status,
                "expected": expected, "came": came,
            }})
            .to_string()
        } else {
            let advice = advice.map(|advice| format!("\nadvice: {advice}")).unwrap_or_default();
            format!("onerealm: {message} [{code}]{advice}")
        };
        let _ = writeln!(std::io::stderr(), "{text}");
        ExitCode::from(status)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Login(error)
    }
}

impl From<RealmsError> for Failure {
    fn from(error: RealmsError) -> Self {
        Failure::Login(error.into())
    }
}

impl From<RedirectUriError> for Failure {
    fn from(error: RedirectUriError) -> Self {
        Failure::Login(error.into())
    }
}

/// The file with the realms can't be read.
impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        Failure::Other { code, message, advice: None, status: Class::Realm as u8 }
    }
}

/// The file with the realms was not changed.
impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        let class = match error {
            EditError::Changed { .. } | EditError::Busy { .. } | EditError::Unwritable { .. } => {
                Class::Storage
            }
            _ => Class::Realm,
        };
        let (code, message) = (error.code(), error.to_string());
        Failure::Other { code, message, advice: None, status: class as u8 }
    }
}
