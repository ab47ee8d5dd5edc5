//! Where a redirect of metadata or keys leads: to the same origin, or nowhere.
//!
//! The target is read twice: as RFC 3986 writes it, and as the URL standard resolves it. It is
//! followed only if both see the same origin, and the request goes to the host and port of the first
//! URL as they are written there. So no spelling of a target can lead to another place.

use std::fmt;

use onerealm_core::wire::{Authority, Uri};
use url::Url;

use crate::http::Location;

/// How many redirects are followed before the document itself.
const HOPS: usize = 3;
/// The longest target, in characters.
const URL_LEN: usize = 1024;

/// The URL to ask next, after the URLs in `asked` led to one another and the last one to `location`.
pub(super) fn next(asked: &[String], location: &Location) -> Result<String, Refused> {
    let from = asked.last().ok_or(Refused::Malformed)?;
    let target = match location {
        Location::Missing => return Err(Refused::Missing),
        Location::Several => return Err(Refused::Several),
        Location::Malformed => return Err(Refused::Malformed),
        Location::To(location) => resolved(from, location)?,
    };
    if asked.contains(&target) {
        return Err(Refused::Loop);
    }
    if asked.len() > HOPS {
        return Err(Refused::TooMany);
    }
    Ok(target)
}

/// The target of a `Location` in an answer from `from`, which is in the same origin.
fn resolved(from: &str, location: &str) -> Result<String, Refused> {
    if !location.bytes().all(|byte| byte.is_ascii_graphic()) || location.contains('\\') {
        return Err(Refused::Malformed);
    }
    let origin = Uri::parse(from).ok().and_then(|uri| Origin::of(&uri));
    let origin = origin.ok_or(Refused::Malformed)?;
    // RFC 3986 section 4: with a scheme, without one but with an authority, or relative.
    let absolute = match location {
        location if has_scheme(location) => Some(location.to_owned()),
        location if location.starts_with("//") => Some(format!("{}:{location}", origin.scheme)),
        _ => None,
    };
    if let Some(absolute) = absolute {
        let uri = Uri::parse(&absolute).map_err(|_| Refused::Malformed)?;
        let target = Origin::of(&uri).ok_or(Refused::Malformed)?;
        if target.authority.userinfo.is_some() {
            return Err(Refused::Credentials);
        }
        if !target.is(&origin) {
            return Err(Refused::OtherOrigin);
        }
    }
    if location.contains('#') {
        return Err(Refused::Fragment);
    }
    let base = Url::parse(from).map_err(|_| Refused::Malformed)?;
    let target = base.join(location).map_err(|_| Refused::Malformed)?;
    if target.origin() != base.origin() || !target.username().is_empty() {
        return Err(Refused::OtherOrigin);
    }
    let query = target.query().map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("{}{}{query}", origin.text(from), target.path());
    match Uri::parse(&target) {
        Ok(_) if target.len() <= URL_LEN => Ok(target),
        _ => Err(Refused::Malformed),
    }
}

/// Scheme, host and port of a URL.
struct Origin<'u> {
    scheme: &'u str,
    authority: Authority<'u>,
}

impl<'u> Origin<'u> {
    fn of(uri: &Uri<'u>) -> Option<Self> {
        Some(Origin { scheme: uri.scheme, authority: uri.authority? })
    }

    /// RFC 6454 section 5: scheme and host in any case, the scheme's own port named or not.
    fn is(&self, other: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.authority.host.eq_ignore_ascii_case(other.authority.host)
            && self.port() == other.port()
    }

    fn port(&self) -> Option<u16> {
        let usual = match self.scheme.to_ascii_lowercase().as_str() {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        };
        self.authority.port.or(usual)
    }

    /// Its part of `url`, as it is written there.
    fn text<'t>(&self, url: &'t str) -> &'t str {
        let authority = self.scheme.len() + "://".len();
        let rest = url.get(authority..).unwrap_or_default();
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        url.get(..authority + end).unwrap_or(url)
    }
}

fn has_scheme(location: &str) -> bool {
    let scheme = location.split([':', '/', '?', '#']).next().unwrap_or_default();
    location.get(scheme.len()..).is_some_and(|rest| rest.starts_with(':'))
}

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Missing,
    Several,
    Malformed,
    Credentials,
    Fragment,
    OtherOrigin,
    Loop,
    TooMany,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::Missing => "it doesn't say where to",
            Refused::Several => "it has several targets",
            Refused::Malformed => "its target is no URL",
            Refused::Credentials => "its target has a user name",
            Refused::Fragment => "its target has a fragment",
            Refused::OtherOrigin => "its target is of another scheme, host or port",
            Refused::Loop => "it leads back to a URL that led here",
            Refused::TooMany => "it is one redirect too many",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "https://op.example/t/.well-known/openid-configuration";

    fn to(from: &str, location: &str) -> Result<String, Refused> {
        next(&[from.to_owned()], &Location::To(location.to_owned()))
    }

    #[test]
    fn a_target_in_the_same_origin_is_followed_as_rfc_3986_resolves_it() {
        for (location, expected) in [
            ("https://op.example/m", "https://op.example/m"),
            ("https://op.example/m?a=b&c=%20", "https://op.example/m?a=b&c=%20"),
            ("https://op.example", "https://op.example/"),
            ("https://op.example:443/m", "https://op.example/m"),
            ("HTTPS://OP.Example/m", "https://op.example/m"),
            ("//op.example/m", "https://op.example/m"),
            ("//OP.EXAMPLE:443/m", "https://op.example/m"),
            ("/m", "https://op.example/m"),
            ("m", "https://op.example/t/.well-known/m"),
            ("./m", "https://op.example/t/.well-known/m"),
            ("../m", "https://op.example/t/m"),
            ("../../../../m", "https://op.example/m"),
            ("?p=x", "https://op.example/t/.well-known/openid-configuration?p=x"),
            ("/m?next=https://evil.example/", "https://op.example/m?next=https://evil.example/"),
            ("/https://evil.example/", "https://op.example/https://evil.example/"),
            ("/m/a:b", "https://op.example/m/a:b"),
            ("./a:b", "https://op.example/t/.well-known/a:b"),
            ("/@evil.example/", "https://op.example/@evil.example/"),
        ] {
            assert_eq!(to(FROM, location).as_deref(), Ok(expected), "{location}");
        }
        let here = "http://127.0.0.1:9000/t";
        assert_eq!(to(here, "http://127.0.0.1:9000/m").unwrap(), "http://127.0.0.1:9000/m");
        assert_eq!(to("http://[::1]:9/t", "//[::1]:9/m").unwrap(), "http://[::1]:9/m");
        // The host stays as it was written first.
        assert_eq!(to("https://OP.example:443/t", "/m").unwrap(), "https://OP.example:443/m");
    }

    #[test]
    fn a_target_in_another_origin_is_refused() {
        for location in [
            "https://evil.example/",
            "https://sub.op.example/",
            "https://op.example.evil.example/",
            "https://op.example./m",
            "https://op.example:8443/m",
            "https://op.example:80/m",
            "http://op.example/m",
            "http://op.example:443/m",
            "http://127.0.0.1/m",
            "http://169.254.169.254/latest/meta-data",
            "//evil.example/m",
            "//op.example:8443/m",
            "ftp://op.example/m",
            "ws://op.example/m",
            "wss://op.example/m",
        ] {
            assert_eq!(to(FROM, location), Err(Refused::OtherOrigin), "{location}");
        }
        for (from, location) in [
            ("http://127.0.0.1:9/t", "https://127.0.0.1:9/t2"),
            ("http://127.0.0.1:9/t", "http://127.0.0.2:9/t2"),
            ("http://127.0.0.1:9/t", "http://localhost:9/t2"),
            ("http://localhost:9/t", "http://127.0.0.1:9/t2"),
            ("http://127.0.0.1:9/t", "http://127.1:9/t2"),
            ("http://127.0.0.1:9/t", "http://0x7f.0.0.1:9/t2"),
            ("http://127.0.0.1:9/t", "http://127.0.0.1:10/t2"),
            ("http://127.0.0.1/t", "http://127.0.0.1:443/t2"),
            ("http://[::1]:9/t", "http://[0:0:0:0:0:0:0:1]:9/t2"),
        ] {
            assert_eq!(to(from, location), Err(Refused::OtherOrigin), "{from} {location}");
        }
    }

    #[test]
    fn a_scheme_s_own_port_may_be_named_and_a_host_may_be_short() {
        for (from, location, expected) in [
            ("http://127.0.0.1/t", "http://127.0.0.1:80/m", "http://127.0.0.1/m"),
            ("http://127.0.0.1:80/t", "http://127.0.0.1/m", "http://127.0.0.1:80/m"),
            ("https://a.b/t/u", "/m", "https://a.b/m"),
            ("https://a.b?p", "/m", "https://a.b/m"),
        ] {
            assert_eq!(to(from, location).as_deref(), Ok(expected), "{from} {location}");
        }
    }

    /// What follows also asks the `url` crate.
    #[test]
    fn origins_are_compared_here_too() {
        let is_same = |one: &str, other: &str| {
            let [one, other] =
                [one, other].map(|url| Origin::of(&Uri::parse(url).unwrap()).unwrap());
            one.is(&other)
        };
        for (one, other, expected) in [
            ("https://h/", "https://h:443/", true),
            ("http://h/", "http://h:80/", true),
            ("https://H/", "HTTPS://h/", true),
            ("https://h/", "https://h:80/", false),
            ("https://h/", "https://h:8443/", false),
            ("https://h:8443/", "https://h:8444/", false),
            ("http://h/", "http://h:443/", false),
            ("https://h/", "http://h/", false),
            ("https://h/", "http://h:443/", false),
            ("https://h/", "https://h2/", false),
            ("https://h/", "https://h./", false),
        ] {
            assert_eq!(is_same(one, other), expected, "{one} {other}");
            assert_eq!(is_same(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn a_target_that_two_readers_could_read_in_two_ways_is_refused() {
        for location in [
            "",
            " ",
            "/m ",
            "/a b",
            "/\t/evil.example/",
            "/\n/evil.example/",
            "/\\evil.example/",
            "\\\\evil.example\\m",
            "https:\\\\evil.example/",
            "https://op.example\\@evil.example/",
            "https:/op.example/m",
            "https:op.example/m",
            "https:/m",
            "https:m",
            "https:///m",
            "///evil.example/m",
            "////evil.example/m",
            "//",
            "//@/m",
            "https://",
            "https://:443/m",
            "https://op.example:/m",
            "https://op.example:0443443/m",
            "https://op%2eexample/m",
            "https://%6fp.example/m",
            "https://ｏp.example/m",
            "https://op.example/é",
            "https://[op.example]/m",
            "/m%",
            "/m%zz",
            "javascript:alert(1)",
            "data:application/json,{}",
            "mailto:op@op.example",
            ":8443/m",
            "1https://op.example/m",
        ] {
            let refused = to(FROM, location);
            // An empty one leads to where it came from.
            let expected = if location.is_empty() { Refused::Loop } else { Refused::Malformed };
            assert_eq!(refused, Err(expected), "{location:?}");
        }
        let longest = "a".repeat(URL_LEN - "https://op.example/".len());
        assert!(to(FROM, &format!("/{longest}")).is_ok());
        assert_eq!(to(FROM, &format!("/{longest}a")), Err(Refused::Malformed));
    }

    #[test]
    fn a_target_with_a_user_name_or_a_fragment_is_refused() {
        for location in [
            "https://u@op.example/m",
            "https://u:p@op.example/m",
            "https://@op.example/m",
            "https://op.example@evil.example/m",
            "https://evil.example@op.example/m",
            "//u@op.example/m",
        ] {
            assert_eq!(to(FROM, location), Err(Refused::Credentials), "{location}");
        }
        for location in ["/m#f", "/m#", "#", "https://op.example/m#f", "?p#f"] {
            assert_eq!(to(FROM, location), Err(Refused::Fragment), "{location}");
        }
    }

    #[test]
    fn a_chain_has_an_end() {
        let chain = |urls: &[&str], location: &str| {
            let asked: Vec<_> = urls.iter().map(|url| format!("https://op.example{url}")).collect();
            next(&asked, &Location::To(location.to_owned()))
        };
        assert_eq!(chain(&["/a", "/b", "/c"], "/d").as_deref(), Ok("https://op.example/d"));
        assert_eq!(chain(&["/a", "/b", "/c", "/d"], "/e"), Err(Refused::TooMany));
        assert_eq!(chain(&["/a"], "/a"), Err(Refused::Loop));
        assert_eq!(chain(&["/a", "/b"], "/a"), Err(Refused::Loop));
        assert_eq!(chain(&["/a", "/b"], "/./x/../a"), Err(Refused::Loop));
        assert_eq!(chain(&["/a", "/b", "/c", "/d"], "/a"), Err(Refused::Loop));
        assert_eq!(next(&[], &Location::To("/a".to_owned())), Err(Refused::Malformed));
    }

    #[test]
    fn there_is_one_target_and_it_is_text() {
        for (location, expected) in [
            (Location::Missing, Refused::Missing),
            (Location::Several, Refused::Several),
            (Location::Malformed, Refused::Malformed),
        ] {
            assert_eq!(next(&[FROM.to_owned()], &location), Err(expected));
        }
    }
}
