//! What can go wrong with a node, told by code, exit status and advice.

use crate::outcome::Failure;

/// A kind of problem; the sentence comes with each.
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    status: u8,
    advice: Option<&'static str>,
}

macro_rules! problems {
    ($($name:ident: $code:literal, $status:literal, $advice:expr;)*) => {
        $(pub(crate) const $name: Problem = Problem { code: $code, status: $status, advice: $advice };)*

        /// The codes of this command.
        pub(crate) const CODES: &[&str] = &[$($code),*];
    };
}

problems! {
    UNREACHABLE: "node_unreachable", 7,
        Some("check the host name and the port; the ports are 8006 (Proxmox VE, Mail Gateway), 8007 (Backup Server) and 8443 (Datacenter Manager)");
    NOT_PROXMOX: "node_not_proxmox", 7,
        Some("check the port, and whether a proxy or a captive portal stands between: it must hand on the whole of /api2/json");
    CERTIFICATE_UNKNOWN: "node_certificate_unknown", 7, None;
    CERTIFICATE_CHANGED: "node_certificate_changed", 7,
        Some("don't go on before you know why: ask who administers the node whether its certificate was renewed, and compare the new fingerprint on the node's own console; then give it with --fingerprint");
    TLS: "node_tls", 7, None;
    GATEWAY: "node_gateway", 7,
        Some("look at the node's own services and at its log: pveproxy and pvedaemon, or proxmox-backup-proxy and proxmox-backup");
    OTHER_PRODUCT: "node_other_product", 3, Some("name the product with --product, and the port with HOST:PORT");
    NO_OPENID_REALM: "node_realm_none", 3,
        Some("add a realm of the type OpenID Connect on the node, and see onerealm's docs/client-type.md for how to register it");
    REALM_UNKNOWN: "node_realm_unknown", 3, None;
    REALM_TYPE: "node_realm_type", 3, Some("users of that realm have a password; this command logs in with a browser");
    REALM_CHOICE: "node_realm_choice", 2, Some("choose one with --realm");
    LACKS_PUBLIC: "node_lacks_public", 3,
        Some("docs/proxmox.md lists the change (`public` of auth-url); without it, try without --public: that works where the realm has client-type auto or no client-key, or where the provider takes a secret on a loopback redirect URL");
    REFUSED: "node_refused", 5, None;
    LOGIN_REFUSED: "node_login_refused", 5,
        Some("the node's own log has the cause (journalctl -u pvedaemon on Proxmox VE); with Entra ID, a node that sends the secret is refused on a loopback redirect URL: use --public, or set the realm's client-type to auto");
    FAILED: "node_failed", 5, Some("the node's own log has the cause");
    ANSWER: "node_answer", 5, None;
    AUTH_URL: "node_auth_url", 5, Some("nothing was opened; check the realm's issuer-url on the node");
    TICKET_EXPIRED: "ticket_expired", 4, Some("run onerealm pve login");
    TOKENS_LEFT: "token_left", 5, Some("log in again and then log out, or remove them in the web UI under API Tokens");
    FILE_UNSAFE: "kept_file_unsafe", 8,
        Some("look at who made it; then remove it yourself, and log in again");
    FILE_DAMAGED: "kept_file_damaged", 8, Some("remove it, and log in again");
    FILE: "kept_file", 8, Some("check XDG_RUNTIME_DIR and --state-dir: both must be yours alone");
    COMMAND: "command_not_started", 127, None;
}

impl Problem {
    pub(crate) fn says(&self, message: impl Into<String>) -> Failure {
        self.with_advice(message, self.advice)
    }

    pub(crate) fn with_advice(
        &self,
        message: impl Into<String>,
        advice: Option<&'static str>,
    ) -> Failure {
        Failure::Other { code: self.code, message: message.into(), advice, status: self.status }
    }
}

/// Words of a node, fit for a message: bounded, and without anything that forges what is around it.
pub(crate) fn shown(text: &str) -> String {
    const LEN: usize = 300;
    let mut shown = String::new();
    for c in text.trim().chars() {
        match c {
            ' ' => shown.push(c),
            c if is_visible(c) => shown.push(c),
            c => shown.extend(c.escape_default()),
        }
        if shown.len() > LEN {
            shown.push('…');
            break;
        }
    }
    shown
}

/// Whether it is a letter, a digit, or another character of ASCII, and can be seen: fillers count as letters.
pub(crate) fn is_visible(c: char) -> bool {
    const FILLERS: [char; 4] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];
    c.is_ascii_graphic() || (c.is_alphanumeric() && !FILLERS.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_node_are_bounded_and_escaped() {
        let words = format!("\u{1b}[31mZoë\n\u{202e}\u{200b} {}", "x".repeat(1000));
        let shown = shown(&words);
        assert!(shown.starts_with("\\u{1b}[31mZoë\\n\\u{202e}\\u{200b} xxx"), "{shown}");
        assert!(shown.len() < 310 && shown.ends_with('…'));
    }

    #[test]
    fn letters_that_nobody_sees_are_escaped() {
        let words = "a\u{115f}\u{1160}\u{3164}\u{ffa0}b";
        assert_eq!(shown(words), r"a\u{115f}\u{1160}\u{3164}\u{ffa0}b");
    }
}
