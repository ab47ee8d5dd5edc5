//! The redirect URI. Its kind tells what sort of application receives the redirect.

use core::fmt;
use heapless::String;

use crate::error::error_enum;
use crate::policy::REDIRECT_URI_LEN;
use crate::wire::{Authority, Uri, contains, has_parameter};

/// A redirect URI, exactly as registered.
#[derive(Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String<REDIRECT_URI_LEN>,
    kind: RedirectUriKind,
}

/// The kind of application that receives the redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectUriKind {
    /// A web server: https, on any host.
    Web,
    /// A program on the end user's machine: http on a loopback host (RFC 8252 section 7.3).
    Loopback,
    /// A program with its own scheme (RFC 8252 section 7.1).
    PrivateUse,
}

impl RedirectUri {
    /// Checks the URI and determines its kind.
    ///
    /// # Errors
    ///
    /// [`RedirectUriError`]: it is not an absolute URI of one of these kinds, or is too long.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let uri = Uri::parse(text).map_err(|_| RedirectUriError::Malformed)?;
        if uri.fragment.is_some() {
            return Err(RedirectUriError::Fragment);
        }
        if uri.authority.is_some_and(|authority| authority.userinfo.is_some()) {
            return Err(RedirectUriError::Userinfo);
        }
        if uri.query.is_some_and(|query| has_parameter(query, &RESPONSE_PARAMETERS)) {
            return Err(RedirectUriError::Parameter);
        }
        let kind = kind(&uri)?;
        let text = String::try_from(text).map_err(|()| RedirectUriError::TooLong)?;
        Ok(RedirectUri { text, kind })
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The kind of application that receives the redirect.
    pub fn kind(&self) -> RedirectUriKind {
        self.kind
    }

    /// Whether this is the `registered` one: an exact match, except for the port of a loopback
    /// redirect URI, which the end user's machine chooses anew for each login (RFC 8252 section
    /// 7.3).
    pub fn matches(&self, registered: &RedirectUri) -> bool {
        let same_but_for_the_port = |uri| registered.on_any_port() == Some(uri);
        self == registered || self.on_any_port().is_some_and(same_but_for_the_port)
    }

    /// The parts of a loopback redirect URI without its port.
    fn on_any_port(&self) -> Option<Uri<'_>> {
        let uri = Uri::parse(&self.text).ok().filter(|_| self.kind == RedirectUriKind::Loopback)?;
        let authority = uri.authority.map(|authority| Authority { port: None, ..authority });
        Some(Uri { authority, ..uri })
    }
}

/// The parameters of authorization responses (OpenID Connect Core 3.1.2.5 and 3.1.2.6, Session
/// Management 2, RFC 9207, JARM), and those of flows that are not used here. A redirect URI that had
/// one would bring it back with each response.
const RESPONSE_PARAMETERS: [&str; 10] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
    "session_state",
    "response",
    "id_token",
    "access_token",
];

fn kind(uri: &Uri<'_>) -> Result<RedirectUriKind, RedirectUriError> {
    if uri.has_scheme("https") {
        uri.authority.map(|_| RedirectUriKind::Web).ok_or(RedirectUriError::Malformed)
    } else if uri.has_scheme("http") {
        match uri.authority {
            Some(authority) if authority.is_loopback() => Ok(RedirectUriKind::Loopback),
            Some(_) => Err(RedirectUriError::HttpElsewhere),
            None => Err(RedirectUriError::Malformed),
        }
    } else if contains(uri.scheme, b'.') {
        Ok(RedirectUriKind::PrivateUse)
    } else {
        Err(RedirectUriError::Scheme)
    }
}

impl fmt::Debug for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedirectUri({:?})", self.as_str())
    }
}

error_enum! {
    /// Why a redirect URI was refused: for the caller.
    pub enum RedirectUriError {
        /// Not an absolute URI.
        Malformed => "redirect_uri_malformed",
            "the redirect URL is no absolute URL: give one such as https://pve.example:8006 or http://127.0.0.1:51004/callback";
        /// It has a fragment.
        Fragment => "redirect_uri_fragment", "a redirect URL has no fragment (RFC 6749 section 3.1.2): leave out '#' and what follows";
        /// It has a user name.
        Userinfo => "redirect_uri_userinfo", "a redirect URL has no user name: leave out what stands before '@'";
        /// A parameter of authorization responses in its query.
        Parameter => "redirect_uri_parameter",
            "a redirect URL has no parameter in its query that the provider adds (code, state, iss, error, session_state, response and others): choose another name";
        /// http to another machine.
        HttpElsewhere => "redirect_uri_http",
            "http is for redirect URLs on 127.0.0.1, [::1] or localhost only: use https";
        /// A scheme that is neither web nor private-use.
        Scheme => "redirect_uri_scheme",
            "a redirect URL is https, http on this machine, or has a scheme with a dot in it such as com.example.app (RFC 8252 section 7.1)";
        /// Too long.
        TooLong => "redirect_uri_too_long", "a redirect URL has at most 255 characters";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_told_from_the_uri() {
        for (text, expected) in [
            ("https://pve.example:8006", Ok(RedirectUriKind::Web)),
            ("https://localhost/cb", Ok(RedirectUriKind::Web)),
            ("HTTPS://[fd00::1]:8006/", Ok(RedirectUriKind::Web)),
            ("http://127.0.0.1:51004/callback", Ok(RedirectUriKind::Loopback)),
            ("http://127.8.9.10/", Ok(RedirectUriKind::Loopback)),
            ("http://[::1]:1/", Ok(RedirectUriKind::Loopback)),
            ("http://localhost", Ok(RedirectUriKind::Loopback)),
            ("com.example.app:/oauth", Ok(RedirectUriKind::PrivateUse)),
            ("com.example.app://callback", Ok(RedirectUriKind::PrivateUse)),
            ("http://pve.example", Err(RedirectUriError::HttpElsewhere)),
            ("http://127.0.0.1.example/", Err(RedirectUriError::HttpElsewhere)),
            ("http://localhost.example/", Err(RedirectUriError::HttpElsewhere)),
            ("http://0.0.0.0/", Err(RedirectUriError::HttpElsewhere)),
            ("http://127.1/", Err(RedirectUriError::HttpElsewhere)),
            ("http://127.0.0.1@evil.example/", Err(RedirectUriError::Userinfo)),
            ("https://u:p@pve.example/", Err(RedirectUriError::Userinfo)),
            ("https://pve.example/#x", Err(RedirectUriError::Fragment)),
            ("https:pve.example", Err(RedirectUriError::Malformed)),
            ("http:/localhost", Err(RedirectUriError::Malformed)),
            ("javascript:alert(1)", Err(RedirectUriError::Scheme)),
            ("app:/cb", Err(RedirectUriError::Scheme)),
            ("/callback", Err(RedirectUriError::Malformed)),
            ("https://pve.example/\\evil", Err(RedirectUriError::Malformed)),
            ("", Err(RedirectUriError::Malformed)),
        ] {
            assert_eq!(RedirectUri::parse(text).map(|uri| uri.kind()), expected, "{text}");
        }
    }

    #[test]
    fn case_195_a_redirect_uri_has_no_parameter_of_a_response() {
        for name in RESPONSE_PARAMETERS {
            let encoded: std::string::String =
                name.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let one =
                format!("{}%{:02X}", &name[..name.len() - 1], name.as_bytes()[name.len() - 1]);
            for name in [name, &encoded, &one] {
                for query in [
                    format!("{name}=x"),
                    format!("{name}="),
                    name.to_owned(),
                    format!("a=b&{name}=x"),
                    format!("&&{name}=x&a=b"),
                    format!("{name}=x=y"),
                ] {
                    for start in
                        ["https://pve.example/cb", "http://127.0.0.1/", "com.example.app:/cb"]
                    {
                        let uri = format!("{start}?{query}");
                        assert_eq!(
                            RedirectUri::parse(&uri),
                            Err(RedirectUriError::Parameter),
                            "{uri}"
                        );
                    }
                }
            }
        }
        for uri in [
            "https://pve.example/?",
            "https://pve.example/?codes=x&Code=x&the_code=x&a=code&a=state=x",
            "https://pve.example/code=x/state=y?a=?code=x",
            "https://pve.example/?%2563ode=x&+code=x",
            "https://pve.example/?a;code=x",
        ] {
            assert!(RedirectUri::parse(uri).is_ok(), "{uri}");
        }
    }

    #[test]
    fn a_redirect_uri_is_the_registered_one_to_the_letter_but_for_the_port_on_loopback() {
        let rows: &[(&str, &[&str], &[&str])] = &[
            (
                "https://pve.example:8006",
                &["https://pve.example:8006"],
                &[
                    "https://pve.example:8006/",
                    "https://pve.example",
                    "https://pve.example:8007",
                    "https://PVE.example:8006",
                    "HTTPS://pve.example:8006",
                    "https://pve.example:08006",
                    "https://pve.example:8006?x",
                    "https://pve.example.evil.example:8006",
                    "http://localhost:8006",
                ],
            ),
            // https on this machine is a web server's, so its port counts.
            ("https://localhost/cb", &["https://localhost/cb"], &["https://localhost:1/cb"]),
            (
                "http://127.0.0.1/callback",
                &[
                    "http://127.0.0.1/callback",
                    "http://127.0.0.1:1/callback",
                    "http://127.0.0.1:51004/callback",
                    "http://127.0.0.1:65535/callback",
                ],
                &[
                    "http://127.0.0.1",
                    "http://127.0.0.1/",
                    "http://127.0.0.1/callback/",
                    "http://127.0.0.1/Callback",
                    "http://127.0.0.1/callback?x",
                    "http://127.0.0.1/callback?",
                    "http://127.0.0.1/%63allback",
                    "http://127.0.0.1/x/../callback",
                    "http://127.0.0.2/callback",
                    "http://localhost/callback",
                    "http://[::1]/callback",
                    "https://127.0.0.1/callback",
                    "HTTP://127.0.0.1/callback",
                ],
            ),
            (
                "http://127.0.0.1:8000/cb?a=b",
                &["http://127.0.0.1/cb?a=b", "http://127.0.0.1:9/cb?a=b"],
                &["http://127.0.0.1/cb?a=c", "http://127.0.0.1/cb"],
            ),
            ("http://[::1]/", &["http://[::1]:7/"], &["http://[::1]:7", "http://127.0.0.1:7/"]),
            (
                "http://localhost",
                &["http://localhost:7"],
                &["http://LOCALHOST:7", "http://localhost:7/"],
            ),
            (
                "com.example.app:/oauth",
                &["com.example.app:/oauth"],
                &["com.example.app://oauth", "com.example.app:/oauth/", "com.example.app:80/oauth"],
            ),
        ];
        let parse = |text: &str| RedirectUri::parse(text).unwrap();
        for (registered, matching, others) in rows {
            for text in *matching {
                assert!(parse(text).matches(&parse(registered)), "{text} is {registered}");
            }
            for text in *others {
                assert!(!parse(text).matches(&parse(registered)), "{text} is not {registered}");
            }
        }
    }

    #[test]
    fn a_uri_that_is_too_long_is_refused_whole() {
        let url = |n: usize| format!("https://h/{}", "a".repeat(n - 10));
        assert!(RedirectUri::parse(&url(255)).is_ok());
        assert_eq!(RedirectUri::parse(&url(256)), Err(RedirectUriError::TooLong));
    }
}
