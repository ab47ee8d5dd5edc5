//! Redirects that are not followed.

use super::advice;
use super::difference::Difference;
use super::shown::{Secrets, quoted};
use crate::http::Location;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redirected {
    Metadata,
    Keys,
    /// Token and userinfo endpoints, which see secrets.
    Endpoint,
}

impl Difference {
    /// Of a redirect with this status, and why it is not followed; without the secrets of the request.
    pub(crate) fn of_redirect(
        of: Redirected,
        status: u16,
        location: &Location,
        why: Option<&str>,
        secrets: &Secrets,
    ) -> Self {
        let (expected, advice) = match of {
            Redirected::Metadata => (WITHIN_ORIGIN, advice::REDIRECTED_METADATA),
            Redirected::Keys => (WITHIN_ORIGIN, advice::REDIRECTED_KEYS),
            Redirected::Endpoint => (NEVER, advice::REDIRECTED_ENDPOINT),
        };
        let target = match location {
            Location::To(target) => format!(" to {}", quoted(&secrets.hide(target.clone()))),
            Location::Missing => " without a target".to_owned(),
            Location::Several => " with several targets".to_owned(),
            Location::Malformed => " with a target that is not UTF-8".to_owned(),
        };
        let why = why.map(|why| format!(", and {why}")).unwrap_or_default();
        Difference::new(expected, format!("HTTP status {status}{target}{why}"), advice)
    }
}

const WITHIN_ORIGIN: &str =
    "HTTP status 200, or up to three redirects to the same scheme, host and port";
const NEVER: &str = "HTTP status 200, as a redirect of this endpoint is never followed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_bounded_and_escaped() {
        let hostile = format!("https://evil.example/\u{1b}[2J\"\r\n\u{202e}{}", "a".repeat(9000));
        for of in [Redirected::Metadata, Redirected::Keys, Redirected::Endpoint] {
            let to = Location::To(hostile.clone());
            let shown =
                Difference::of_redirect(of, 302, &to, Some("why"), &Secrets::default()).came;
            assert!(
                shown.contains(r#"to "https://evil.example/\u{1b}[2J\"\r\n\u{202e}aaa"#),
                "{shown}"
            );
            assert!(shown.len() < 700 && !shown.contains(char::is_control), "{shown}");
        }
    }
}
