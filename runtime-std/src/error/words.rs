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

/// The part of a message that repeats them.
pub(super) fn it_says(words: Option<&ProviderWords>) -> String {
    words.map(|words| format!(" (it says: {words})")).unwrap_or_default()
}
