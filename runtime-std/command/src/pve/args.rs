//! The arguments of `onerealm pve`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::address::GivenAddress;
use super::certificate::Fingerprint;
use super::product::Product;
use super::token_arguments::Lifetime;
use crate::browser_arguments::{Browser, Public};

#[derive(Args)]
pub(crate) struct Pve {
    #[command(subcommand)]
    pub(crate) command: PveCommand,
}

#[derive(Subcommand)]
pub(crate) enum PveCommand {
    /// A ticket, by the browser
    Login(Ticket),
    /// The ticket that is kept, renewed if it is older than an hour; a login if there is none
    Ticket(Ticket),
    /// Runs a command with the ticket in its environment
    Exec {
        #[command(flatten)]
        way: Way,
        /// The command and its arguments, after `--`
        #[arg(last = true, required = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
    /// An API token that outlives a ticket, for long runs (Proxmox VE and Backup Server)
    Token(Token),
    /// Forgets the ticket, deletes the API tokens that this command made
    Logout(NodeArgs),
}

#[derive(Args)]
pub(crate) struct Ticket {
    #[command(flatten)]
    pub(crate) way: Way,
    /// How to print the ticket
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Args)]
pub(crate) struct Token {
    #[command(flatten)]
    pub(crate) way: Way,
    /// The name of the token
    #[arg(value_parser = super::token_arguments::parse_name)]
    pub(crate) name: String,
    /// After how long it expires, for example 30m, 8h or 7d
    #[arg(long, default_value = "8h", value_name = "TIME")]
    pub(crate) expires: Lifetime,
    /// It may do all that you may, instead of what it is given permissions for (Proxmox VE)
    #[arg(long)]
    pub(crate) no_privsep: bool,
    /// Delete the token of this name instead
    #[arg(long, conflicts_with_all = ["expires", "no_privsep"])]
    pub(crate) delete: bool,
    /// How to print the token
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

/// How to get a ticket.
#[derive(Args)]
pub(crate) struct Way {
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    #[command(flatten)]
    pub(crate) public: Public,
    #[command(flatten)]
    pub(crate) browser: Browser,
}

/// Which node, and how it is known.
#[derive(Args)]
pub(crate) struct NodeArgs {
    /// The node, as HOST or HOST:PORT
    #[arg(value_name = "HOST")]
    pub(crate) host: GivenAddress,
    /// The product that runs there
    #[arg(long, value_enum, default_value = "pve")]
    pub(crate) product: Product,
    /// The realm; without it, the only one at an OpenID Provider
    #[arg(long, value_name = "NAME")]
    pub(crate) realm: Option<String>,
    /// The SHA-256 fingerprint of the node's certificate, as its own console shows it
    #[arg(long, value_name = "SHA256", conflicts_with = "ca_file")]
    pub(crate) fingerprint: Option<Fingerprint>,
    /// Certificates in PEM form that vouch for the node
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The ticket or token alone
    Text,
    /// Lines for `eval` in a POSIX shell
    Env,
    /// An object
    Json,
}
