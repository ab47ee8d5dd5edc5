//! The provider's own words about its refusal, made safe to show.

use std::fmt;

use onerealm_core::wire::{FormText, JsonStr};
use onerealm_core::{AuthorizationResponse, ErrorResponse};

use super::shown::{Secrets, decoded, shown};

/// `error` and `error_description`: bounded, control characters escaped, and without the secrets in
/// our request, even if the provider repeats one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderWords {
    /// The provider's `error`.
    pub error: String,
    /// The provider's `error_description`.
    pub description: Option<String>,
}

impl ProviderWords {
    /// From a response to a request with these secrets.
    pub(crate) fn of(error: &ErrorResponse<'_>, secrets: &Secrets) -> Self {
        let show = |text: JsonStr<'_>| shown(&secrets.hide(text.chars().collect()));
        ProviderWords { error: show(error.error), description: error.description.map(show) }
    }

    /// From the browser.
    pub(crate) fn of_authorization(response: &AuthorizationResponse<'_>) -> Option<Self> {
        Some(Self::of_form(response.error_text()?, response.error_description()))
    }

    /// From a response without a state, a whole URL or its query: anybody may have written them.
    pub fn unverified(response: &str) -> Option<Self> {
        let error = AuthorizationResponse::error_without_state(response)?;
        Some(Self::of_form(error.error, error.description))
    }

    fn of_form(error: FormText<'_>, description: Option<FormText<'_>>) -> Self {
        let show = |text: FormText<'_>| shown(&decoded(text));
        ProviderWords { error: show(error), description: description.map(show) }
    }

    /// Whether the description contains `needle`.
    pub(crate) fn mentions(&self, needle: &str) -> bool {
        self.description.as_deref().is_some_and(|text| text.contains(needle))
    }
}

impl fmt::Display for ProviderWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.description {
            Some(description) => write!(f, "{}: {description}", self.error),
            None => f.write_str(&self.error),
        }
    }
}

/// The sentence, and what the provider says besides: an error alone may be its last word already.
pub(super) fn with_words(sentence: &impl fmt::Display, words: Option<&ProviderWords>) -> String {
    let sentence = sentence.to_string();
    match words {
        Some(words) if sentence.rsplit(' ').next() != Some(words.to_string().as_str()) => {
            format!("{sentence} (it says: {words})")
        }
        _ => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_the_sentence_ends_with_is_not_said_twice() {
        let words = |error: &str, description: Option<&str>| {
            let description = description.map(str::to_owned);
            Some(ProviderWords { error: error.to_owned(), description })
        };
        for (words, said) in [
            (None, "refused with login_required"),
            (words("login_required", None), "refused with login_required"),
            (words("required", None), "refused with login_required (it says: required)"),
            (
                words("login_required", Some("sign in")),
                "refused with login_required (it says: login_required: sign in)",
            ),
        ] {
            assert_eq!(with_words(&"refused with login_required", words.as_ref()), said);
        }
    }
}
