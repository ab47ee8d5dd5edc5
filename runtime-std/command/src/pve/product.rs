//! Where the four products differ.

use clap::ValueEnum;

/// A Proxmox product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Product {
    /// Proxmox VE
    Pve,
    /// Proxmox Backup Server
    Pbs,
    /// Proxmox Datacenter Manager
    Pdm,
    /// Proxmox Mail Gateway
    Pmg,
}

impl Product {
    pub(crate) const ALL: [Product; 4] = [Product::Pve, Product::Pbs, Product::Pdm, Product::Pmg];

    /// As on the command line; the type of the product's own realm has the same name.
    pub(crate) fn short(self) -> &'static str {
        match self {
            Product::Pve => "pve",
            Product::Pbs => "pbs",
            Product::Pdm => "pdm",
            Product::Pmg => "pmg",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Product::Pve => "Proxmox VE",
            Product::Pbs => "Proxmox Backup Server",
            Product::Pdm => "Proxmox Datacenter Manager",
            Product::Pmg => "Proxmox Mail Gateway",
        }
    }

    /// The port of its API.
    pub(crate) fn port(self) -> u16 {
        match self {
            Product::Pve | Product::Pmg => 8006,
            Product::Pbs => 8007,
            Product::Pdm => 8443,
        }
    }

    /// The cookie that carries its ticket.
    pub(crate) fn cookie(self) -> &'static str {
        match self {
            Product::Pve => "PVEAuthCookie",
            Product::Pbs => "PBSAuthCookie",
            Product::Pdm => "__Host-PDMAuthCookie",
            Product::Pmg => "PMGAuthCookie",
        }
    }

    /// What its tickets begin with.
    pub(crate) fn ticket_prefix(self) -> &'static str {
        match self {
            Product::Pve => "PVE:",
            Product::Pbs => "PBS:",
            Product::Pdm => "PDM:",
            Product::Pmg => "PMG:",
        }
    }

    /// The path of its list of realms.
    pub(crate) fn realms_path(self) -> &'static str {
        match self {
            Product::Pmg => "/access/auth-realm",
            Product::Pve | Product::Pbs | Product::Pdm => "/access/domains",
        }
    }

    /// The type of its realms at an OpenID Provider.
    pub(crate) fn realm_type(self) -> &'static str {
        match self {
            Product::Pmg => "oidc",
            Product::Pve | Product::Pbs | Product::Pdm => "openid",
        }
    }

    pub(crate) fn auth_url_path(self) -> &'static str {
        match self {
            Product::Pmg => "/access/oidc/auth-url",
            Product::Pve | Product::Pbs | Product::Pdm => "/access/openid/auth-url",
        }
    }

    pub(crate) fn login_path(self) -> &'static str {
        match self {
            Product::Pmg => "/access/oidc/login",
            Product::Pve | Product::Pbs | Product::Pdm => "/access/openid/login",
        }
    }

    /// How an administrator sees the certificate's fingerprint on the node itself.
    pub(crate) fn compare_on_the_node(self) -> &'static str {
        match self {
            Product::Pve => {
                "on the node's own console, `pvenode cert info` shows its fingerprint (pveproxy-ssl.pem where there is one, else pve-ssl.pem); if all 64 digits are the same, give them with --fingerprint, or give the cluster's /etc/pve/pve-root-ca.pem with --ca-file"
            }
            Product::Pbs => {
                "on the server's own console, `proxmox-backup-manager cert info` shows its fingerprint; if all 64 digits are the same, give them with --fingerprint"
            }
            Product::Pdm => {
                "on the server's own console, `openssl x509 -noout -fingerprint -sha256 -in /etc/proxmox-datacenter-manager/auth/api.pem` shows its fingerprint; if all 64 digits are the same, give them with --fingerprint"
            }
            Product::Pmg => {
                "on the gateway's own console, `openssl x509 -noout -fingerprint -sha256 -in /etc/pmg/pmg-api.pem` shows its fingerprint; if all 64 digits are the same, give them with --fingerprint"
            }
        }
    }
}
