//! Which redirect URIs match a registered one.

/// Whether `asked` matches the registered redirect URI.
///
/// They must be equal, with Entra ID's two exceptions: a URI without a path may be sent with `/`, and a loopback URI
/// may have any port. Path and case must always match, and `localhost` is not `127.0.0.1`.
pub(crate) fn matches(registered: &str, asked: &str) -> bool {
    let is_same_with_path = !has_path(registered) && asked.strip_suffix('/') == Some(registered);
    asked == registered || is_same_with_path || matches_loopback(registered, asked)
}

fn matches_loopback(registered: &str, asked: &str) -> bool {
    let (Some(registered), Some(asked)) = (Loopback::parse(registered), Loopback::parse(asked))
    else {
        return false;
    };
    let is_same_with_path = registered.rest.is_empty() && asked.rest == "/";
    registered.host == asked.host && (registered.rest == asked.rest || is_same_with_path)
}

fn has_path(uri: &str) -> bool {
    uri.split_once("://").is_none_or(|(_, rest)| rest.contains(['/', '?']))
}

/// A loopback URI without its port.
struct Loopback<'a> {
    host: &'static str,
    rest: &'a str,
}

impl<'a> Loopback<'a> {
    fn parse(uri: &'a str) -> Option<Self> {
        ["http://localhost", "http://127.0.0.1"]
            .into_iter()
            .find_map(|host| Self::parse_with(host, uri))
    }

    fn parse_with(host: &'static str, uri: &'a str) -> Option<Self> {
        let after_host = uri.strip_prefix(host)?;
        let rest = match after_host.strip_prefix(':') {
            Some(port_and_rest) => {
                let digits = port_and_rest.bytes().take_while(u8::is_ascii_digit).count();
                let (port, rest) = port_and_rest.split_at(digits);
                port.parse::<u16>().ok()?;
                rest
            }
            None => after_host,
        };
        // Otherwise the host continues, as in `http://localhost.evil.example` or `http://localhost:80@evil.example`.
        let is_rest = rest.is_empty() || rest.starts_with(['/', '?']);
        is_rest.then_some(Self { host, rest })
    }
}

/// The redirect URI as used in a redirect: if it has no path, it gets a `/`.
pub(crate) fn with_path(uri: &str) -> String {
    let slash = if has_path(uri) { "" } else { "/" };
    format!("{uri}{slash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_matches_exactly_or_on_another_loopback_port() {
        let rows = [
            ("https://pve:8006", "https://pve:8006", true),
            ("https://pve:8006", "https://pve:8006/", true),
            ("https://pve:8006/", "https://pve:8006", false),
            ("https://pve:8006/a", "https://pve:8006/a/", false),
            ("https://pve:8006", "https://pve:8007", false),
            ("https://pve:8006", "https://PVE:8006", false),
            ("https://pve:8006", "http://pve:8006", false),
            ("https://pve:8006", "https://pve:8006/?a=b", false),
            ("https://pve:8006", "https://pve:8006.evil.example", false),
            ("http://localhost", "http://localhost:51004", true),
            ("http://localhost", "http://localhost:51004/", true),
            ("http://localhost:1", "http://localhost:2", true),
            ("http://localhost/", "http://localhost:51004", false),
            ("http://localhost/callback", "http://localhost:51004/callback", true),
            ("http://localhost/callback", "http://localhost:51004/Callback", false),
            ("http://localhost/callback", "http://localhost:51004/callback/", false),
            ("http://localhost/callback", "http://localhost:51004/callback?a=b", false),
            ("http://localhost/callback", "http://localhost:51004", false),
            ("http://localhost/callback", "http://LOCALHOST:51004/callback", false),
            ("http://localhost/callback", "https://localhost:51004/callback", false),
            ("http://localhost/callback", "http://127.0.0.1:51004/callback", false),
            ("http://localhost/callback", "http://[::1]:51004/callback", false),
            ("http://localhost", "http://localhost:99999", false),
            ("http://localhost", "http://localhost:", false),
            ("http://localhost", "http://localhost:80@evil.example/", false),
            ("http://localhost", "http://localhost.evil.example/", false),
            ("http://localhost.example/", "http://localhost:1.example/", false),
            ("http://127.0.0.1/callback", "http://127.0.0.1:51004/callback", true),
            ("http://127.0.0.1/callback", "http://127.0.0.10:51004/callback", false),
            ("https://localhost/callback", "https://localhost:51004/callback", false),
        ];
        for (registered, asked, expected) in rows {
            assert_eq!(matches(registered, asked), expected, "{registered} {asked}");
        }
    }

    #[test]
    fn an_empty_path_comes_back_as_a_slash() {
        assert_eq!(with_path("https://pve:8006"), "https://pve:8006/");
        assert_eq!(with_path("https://pve:8006/"), "https://pve:8006/");
        assert_eq!(with_path("http://localhost:1/cb"), "http://localhost:1/cb");
    }
}
