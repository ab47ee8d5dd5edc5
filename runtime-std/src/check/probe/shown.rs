//! What an answer shows, in words and as a verdict.

use crate::error::Error;
use crate::error::shown::{Secrets, shown};
use crate::error::words::ProviderWords;
use crate::http::Answer;

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A login would get on.
    Good,
    /// A login would be refused.
    Bad,
    /// The answer leaves it open.
    Open,
}

impl Verdict {
    /// `good`, `bad` or `open`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Good => "good",
            Verdict::Bad => "bad",
            Verdict::Open => "open",
        }
    }
}

/// What an answer shows.
pub(super) struct Shown {
    pub(super) came: String,
    pub(super) meaning: String,
    pub(super) verdict: Verdict,
}

impl Shown {
    pub(super) fn new(verdict: Verdict, came: String, meaning: impl Into<String>) -> Self {
        Shown { came, meaning: meaning.into(), verdict }
    }
}

/// Nothing came that could be read.
pub(super) fn no_answer(error: &Error) -> Shown {
    let fix = error.explanation().fix.clone();
    let meaning = fix.unwrap_or("the provider's answer can't be read: try a login".into());
    Shown::new(Verdict::Open, error.to_string(), meaning)
}

/// An answer in a few words.
pub(super) fn came(answer: &Answer, words: Option<&ProviderWords>) -> String {
    let status = answer.status();
    match (words, answer.response().content_type) {
        (Some(words), _) => format!("HTTP status {status}, {words}"),
        (None, Some(content_type)) => format!("HTTP status {status}, {}", shown(content_type)),
        (None, None) => format!("HTTP status {status}"),
    }
}

/// A page of the provider's, by its title if it has one.
pub(super) fn page(answer: &Answer) -> String {
    came(answer, ProviderWords::of_refusal(answer, &Secrets::default()).as_ref())
}
