//! Absolute URIs (RFC 3986), split into their parts unchanged.

use core::fmt;

use super::address::{decimal, is_ipv4, is_ipv6};
use super::cut::{cut, cut_last};

/// An absolute URI in its parts, each as written: nothing is decoded or normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uri<'a> {
    /// Before the first `:`.
    pub scheme: &'a str,
    /// After `//`, if present.
    pub authority: Option<Authority<'a>>,
    /// From the authority to the query.
    pub path: &'a str,
    /// After `?`, without it.
    pub query: Option<&'a str>,
    /// After `#`, without it.
    pub fragment: Option<&'a str>,
}

/// Host and port, and the text before `@`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority<'a> {
    /// Before `@`.
    pub userinfo: Option<&'a str>,
    /// A name, an IPv4 address, or an IPv6 address with its brackets.
    pub host: &'a str,
    /// After the last `:`.
    pub port: Option<u16>,
}

impl<'a> Uri<'a> {
    /// Splits `text` into its parts.
    ///
    /// # Errors
    ///
    /// [`UriError`] if it is not an absolute URI.
    pub fn parse(text: &'a str) -> Result<Self, UriError> {
        check_characters(text)?;
        let (scheme, rest) = cut(text, b':').ok_or(UriError::Scheme)?;
        check_scheme(scheme)?;
        let (rest, fragment) = split_optional(rest, b'#');
        let (rest, query) = split_optional(rest, b'?');
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.bytes().position(|b| b == b'/').unwrap_or(rest.len());
                let (authority, path) = rest.split_at_checked(end).ok_or(UriError::Authority)?;
                (Some(Authority::parse(authority)?), path)
            }
            None => (None, rest),
        };
        Ok(Uri { scheme, authority, path, query, fragment })
    }

    /// Whether the URI's scheme is `scheme`, given in lower case.
    pub fn has_scheme(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

impl<'a> Authority<'a> {
    fn parse(text: &'a str) -> Result<Self, UriError> {
        let (userinfo, host_and_port) = match cut_last(text, b'@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, text),
        };
        let host_end = match host_and_port.bytes().rposition(|b| b == b']') {
            Some(bracket) => bracket + 1,
            None => cut(host_and_port, b':').map_or(host_and_port.len(), |(host, _)| host.len()),
        };
        let (host, port) = host_and_port.split_at_checked(host_end).ok_or(UriError::Authority)?;
        check_host(host)?;
        Ok(Authority { userinfo, host, port: parse_port(port)? })
    }

    /// Whether the host is this machine itself: see [`is_loopback_host`].
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(self.host)
    }
}

/// Whether `host` names this machine: `localhost`, `[::1]`, or an address in 127.0.0.0/8 written
/// in full (RFC 8252 section 7.3).
pub fn is_loopback_host(host: &str) -> bool {
    let is_ipv4_loopback = host.starts_with("127.") && is_ipv4(host);
    host.eq_ignore_ascii_case("localhost") || host == "[::1]" || is_ipv4_loopback
}

fn check_characters(text: &str) -> Result<(), UriError> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let valid = match byte {
            b'%' => {
                let mut hex = || bytes.next().is_some_and(|b| b.is_ascii_hexdigit());
                hex() && hex()
            }
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => false,
            _ => byte.is_ascii_graphic(),
        };
        if !valid {
            return Err(UriError::Character);
        }
    }
    Ok(())
}

fn check_scheme(scheme: &str) -> Result<(), UriError> {
    let starts_with_letter = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    if starts_with_letter && scheme.bytes().all(valid) { Ok(()) } else { Err(UriError::Scheme) }
}

fn check_host(host: &str) -> Result<(), UriError> {
    let valid = match host.strip_prefix('[').map(|h| h.strip_suffix(']')) {
        Some(Some(address)) => is_ipv6(address),
        Some(None) => false,
        None => host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_')),
    };
    if valid && !host.is_empty() { Ok(()) } else { Err(UriError::Authority) }
}

fn parse_port(port: &str) -> Result<Option<u16>, UriError> {
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok(None),
        Some(digits) => decimal(digits).map(Some).ok_or(UriError::Authority),
        None => Err(UriError::Authority),
    }
}

fn split_optional(text: &str, separator: u8) -> (&str, Option<&str>) {
    match cut(text, separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Why text is not an absolute URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriError {
    /// A character not allowed in a URI, or a `%` without two hexadecimal digits.
    Character,
    /// Missing or invalid scheme.
    Scheme,
    /// Missing or invalid host, or invalid port.
    Authority,
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UriError::Character => "it has a character that a URI can't have",
            UriError::Scheme => "it doesn't begin with a scheme such as https:",
            UriError::Authority => "its host or port is missing or malformed",
        })
    }
}

impl core::error::Error for UriError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_cut_without_being_changed() {
        let uri = Uri::parse("HTTPS://user@Example.COM:08443/a%2Fb?x=1#f").unwrap();
        assert_eq!(uri.scheme, "HTTPS");
        let authority = uri.authority.unwrap();
        assert_eq!(authority.userinfo, Some("user"));
        assert_eq!((authority.host, authority.port), ("Example.COM", Some(8443)));
        assert_eq!((uri.path, uri.query, uri.fragment), ("/a%2Fb", Some("x=1"), Some("f")));
        let app = Uri::parse("com.example.app:/oauth").unwrap();
        assert_eq!((app.authority, app.path), (None, "/oauth"));
    }

    #[test]
    fn what_is_no_uri_is_refused() {
        for text in [
            "",
            "https",
            "//host",
            ":x",
            "1a://h",
            "https://",
            "https:///p",
            "https://h:/",
            "https://h:99999",
            "https://h:+1",
            "https://[::1",
            "https://[::g]",
            "https://[]",
            "https://h h",
            "https://h\\@e",
            "https://h/%2",
            "https://é",
            "https://h/\u{0}",
            "https://a@",
            "https://[::1]x",
            "https://h%41",
        ] {
            assert!(Uri::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["127.0.0.1", "127.255.255.254", "[::1]", "localhost", "LOCALHOST"] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in [
            "127.1",
            "127.0.0.256",
            "127.0.0.01",
            "127.0.0.1.",
            "127.0.0.1.example",
            "128.0.0.1",
            "::1",
            "[::2]",
            "localhost.",
            "localhost.example",
            "0.0.0.0",
            "0x7f.0.0.1",
            "127.0.0.+1",
            "[::ffff:127.0.0.1]",
            "127.0.0.",
            "127...1",
        ] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }
}
