//! What a provider says of its refusal, made fit to be shown.

use std::fmt;

use onerealm_core::wire::{FormText, JsonStr};
use onerealm_core::{AuthorizationResponse, ErrorResponse, HttpRequest};

/// The longest piece of a provider's text that is shown, in characters.
const SHOWN: usize = 400;

/// `error` and `error_description`: bounded, control characters escaped, and without the secrets
/// that were sent, should the provider repeat one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderWords {
    /// The provider's `error`.
    pub error: String,
    /// The provider's `error_description`.
    pub description: Option<String>,
}

impl ProviderWords {
    /// The words of a response to `request`, which was made with `keys`.
    pub(crate) fn of(error: &ErrorResponse<'_>, request: &HttpRequest<'_>, keys: &[&str]) -> Self {
        let decoded = |text: FormText<'_>| {
            String::from_utf8_lossy(&text.bytes().collect::<Vec<_>>()).into_owned()
        };
        let keys = keys.iter().map(|key| (*key).to_owned());
        let secrets: Vec<_> = request.secrets().map(decoded).chain(keys).collect();
        let show = |text: JsonStr<'_>| shown(text.chars().collect(), &secrets);
        ProviderWords { error: show(error.error), description: error.description.map(show) }
    }

    /// The words that the end user's browser brought.
    pub(crate) fn of_authorization(response: &AuthorizationResponse<'_>) -> Option<Self> {
        let show = |text: FormText<'_>| {
            let bytes: Vec<u8> = text.bytes().collect();
            shown(String::from_utf8_lossy(&bytes).into_owned(), &[])
        };
        Some(ProviderWords {
            error: show(response.error_text()?),
            description: response.error_description().map(show),
        })
    }

    /// Whether `needle` is somewhere in the description.
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

fn shown(mut text: String, secrets: &[String]) -> String {
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), "(hidden)");
    }
    let mut shown = String::new();
    for c in text.chars().take(SHOWN) {
        // Line ends, terminal escapes and directional overrides would forge what is around them.
        if c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_provider_is_bounded_and_escaped() {
        let text = format!("\u{1b}[31mred\r\nforged line\u{202e}{}", "x".repeat(1000));
        let shown = shown(text, &[]);
        assert!(shown.starts_with("\\u{1b}[31mred\\r\\nforged line\\u{202e}xxx"), "{shown}");
        assert!(shown.ends_with("x…") && shown.chars().count() < 450, "{shown}");
    }

    #[test]
    fn a_secret_that_the_provider_repeats_is_hidden() {
        let secrets = ["c0de".to_owned(), String::new()];
        assert_eq!(shown("no c0de like c0de".to_owned(), &secrets), "no (hidden) like (hidden)");
    }
}
