//! Why a command failed: what it prints, and its exit status.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use onerealm::{Class, Error, Explanation, RealmsError, Who};
use onerealm_core::RedirectUriError;
use onerealm_domains_cfg::{ConfigError, EditError};
use serde_json::json;

use crate::output::{visible, visible_line};

/// The fix of wrong arguments where nobody knows a better one.
const HELP: &str = "see onerealm --help";

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure(Box<Told>);

/// What is told of it.
#[derive(Debug)]
struct Told {
    code: &'static str,
    sentence: String,
    expected: Option<String>,
    came: Option<String>,
    /// Who must act.
    who: &'static str,
    fix: Option<Cow<'static, str>>,
    status: u8,
}

impl Failure {
    pub(crate) fn new(code: &'static str, sentence: impl Into<String>, status: u8) -> Self {
        let who = match status {
            3 => Who::RealmAdministrator,
            4 => Who::EndUser,
            5 | 6 => Who::ProviderAdministrator,
            7 | 8 => Who::SystemAdministrator,
            _ => Who::Caller,
        };
        let (sentence, who) = (sentence.into(), who.as_str());
        Failure::of(Told { code, sentence, expected: None, came: None, who, fix: None, status })
    }

    /// The arguments are wrong.
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Failure::new("usage", sentence, 2).fixed_by(HELP)
    }

    /// The same with the help of the command that failed, where it would name that of all.
    pub(crate) fn with_help(self, help: String) -> Self {
        if self.0.fix.as_deref() == Some(HELP) { self.fixed_by(help) } else { self }
    }

    fn of(told: Told) -> Self {
        Failure(Box::new(told))
    }

    pub(crate) fn fixed_by(mut self, fix: impl Into<Cow<'static, str>>) -> Self {
        self.0.fix = Some(fix.into());
        self
    }

    pub(crate) fn left_to(mut self, who: &'static str) -> Self {
        self.0.who = who;
        self
    }

    #[cfg(feature = "pve")]
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// Its stable name, and the exit status.
    pub(crate) fn code_and_status(&self) -> (&'static str, u8) {
        (self.0.code, self.0.status)
    }

    /// The same with the place where the realms are, if whoever keeps them has to act and it isn't named yet.
    pub(crate) fn in_realms_of(mut self, source: &str) -> Self {
        let told = &mut self.0;
        if told.who == Who::RealmAdministrator.as_str() && !told.sentence.contains(source) {
            told.sentence = format!("{} (the realms are those of {source})", told.sentence);
        }
        self
    }

    /// What it prints, without colours.
    pub(crate) fn text(&self) -> String {
        self.0.lines(false)
    }

    pub(crate) fn report(self, json: bool) -> ExitCode {
        let text = match json {
            true => visible(&self.0.to_json()).into_owned(),
            // Colours are escapes too; the texts between them are visible.
            false => self.0.lines(takes_colour()),
        };
        let _ = writeln!(std::io::stderr(), "{text}");
        ExitCode::from(self.0.status)
    }
}

impl Told {
    fn to_json(&self) -> String {
        json!({"error": {
            "code": self.code, "message": self.sentence, "expected": self.expected, "came": self.came,
            "who": self.who, "fix": self.fix, "exit_status": self.status,
        }})
        .to_string()
    }

    /// One line for each thing that there is to say.
    fn lines(&self, in_colour: bool) -> String {
        let sentence = format!("{} [{}]", self.sentence, self.code);
        let lines = [
            ("error", Some(&*sentence)),
            ("expected", self.expected.as_deref()),
            ("came", self.came.as_deref()),
            ("fix", self.fix.as_deref()),
        ];
        let lines = lines.into_iter().filter_map(|(label, text)| Some((label, text?)));
        let line = |(label, text)| labelled(label, text, in_colour);
        lines.map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A line that nothing in `text` can end.
fn labelled(label: &str, text: &str, in_colour: bool) -> String {
    let text = visible_line(text);
    match (label, in_colour) {
        (_, false) => format!("{label}: {text}"),
        ("error", true) => format!("\x1b[1;31m{label}:\x1b[0m {text}"),
        (_, true) => format!("\x1b[1m{label}:\x1b[0m {text}"),
    }
}

/// Whether standard error is a terminal where colours are shown and wanted.
fn takes_colour() -> bool {
    wants_colour(|name| std::env::var_os(name)) && std::io::stderr().is_terminal()
}

fn wants_colour(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_unwanted = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
    !is_unwanted && !is_dumb
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Explanation { code, sentence, expected, came, who, fix, .. } =
            error.explanation().clone();
        let (who, status) = (who.as_str(), error.class() as u8);
        Failure::of(Told { code, sentence, expected, came, who, fix, status })
    }
}

impl From<RealmsError> for Failure {
    fn from(error: RealmsError) -> Self {
        Error::from(error).into()
    }
}

impl From<RedirectUriError> for Failure {
    fn from(error: RedirectUriError) -> Self {
        Error::from(error).into()
    }
}

/// The file with the realms can't be read.
impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let failure = Failure::new(error.code(), error.to_string(), Class::Realm as u8);
        failure.left_to(Who::SystemAdministrator.as_str())
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
        Failure::new(error.code(), error.to_string(), class as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        let failure = Failure::new("some_code", "a sentence\nfix: forged", 3).fixed_by("do this");
        Told { came: Some("\u{1b}[2J\u{9b}".to_owned()), ..*failure.0 }
    }

    #[test]
    fn each_thing_to_say_has_a_line_that_its_text_cannot_end() {
        assert_eq!(
            told().lines(false),
            "error: a sentence\\u000afix: forged [some_code]\ncame: \\u001b[2J\\u009b\nfix: do this"
        );
    }

    #[test]
    fn only_labels_are_coloured() {
        let lines = told().lines(true);
        for line in lines.lines() {
            assert_eq!(line.matches('\x1b').count(), 2, "{line:?}");
            assert!(line.contains(":\x1b[0m "), "{line:?}");
        }
        assert!(lines.starts_with("\x1b[1;31merror:\x1b[0m a sentence"), "{lines:?}");
    }

    #[test]
    fn who_wants_no_colour_gets_none() {
        for (no_color, term, expected) in [
            (None, Some("xterm"), true),
            (None, None, true),
            (Some(""), Some("xterm"), true),
            (Some("1"), Some("xterm"), false),
            (Some("0"), Some("xterm"), false),
            (None, Some("dumb"), false),
        ] {
            let variable = |name: &str| {
                let value = if name == "TERM" { term } else { no_color };
                value.map(OsString::from)
            };
            assert_eq!(wants_colour(variable), expected, "{no_color:?} {term:?}");
        }
    }

    #[test]
    fn json_has_the_same_fields_by_the_same_names() {
        let error: serde_json::Value = serde_json::from_str(&told().to_json()).unwrap();
        let expected = json!({"error": {
            "code": "some_code", "message": "a sentence\nfix: forged", "expected": null,
            "came": "\u{1b}[2J\u{9b}", "who": "realm_administrator", "fix": "do this", "exit_status": 3,
        }});
        assert_eq!(error, expected);
    }
}
