//! Text kept for the life of a configuration.

use std::fmt;

use zeroize::Zeroizing;

/// An owned text, overwritten when it is dropped.
///
/// `Debug` shows it: secrets are in types that hide them, such as
/// [`ClientSecret`](onerealm_core::ClientSecret).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text(Zeroizing<String>);

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::from(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text(Zeroizing::new(text))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_ref(), f)
    }
}
