//! Where the four products differ.

use clap::ValueEnum;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Product {
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
    pub fn name(self) -> &'static str {
        match self {
            Product::Pve => "Proxmox VE",
            Product::Pbs => "Proxmox Backup Server",
            Product::Pdm => "Proxmox Datacenter Manager",
            Product::Pmg => "Proxmox Mail Gateway",
        }
    }

    /// What its tickets begin with, and the schemes of its API tokens.
    pub fn prefix(self) -> &'static str {
        match self {
            Product::Pve => "PVE",
            Product::Pbs => "PBS",
            Product::Pdm => "PDM",
            Product::Pmg => "PMG",
        }
    }

    /// The cookie that a ticket comes in.
    pub fn cookie(self) -> &'static str {
        match self {
            Product::Pve => "PVEAuthCookie",
            Product::Pbs => "PBSAuthCookie",
            Product::Pdm => "__Host-PDMAuthCookie",
            Product::Pmg => "PMGAuthCookie",
        }
    }

    /// The path of its list of realms.
    pub fn realms_path(self) -> &'static str {
        match self {
            Product::Pmg => "/access/auth-realm",
            Product::Pve | Product::Pbs | Product::Pdm => "/access/domains",
        }
    }

    /// The type of its realms at an OpenID Provider, which the paths of their logins have too.
    pub fn realm_type(self) -> &'static str {
        match self {
            Product::Pmg => "oidc",
            Product::Pve | Product::Pbs | Product::Pdm => "openid",
        }
    }

    /// The products in Rust answer with text where those in Perl answer with an object, and say why a login failed.
    pub fn is_rust(self) -> bool {
        matches!(self, Product::Pbs | Product::Pdm)
    }

    /// Whether a ticket comes as a cookie that no script can read, and not in the answer.
    pub fn sets_cookie(self) -> bool {
        self == Product::Pdm
    }

    /// What is between the name of an API token and its value, if there are any.
    pub fn token_separator(self) -> Option<char> {
        match self {
            Product::Pve => Some('='),
            Product::Pbs => Some(':'),
            Product::Pdm | Product::Pmg => None,
        }
    }
}
