//! Parameters of a query or a form.

use url::form_urlencoded;

/// Decoded parameters, in the order received.
#[derive(Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The parameters after the first of `marks` in a URL.
    pub(crate) fn after(url: &str, marks: [char; 2]) -> Self {
        let query = url.split_once(marks).map_or("", |(_, query)| query);
        Self::parse(query.as_bytes())
    }

    /// The value of the first parameter with this name, even if it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let same = self.0.iter().find(|(candidate, _)| candidate == name);
        same.map(|(_, value)| value.as_str())
    }

    /// The value; an empty one counts as absent (RFC 6749, section 3.1).
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Whether any name occurs twice, forbidden by RFC 6749, section 3.1.
    pub(crate) fn has_duplicates(&self) -> bool {
        let mut names: Vec<_> = self.0.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair.first() == pair.last())
    }
}
