//! OpenID Connect logins where one realm serves confidential and public clients.
//!
//! ```no_run
//! use onerealm::core::Credential;
//! use onerealm::{Callback, ClientTypeSetting, DirectoryStore, Logins, RealmConfig, Realms, Requested};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut entra = RealmConfig::new("entra", "https://login.example/t/v2.0", "66666666-7777")?;
//! entra.realm.registration.credential = Credential::secret("s3cret".into());
//! entra.realm.client_type = ClientTypeSetting::Auto;
//! let mut realms = Realms::new("the settings of this program");
//! realms.add(entra);
//! let logins = Logins::new(realms, DirectoryStore::new("/var/lib/onerealm"));
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
//!
//! A server needs two calls, [`Logins::begin`] and [`Logins::finish`]. A program that waits for the browser itself uses
//! [`Logins::start`] and [`Logins::complete`], which need no store. All of them block while they wait for the provider,
//! so async code calls them on another thread.
//!
//! An [`Error`] has a [cause](Error::cause), for programs that act on it, and an [explanation](Error::explanation): what
//! went wrong, what was expected and what came, who must act, and what to do.
//!
//! The state binds a login to its two calls, but not to a browser. A server uses [`Logins::begin_in_browser`] and
//! [`Logins::finish_in_browser`] instead: the value of the first is kept in a cookie, and the second demands it.
//!
//! `runtime-std/examples` in the repository has three programs with tests: a web server (axum) with such a cookie, a
//! command-line tool, and a program that configures its own realm and reads claims into its own struct.
//!
//! The protocol is in [`onerealm_core`]. This crate adds blocking HTTP, realms, stores of pending logins, and with the
//! feature `loopback` a listener for the redirect to a loopback address. The crate `onerealm-domains-cfg` reads realms
//! from a Proxmox `domains.cfg`.

#![forbid(unsafe_code)]

mod check;
mod claims;
mod client_key;
mod clock;
mod codes;
mod documents;
mod error;
mod groups;
mod hex;
mod http;
mod lock;
mod logins;
mod mix_up;
mod network;
mod realm;
mod realms;
mod redirect_url;
mod regular_file;
mod store;
mod text;
mod turn;
mod unknown_host;
mod user;
mod users_own;
mod verifiers;

pub use check::{Asked, Probe, Report, Verdict};
pub use claims::{Claims, UnfitClaims};
pub use client_key::{ClientKey, ClientKeyError, ClientKeyFiles};
pub use clock::now;
pub use error::cause::Cause;
pub use error::earlier::Earlier;
pub use error::explanation::{Explanation, Who};
pub use error::user_name::UserError;
pub use error::words::ProviderWords;
pub use error::{Class, Error};
pub use groups::{Groups, Warning};
pub use http::HttpError;
pub use logins::{Begun, Callback, Logins};
pub use network::{Network, Received};
pub use onerealm_core as core;
pub use onerealm_core::{
    BrowserBinding, ClientType, ClientTypeSetting, DamagedPending, Decision, PendingAuthorization,
    PendingFields, RedirectUri, Requested, TokenAuthMethod, UnixTime,
};
#[cfg(feature = "loopback")]
pub use onerealm_loopback as loopback;
pub use realm::RealmConfig;
pub use realms::{Realms, RealmsError, UnusableRealm};
#[doc(hidden)]
pub use regular_file::{CA_FILE_LEN, open_regular_file, read_regular_file};
pub use store::{
    DirectoryStore, MemoryStore, PendingStore, SealedOrDirectoryStore, SealedStore, StoreError,
    Unsafe,
};
pub use text::Text;
#[doc(hidden)]
pub use unknown_host::is_unknown_host;
pub use user::User;
#[doc(hidden)]
pub use users_own::is_users_own;
pub use verifiers::verifiers;
