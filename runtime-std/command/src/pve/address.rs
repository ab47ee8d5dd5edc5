//! Which host, and which port.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use super::product::Product;

/// `HOST`, `HOST:PORT` or `[IPV6]:PORT`, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenAddress {
    host: String,
    port: Option<u16>,
}

/// A host in lower case, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// With brackets around an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl GivenAddress {
    pub(crate) fn of(&self, product: Product) -> Address {
        Address { host: self.host.clone(), port: self.port.unwrap_or(product.port()) }
    }
}

impl Address {
    pub(crate) fn endpoint(&self) -> String {
        format!("https://{self}")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl FromStr for GivenAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "give HOST or HOST:PORT, without https:// and without a path";
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (text, None),
        };
        let is_v6 = || {
            let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            inner.is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok())
        };
        let is_name = !host.is_empty()
            && host.len() <= 253
            && host.starts_with(|c: char| c.is_ascii_alphanumeric())
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
        if !is_name && !is_v6() {
            return Err(FORM);
        }
        let port = match port {
            None => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok().filter(|port| *port > 0).ok_or(FORM)?)
            }
            Some(_) => return Err(FORM),
        };
        Ok(GivenAddress { host: host.to_ascii_lowercase(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_and_without_a_port_are_read() {
        for (text, expected) in [
            ("PVE.example", "pve.example:8006"),
            ("pve.example:443", "pve.example:443"),
            ("192.0.2.1", "192.0.2.1:8006"),
            ("[2001:db8::1]", "[2001:db8::1]:8006"),
            ("[2001:DB8::1]:8443", "[2001:db8::1]:8443"),
        ] {
            let given: GivenAddress = text.parse().unwrap();
            assert_eq!(given.of(Product::Pve).to_string(), expected);
        }
    }

    #[test]
    fn what_is_more_than_a_host_is_refused() {
        for text in [
            "",
            ":8006",
            "https://pve.example",
            "pve.example/",
            "pve.example:0",
            "pve.example:65536",
            "pve.example:+1",
            "user@pve.example",
            "2001:db8::1",
            "[::1",
            "[x]",
            "-x",
            "a b",
            "a'b",
            "pve.example:",
        ] {
            assert!(text.parse::<GivenAddress>().is_err(), "{text}");
        }
    }
}
