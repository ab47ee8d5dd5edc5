//! What an answer shows, in words and as a verdict.

use crate::error::Error;
use crate::error::refused_documents::head;
use crate::error::shown::Secrets;
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
pub(super) fn came(answer: &Answer, words: Option<&ProviderWords>, secrets: &Secrets) -> String {
    match words {
        Some(words) => format!("HTTP status {}, {words}", answer.status()),
        None => head(&answer.response(), secrets),
    }
}

/// A page of the provider's, by its title if it has one.
pub(super) fn page(answer: &Answer) -> String {
    let secrets = Secrets::default();
    came(answer, ProviderWords::of_refusal(answer, &secrets).as_ref(), &secrets)
}
