//! OpenID Connect logins where one realm serves confidential and public clients.
//!
//! The protocol is [`onerealm_core`]; here are blocking HTTP, the realms of a Proxmox
//! `domains.cfg`, and the stores of pending logins.
//!
//! ```no_run
//! use onerealm::{Callback, Config, DirectoryStore, Logins, Requested};
//! # fn main() -> Result<(), onerealm::Error> {
//! let config = Config::read("/etc/pve/domains.cfg".as_ref())?;
//! let logins = Logins::new(config, DirectoryStore::new("/var/lib/onerealm"));
//!
//! // The web UI: a confidential client. A command-line tool, through the same realm: a public one.
//! let web = logins.begin("entra", "https://pve.example:8006", Requested::Default)?;
//! let tool = logins.begin("entra", "http://127.0.0.1:51004/callback", Requested::Default)?;
//! println!("{} {}", web.url, tool.url);
//!
//! // The end user is back; what was decided is not asked for again.
//! let user = logins.finish(Callback::Url("http://127.0.0.1:51004/callback?code=..&state=.."), None)?;
//! println!("{}@{}", user.username, user.realm);
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod check;
mod claims;
mod clock;
mod codes;
mod config;
mod error;
mod groups;
mod http;
mod logins;
mod network;
mod providers;
mod store;
mod user;
mod verifiers;

#[cfg(feature = "loopback")]
pub mod http_server;
#[cfg(feature = "loopback")]
pub mod loopback_listener;

pub use check::Report;
pub use claims::{Claims, UnfitClaims};
pub use clock::now;
pub use config::{Config, ConfigError, ConfigFile, EditError, Problem, RealmConfig, RealmProblem};
pub use error::difference::Difference;
pub use error::user_name::UserError;
pub use error::words::ProviderWords;
pub use error::{Class, Error};
pub use groups::{Groups, Warning};
pub use http::HttpError;
pub use logins::{Begun, Callback, Logins, default_state_directory};
pub use network::Network;
pub use onerealm_core::{
    ClientType, ClientTypeSetting, DamagedPending, Decision, PendingAuthorization, PendingFields,
    RedirectUri, Requested, TokenAuthMethod, UnixTime,
};
pub use store::{
    DirectoryStore, MemoryStore, PendingStore, SealedOrDirectoryStore, SealedStore, StoreError,
    Unsafe,
};
pub use user::User;
pub use verifiers::verifiers;
