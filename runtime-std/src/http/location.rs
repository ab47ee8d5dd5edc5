//! Where an answer says that something is: its `Location`.

use ureq::http::HeaderMap;
use ureq::http::header::LOCATION;

/// The `Location` of an answer, as it came: nothing is believed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Missing,
    /// Said more than once, perhaps differently.
    Several,
    /// Not UTF-8.
    Malformed,
    To(String),
}

impl Location {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut said = headers.get_all(LOCATION).iter();
        match (said.next(), said.next()) {
            (None, _) => Location::Missing,
            (Some(_), Some(_)) => Location::Several,
            (Some(one), None) => match std::str::from_utf8(one.as_bytes()) {
                Ok(text) => Location::To(text.to_owned()),
                Err(_) => Location::Malformed,
            },
        }
    }
}
