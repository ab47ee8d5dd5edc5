//! Redirect URLs as browsers write them (WHATWG URL Standard), for comparisons only: a provider
//! gets the configured or requested one, byte for byte.

use onerealm_core::RedirectUri;
use url::Url;

/// The redirect URI as a browser writes it: scheme and host in lower case, no default port, no dot
/// segments, `/` for an empty path. Text that is not a redirect URI stays unchanged.
pub(crate) fn as_browsers_write(text: &str) -> String {
    let written = RedirectUri::parse(text).ok().and_then(|uri| written(&uri));
    written.as_ref().map_or(text, RedirectUri::as_str).to_owned()
}

/// Whether a browser treats both as one redirect URI, apart from the port on loopback: see
/// [`RedirectUri::matches`].
pub(crate) fn matches(uri: &RedirectUri, registered: &RedirectUri) -> bool {
    let uri = written(uri).unwrap_or_else(|| uri.clone());
    uri.matches(&written(registered).unwrap_or_else(|| registered.clone()))
}

/// `None` if a browser could not go there.
fn written(uri: &RedirectUri) -> Option<RedirectUri> {
    let written = RedirectUri::parse(Url::parse(uri.as_str()).ok()?.as_str()).ok()?;
    // What waits there stays the same.
    (written.kind() == uri.kind()).then_some(written)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_redirect_url_is_written_as_browsers_do() {
        for (text, expected) in [
            ("https://pve.example", "https://pve.example/"),
            ("https://PVE.example:443", "https://pve.example/"),
            ("HTTPS://pve.example:8006", "https://pve.example:8006/"),
            ("https://pve.example:08006/", "https://pve.example:8006/"),
            ("https://pve.example/a/../b/./c", "https://pve.example/b/c"),
            ("https://pve.example/%2e%2E/b", "https://pve.example/b"),
            ("https://pve.example?a=b", "https://pve.example/?a=b"),
            ("https://[FD00:0::1]:8006", "https://[fd00::1]:8006/"),
            ("http://127.0.0.1:80/cb", "http://127.0.0.1/cb"),
            ("http://LOCALHOST:1/cb", "http://localhost:1/cb"),
            ("com.example.app:/a/../cb", "com.example.app:/cb"),
            // Browsers leave these unchanged.
            ("https://pve.example/a%2fb", "https://pve.example/a%2fb"),
            ("https://pve.example/a%2Fb", "https://pve.example/a%2Fb"),
            ("https://pve.example/%41", "https://pve.example/%41"),
            ("https://pve.example/cb/", "https://pve.example/cb/"),
            ("https://pve.example/Cb", "https://pve.example/Cb"),
            ("https://pve.example./", "https://pve.example./"),
            ("https://pve.example/?", "https://pve.example/?"),
            ("http://127.8.9.10/", "http://127.8.9.10/"),
            ("com.example.app:/cb", "com.example.app:/cb"),
            ("com.example.app://CB/", "com.example.app://CB/"),
            // No browser goes there.
            ("https://xn--a/", "https://xn--a/"),
            ("https://1.2.3.999/", "https://1.2.3.999/"),
        ] {
            RedirectUri::parse(text).unwrap();
            assert_eq!(as_browsers_write(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_redirect_url_stays_as_it_is() {
        for text in [
            "https://u@PVE.example/",
            "https://PVE.example/#x",
            "https://PVE.example/\\",
            " https://PVE.example/",
            "https:PVE.example",
            "https:/PVE.example/",
            "https://PVE.example\t/",
            "http://PVE.example/",
            "",
        ] {
            assert_eq!(as_browsers_write(text), text);
        }
    }

    #[test]
    fn hosts_of_this_machine_stay_different() {
        let hosts = ["127.0.0.1", "localhost", "[::1]", "127.0.0.2"];
        let written = hosts.map(|host| as_browsers_write(&format!("http://{host}/")));
        assert_eq!(written.iter().collect::<HashSet<_>>().len(), hosts.len());
    }

    #[test]
    fn a_redirect_url_that_would_be_too_long_stays_as_it_is() {
        let longest = format!("https://pve.example?{}", "a".repeat(235));
        assert_eq!(as_browsers_write(&longest), longest);
    }
}
