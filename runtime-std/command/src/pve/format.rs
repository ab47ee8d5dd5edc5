//! Tickets and tokens as text, as lines for `eval`, and as JSON.

use serde_json::json;
use zeroize::Zeroizing;

use super::address::Address;
use super::args::Format;
use super::certificate::Fingerprint;
use super::problem::ANSWER;
use super::product::Product;
use super::ticket::{Ticket, is_printable};
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Names and values for the environment of a tool.
pub(crate) type Variables = Vec<(&'static str, Zeroizing<String>)>;

/// What the tools of a product read, with a ticket.
pub(crate) fn variables(
    ticket: &Ticket,
    product: Product,
    address: &Address,
    pin: Option<Fingerprint>,
) -> Variables {
    let text = |text: &str| Zeroizing::new(text.to_owned());
    match product {
        Product::Pve => vec![
            ("PROXMOX_VE_ENDPOINT", text(&address.endpoint())),
            ("PROXMOX_VE_AUTH_TICKET", ticket.ticket.clone()),
            ("PROXMOX_VE_CSRF_PREVENTION_TOKEN", ticket.csrf.clone()),
        ],
        Product::Pbs => backup_server(&ticket.ticket, pin),
        // No tool is known that reads one.
        Product::Pdm | Product::Pmg => vec![
            ("ONEREALM_ENDPOINT", text(&address.endpoint())),
            ("ONEREALM_COOKIE", ticket.cookie(product)),
            ("ONEREALM_CSRF_PREVENTION_TOKEN", ticket.csrf.clone()),
        ],
    }
}

/// What `proxmox-backup-client` reads. Without a pin, it looks at the system's certificates itself.
pub(crate) fn backup_server(password: &str, pin: Option<Fingerprint>) -> Variables {
    let mut variables = vec![("PBS_PASSWORD", Zeroizing::new(password.to_owned()))];
    let lower = |pin: Fingerprint| Zeroizing::new(pin.to_string().to_lowercase());
    variables.extend(pin.map(|pin| ("PBS_FINGERPRINT", lower(pin))));
    variables
}

pub(crate) fn ticket(
    ticket: &Ticket,
    product: Product,
    address: &Address,
    pin: Option<Fingerprint>,
    format: Format,
) -> Result<Outcome, Failure> {
    Ok(match format {
        Format::Text => Outcome::text(&ticket.ticket),
        Format::Env => Outcome::text(&exports(&variables(ticket, product, address, pin))?),
        Format::Json => Outcome::text(
            &json!({
                "product": product.short(),
                "endpoint": address.endpoint(),
                "realm": ticket.realm,
                "username": ticket.username,
                "ticket": ticket.ticket.as_str(),
                "cookie": ticket.cookie(product).as_str(),
                "csrf_prevention_token": ticket.csrf.as_str(),
                "expires_at": ticket.expires(),
            })
            .to_string(),
        ),
    })
}

/// Lines for `eval` in a POSIX shell. What isn't harmless in single quotes is refused.
pub(crate) fn exports(variables: &Variables) -> Result<Zeroizing<String>, Failure> {
    let mut lines = Zeroizing::new(String::new());
    for (name, value) in variables {
        if !is_printable(value) {
            return Err(
                ANSWER.says(format!("{name} has a character that a shell may not be given"))
            );
        }
        for part in ["export ", name, "='", value, "'\n"] {
            lines.push_str(part);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_eval_are_quoted_or_refused() {
        let lines = |value: &str| exports(&vec![("NAME", Zeroizing::new(value.to_owned()))]);
        assert_eq!(*lines("PVE:$(x)|&*~!{}").unwrap(), "export NAME='PVE:$(x)|&*~!{}'\n");
        for value in ["a'b", "a\nb", "a b", "a\\", "a\u{0}b", "a\u{202e}b", "a`b", "a;b"] {
            assert!(lines(value).is_err(), "{value:?}");
        }
    }
}
