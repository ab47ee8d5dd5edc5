//! A ticket: from an answer, for a request, for how long.

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::credentials::Credentials;
use super::node::Answer;
use super::problem::ANSWER;
use super::product::Product;
use crate::failure::Failure;
use crate::shown::is_visible;

/// How long a node takes a ticket, in seconds.
pub(crate) const LIFETIME: u64 = 2 * 60 * 60;
/// From what age on it is renewed, in seconds.
pub(crate) const RENEWED_AFTER: u64 = 60 * 60;
/// The longest ticket, in bytes.
const TICKET_LEN: usize = 8 * 1024;

/// What a login at a node gives.
pub(crate) struct Ticket {
    pub(crate) username: String,
    pub(crate) realm: String,
    pub(crate) ticket: Zeroizing<String>,
    pub(crate) csrf: Zeroizing<String>,
    /// It came as a cookie, and goes back as it came.
    pub(crate) is_cookie: bool,
    /// When it was given, in seconds since 1970.
    pub(crate) obtained: u64,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("username", &self.username)
            .field("realm", &self.realm)
            .field("obtained", &self.obtained)
            .finish_non_exhaustive()
    }
}

/// The `data` of a login and of a renewal.
#[derive(Deserialize)]
pub(crate) struct TicketData {
    username: String,
    #[serde(default)]
    ticket: Option<Zeroizing<String>>,
    #[serde(rename = "CSRFPreventionToken")]
    csrf: Zeroizing<String>,
}

impl Ticket {
    /// Takes what a node gave for `realm`, if it can be that.
    pub(crate) fn of_answer(
        answer: Answer<TicketData>,
        product: Product,
        realm: &str,
        now: u64,
    ) -> Result<Self, Failure> {
        let TicketData { username, ticket, csrf } = answer.data;
        let of_cookie = || answer.cookies.iter().find_map(|cookie| of_cookie(cookie, product));
        let (ticket, is_cookie) = match ticket {
            Some(ticket) => (ticket, false),
            None => match of_cookie() {
                Some(ticket) => (ticket, true),
                None => return Err(ANSWER.says("the node's answer to the login has no ticket")),
            },
        };
        let ticket =
            Ticket { username, realm: realm.to_owned(), ticket, csrf, is_cookie, obtained: now };
        match ticket.mistake(product) {
            None => Ok(ticket),
            Some(what) => Err(ANSWER.says(format!("the node's answer to the login has {what}"))),
        }
    }

    /// What of it can't be as it is.
    pub(crate) fn mistake(&self, product: Product) -> Option<&'static str> {
        let name = self.username.strip_suffix(&self.realm).and_then(|rest| rest.strip_suffix('@'));
        let is_user = |name: &str| {
            !name.is_empty()
                && name.len() <= 255
                && is_printable(name)
                && !name.contains(['/', ':'])
        };
        let is_csrf = |byte: u8| byte.is_ascii_alphanumeric() || b":+/=_.-".contains(&byte);
        if !name.is_some_and(is_user) {
            Some("a user name that can't be one of this realm")
        } else if !self.ticket.starts_with(product.ticket_prefix())
            || self.ticket.len() > TICKET_LEN
            || !is_printable(&self.ticket)
        {
            Some("a ticket that can't be one of this product")
        } else if self.csrf.is_empty() || self.csrf.len() > 1024 || !self.csrf.bytes().all(is_csrf)
        {
            Some("a CSRFPreventionToken that can't be one")
        } else {
            None
        }
    }

    pub(crate) fn is_expired(&self, now: u64) -> bool {
        now >= self.expires()
    }

    /// Whether it is to be renewed. One from the future was given when the clock was wrong.
    pub(crate) fn is_old(&self, now: u64) -> bool {
        now >= self.obtained.saturating_add(RENEWED_AFTER) || now < self.obtained
    }

    pub(crate) fn expires(&self) -> u64 {
        self.obtained.saturating_add(LIFETIME)
    }

    /// The header `Cookie` with it.
    pub(crate) fn cookie(&self, product: Product) -> Zeroizing<String> {
        let value = match self.is_cookie {
            true => self.ticket.clone(),
            false => encoded(&self.ticket),
        };
        Zeroizing::new(format!("{}={}", product.cookie(), value.as_str()))
    }

    pub(crate) fn credentials<'a>(&'a self, cookie: &'a str) -> Credentials<'a> {
        Credentials { cookie, csrf: &self.csrf }
    }
}

/// The ticket in a `Set-Cookie` of this product.
fn of_cookie(cookie: &str, product: Product) -> Option<Zeroizing<String>> {
    let (name, rest) = cookie.split_once('=')?;
    let own = product.cookie();
    let is_own = name.trim() == own || name.trim().strip_prefix("__Host-") == Some(own);
    let value = rest.split(';').next().unwrap_or_default().trim();
    // A cookie that is taken back is empty.
    (is_own && !value.is_empty()).then(|| Zeroizing::new(value.to_owned()))
}

/// Whether every character can stand in single quotes, in a cookie, and in a form.
pub(crate) fn is_printable(text: &str) -> bool {
    text.chars().all(|c| match c {
        '\'' | '"' | '\\' | '`' | ';' | ',' => false,
        c => is_visible(c),
    })
}

/// A ticket as the value of a cookie: nodes decode it.
fn encoded(ticket: &str) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * ticket.len()));
    for byte in ticket.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~:@!/+=".contains(&byte) => {
                encoded.push(char::from(byte));
            }
            byte => {
                for nibble in [byte >> 4, byte & 15] {
                    encoded.extend(
                        char::from_digit(nibble.into(), 16).map(|c| c.to_ascii_uppercase()),
                    );
                }
                let digits = encoded.len().saturating_sub(2);
                encoded.insert(digits, '%');
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(username: &str, ticket: &str, csrf: &str) -> Ticket {
        Ticket {
            username: username.to_owned(),
            realm: "sso".to_owned(),
            ticket: Zeroizing::new(ticket.to_owned()),
            csrf: Zeroizing::new(csrf.to_owned()),
            is_cookie: false,
            obtained: 1000,
        }
    }

    #[test]
    fn only_what_can_be_a_ticket_is_one() {
        let good = ("alice@contoso.example@sso", "PVE:alice@sso:65AB::c2ln+/=", "65AB:c2ln");
        assert_eq!(ticket(good.0, good.1, good.2).mistake(Product::Pve), None);
        assert_eq!(ticket("zoë@sso", good.1, good.2).mistake(Product::Pve), None);
        for (username, text, csrf) in [
            ("alice@pam", good.1, good.2),
            ("@sso", good.1, good.2),
            ("al ice@sso", good.1, good.2),
            ("al\u{202e}ice@sso", good.1, good.2),
            (good.0, "PBS:alice", good.2),
            (good.0, "PVE:a'; touch x; '", good.2),
            (good.0, "PVE:a\nb", good.2),
            (good.0, "PVE:a;b", good.2),
            (good.0, good.1, ""),
            (good.0, good.1, "a b"),
            (good.0, good.1, "$(x)"),
        ] {
            let text = ticket(username, text, csrf);
            assert!(text.mistake(Product::Pve).is_some(), "{username} {:?}", text.ticket);
        }
    }

    #[test]
    fn a_ticket_is_renewed_at_an_hour_and_expires_at_two() {
        let ticket = ticket("a@sso", "PVE:a", "b");
        for (now, is_old, is_expired) in [
            (1000, false, false),
            (4599, false, false),
            (4600, true, false),
            (8199, true, false),
            (8200, true, true),
            (999, true, false),
        ] {
            assert_eq!((ticket.is_old(now), ticket.is_expired(now)), (is_old, is_expired), "{now}");
        }
    }

    #[test]
    fn a_cookie_is_encoded_unless_it_came_as_one() {
        let mut ticket = ticket("a@sso", "PVE:zoë%40:A+/=", "b");
        assert_eq!(*ticket.cookie(Product::Pve), "PVEAuthCookie=PVE:zo%C3%AB%2540:A+/=");
        ticket.is_cookie = true;
        assert_eq!(*ticket.cookie(Product::Pve), "PVEAuthCookie=PVE:zoë%40:A+/=");
    }

    #[test]
    fn a_ticket_is_taken_from_this_products_cookie_only() {
        let value = |cookie, product| of_cookie(cookie, product).map(|ticket| ticket.to_string());
        let set = "__Host-PDMAuthCookie=PDM:a::b; Secure; HttpOnly; Path=/";
        assert_eq!(value(set, Product::Pdm).as_deref(), Some("PDM:a::b"));
        assert_eq!(value(set, Product::Pbs), None);
        assert_eq!(value("__Host-PBSAuthCookie=PBS:a", Product::Pbs).as_deref(), Some("PBS:a"));
        assert_eq!(value("__Host-PDMAuthCookie=; Secure", Product::Pdm), None);
    }

    #[test]
    fn debug_shows_no_ticket() {
        let shown = format!("{:?}", ticket("a@sso", "PVE:canary", "canary"));
        assert!(shown.contains("a@sso") && !shown.contains("canary"), "{shown}");
    }
}
