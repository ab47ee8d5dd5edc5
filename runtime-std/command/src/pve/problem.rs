//! What can go wrong with a node, told by code, exit status, who must act, and what to do.

use crate::failure::Failure;
pub(crate) use crate::shown::shown;

/// A kind of problem; the sentence comes with each.
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    status: u8,
    who: &'static str,
    fix: Option<&'static str>,
}

const NODE: &str = "node_administrator";
const SYSTEM: &str = "system_administrator";
const CALLER: &str = "caller";
const END_USER: &str = "end_user";

macro_rules! problems {
    ($($name:ident: $code:literal, $status:literal, $who:expr, $fix:expr;)*) => {
        $(pub(crate) const $name: Problem =
            Problem { code: $code, status: $status, who: $who, fix: $fix };)*

        /// The codes of this command.
        pub(crate) const CODES: &[&str] = &[$($code),*];
    };
}

problems! {
    UNREACHABLE: "node_unreachable", 7, SYSTEM,
        Some("check the host name and the port; the ports are 8006 (Proxmox VE, Mail Gateway), 8007 (Backup Server) and 8443 (Datacenter Manager)");
    NOT_PROXMOX: "node_not_proxmox", 7, CALLER,
        Some("check the port, and whether a proxy or a captive portal stands between: it must hand on the whole of /api2/json");
    CERTIFICATE_UNKNOWN: "node_certificate_unknown", 7, CALLER, None;
    CERTIFICATE_CHANGED: "node_certificate_changed", 7, NODE,
        Some("don't go on before you know why: compare the fingerprint that is shown, and one that you gave, on the node's own console, and ask who administers the node whether its certificate was renewed; then give the right one with --fingerprint");
    TLS: "node_tls", 7, NODE, None;
    GATEWAY: "node_gateway", 7, NODE,
        Some("look at the node's own services and at its log: pveproxy and pvedaemon, or proxmox-backup-proxy and proxmox-backup");
    OTHER_PRODUCT: "node_other_product", 3, CALLER, Some("name the product with --product, and the port with HOST:PORT");
    NO_OPENID_REALM: "node_realm_none", 3, NODE,
        Some("add a realm of the type OpenID Connect on the node, and see onerealm's docs/client-type.md for how to register it");
    REALM_UNKNOWN: "node_realm_unknown", 3, CALLER, None;
    REALM_TYPE: "node_realm_type", 3, CALLER, Some("users of that realm have a password; this command logs in with a browser");
    REALM_CHOICE: "node_realm_choice", 2, CALLER, Some("choose one with --realm");
    LACKS_PUBLIC: "node_lacks_public", 3, NODE,
        Some("docs/proxmox/README.md lists the change (`public` of auth-url); without it, try without --public: that works where the realm has client-type auto or no client-key, or where the provider takes a secret on a loopback redirect URL");
    REFUSED: "node_refused", 5, NODE, None;
    LOGIN_REFUSED: "node_login_refused", 5, NODE,
        Some("the node's own log has the cause (journalctl -u pvedaemon on Proxmox VE); with Entra ID, a node that sends the secret is refused on a loopback redirect URL: use --public, or set the realm's client-type to auto");
    FAILED: "node_failed", 5, NODE, Some("the node's own log has the cause");
    ANSWER: "node_answer", 5, NODE, Some("check that the node runs the product that --product names");
    AUTH_URL: "node_auth_url", 5, NODE, Some("nothing was opened; check the realm's issuer-url on the node");
    TICKET_EXPIRED: "ticket_expired", 4, END_USER, Some("run onerealm pve login");
    TOKENS_LEFT: "token_left", 5, END_USER, Some("log in again and then log out, or remove them in the web UI under API Tokens");
    FILE_UNSAFE: "kept_file_unsafe", 8, CALLER,
        Some("look at who made it; then remove it yourself, and log in again");
    FILE_DAMAGED: "kept_file_damaged", 8, CALLER, Some("remove it, and log in again");
    FILE: "kept_file", 8, CALLER, Some("check XDG_RUNTIME_DIR and --state-dir: both must be yours alone");
    COMMAND: "command_not_started", 127, CALLER, None;
}

impl Problem {
    pub(crate) fn says(&self, sentence: impl Into<String>) -> Failure {
        let failure = Failure::new(self.code, sentence, self.status).left_to(self.who);
        match self.fix {
            Some(fix) => failure.fixed_by(fix),
            None => failure,
        }
    }
}
