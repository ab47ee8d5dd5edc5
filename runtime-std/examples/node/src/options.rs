//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use crate::product::Product;

/// A server with the HTTP API of a Proxmox host, and a login page.
#[derive(Parser)]
#[command(name = "node")]
pub struct Options {
    /// The file with the realms
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Whose API it has
    #[arg(long, value_enum, default_value = "pve")]
    pub product: Product,
    /// Where it listens; with port 0, on any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8006")]
    pub listen: SocketAddr,
    /// The URL that browsers reach it by [default: https:// and the address]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Its certificate and those that vouch for it, as PEM; without, it makes one that it signs itself
    #[arg(long, value_name = "FILE", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// The certificate's key, as PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub key: Option<PathBuf>,
    /// Knows neither `public` nor `iss`, as a host without the change in docs/proxmox
    #[arg(long)]
    pub unmodified: bool,
    /// For tests only: a file with the seconds that its clock is ahead
    #[arg(long, value_name = "FILE")]
    pub clock_offset_file: Option<PathBuf>,
}
