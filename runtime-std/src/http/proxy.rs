//! The proxy from the environment, read for each request.

use onerealm_core::wire::Uri;
use ureq::{Proxy, ProxyProtocol};

/// The proxy for a request to `url`: none for this machine and for hosts in `no_proxy`; otherwise
/// the first of `https_proxy` and `all_proxy` (or in upper case) that is not empty. An empty
/// `all_proxy` means none, as Proxmox VE's setting has it.
pub(crate) fn for_url(url: &str) -> Result<Option<Proxy>, ureq::Error> {
    choose(url, |name| std::env::var(name).or_else(|_| std::env::var(name.to_uppercase())).ok())
}

fn choose(
    url: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>, ureq::Error> {
    let Some(authority) = Uri::parse(url).ok().and_then(|uri| uri.authority) else {
        return Ok(None);
    };
    let exceptions = variable("no_proxy").unwrap_or_default();
    if authority.is_loopback() || is_exception(authority.host, &exceptions) {
        return Ok(None);
    }
    let is_set = |proxy: &String| !proxy.trim().is_empty();
    let proxy = match variable("all_proxy") {
        Some(all) if !is_set(&all) => None,
        all => variable("https_proxy").filter(is_set).or(all),
    };
    match proxy.as_deref().map(str::trim) {
        None => Ok(None),
        Some(proxy) => {
            let proxy = Proxy::new(proxy)?;
            // Only proxies with `CONNECT`: ureq panics on the others, or bypasses them.
            match proxy.protocol() {
                ProxyProtocol::Http | ProxyProtocol::Https => Ok(Some(proxy)),
                _ => Err(ureq::Error::InvalidProxyUrl),
            }
        }
    }
}

/// Whether `host` is one of the comma-separated names or a subdomain of one; `*` matches every
/// host.
fn is_exception(host: &str, exceptions: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    exceptions.split(',').map(|name| name.trim().to_ascii_lowercase()).any(|name| {
        let name = name.trim_start_matches("*.").trim_start_matches('.');
        let below = || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
        name == "*" || (!name.is_empty() && (host == name || below()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(url: &str, environment: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            environment.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string())
        };
        choose(url, variable).unwrap().map(|proxy| proxy.uri().to_string())
    }

    #[test]
    fn the_environment_decides() {
        let all = ("all_proxy", "http://a:1");
        let https = ("https_proxy", "http://b:2");
        let url = "https://login.example/t";
        assert_eq!(chosen(url, &[]), None);
        assert_eq!(chosen(url, &[all]).as_deref(), Some("http://a:1/"));
        assert_eq!(chosen(url, &[https]).as_deref(), Some("http://b:2/"));
        // The more specific one, as curl has it: the other may be of a kind that isn't used here.
        for all in ["http://a:1", "socks5://a:1", "socks5h://a:1", "::"] {
            let environment = [("all_proxy", all), https];
            assert_eq!(chosen(url, &environment).as_deref(), Some("http://b:2/"), "{all}");
        }
        for none in ["", " "] {
            assert_eq!(chosen(url, &[all, ("https_proxy", none)]).as_deref(), Some("http://a:1/"));
            assert_eq!(chosen(url, &[("all_proxy", none), https]), None);
        }
        assert_eq!(chosen("https://127.0.0.1:9/", &[all]), None);
        for exceptions in
            ["*", "login.example", "x, .example", "example", "*.example", "LOGIN.EXAMPLE"]
        {
            assert_eq!(chosen(url, &[all, ("no_proxy", exceptions)]), None, "{exceptions}");
        }
        for exceptions in ["", ",", "ogin.example", "login.example.org", "x"] {
            assert!(chosen(url, &[all, ("no_proxy", exceptions)]).is_some(), "{exceptions}");
        }
    }

    #[test]
    fn a_proxy_that_is_no_url_or_of_another_kind_is_an_error() {
        for proxy in
            ["::", "ftp://a", "socks4://a:1", "socks4a://a:1", "socks5://a:1", "socks5h://a:1"]
        {
            let variable = |name: &str| (name == "all_proxy").then(|| proxy.to_owned());
            assert!(choose("https://login.example", variable).is_err(), "{proxy}");
        }
    }
}
