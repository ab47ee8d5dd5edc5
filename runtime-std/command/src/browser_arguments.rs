//! The arguments of every command that sends somebody to a browser.

use clap::{Args, value_parser};
use onerealm::Requested;
use onerealm_core::policy::LOGIN_LIFETIME;

#[derive(Args)]
pub(crate) struct Public {
    /// Ask for the login of a public client: no secret is sent
    #[arg(long)]
    public: bool,
}

impl Public {
    #[cfg(feature = "pve")]
    pub(crate) fn is_asked_for(&self) -> bool {
        self.public
    }

    pub(crate) fn requested(&self) -> Requested {
        if self.public { Requested::Public } else { Requested::Default }
    }
}

/// How the end user gets to the provider and back.
#[derive(Args)]
pub(crate) struct Browser {
    /// Open no browser here: print the URL, and take the one that it ends at from the terminal
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// The port on which to wait for the browser; without it, a free one
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// How long to wait for the browser, at most 600, which is the default
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..=LOGIN_LIFETIME))]
    pub(crate) timeout: Option<u64>,
    /// Another loopback redirect URL than http://127.0.0.1:PORT/callback
    #[arg(long, value_name = "URL")]
    pub(crate) redirect_url: Option<String>,
}
