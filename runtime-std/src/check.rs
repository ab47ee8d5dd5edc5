//! What a login in a realm would do, and whether the provider is ready for it.

use std::fmt;

use onerealm_core::{ClientType, JwksError, PkceOffered, RedirectUri, RelyingParty, Requested};
use serde_json::{Value, json};

use crate::config::RealmConfig;
use crate::error::Error;
use crate::logins::{Logins, check_listed};

/// The redirect URLs that are looked at unless one is given, or the realm lists others.
const EXAMPLES: [&str; 2] = ["https://pve.example:8006", "http://127.0.0.1/callback"];

/// What [`Logins::check`] found. It is made only where a login could begin and its ID token be
/// verified.
#[derive(Debug, Clone)]
pub struct Report {
    realm: String,
    comment: Option<String>,
    issuer: String,
    keys: usize,
    logins: Vec<(String, ClientType)>,
    notes: Vec<String>,
}

impl Logins {
    /// Fetches the realm's metadata and keys, and says which client type a login with
    /// `redirect_url` has; without it, with each that the realm lists, or else one of each kind.
    pub fn check(&self, realm: &str, redirect_url: Option<&str>) -> Result<Report, Error> {
        let urls = redirect_uris(self.config().realm(realm)?, redirect_url)?;
        self.inspect(realm, |config, relying_party, provider, call| {
            let keys = provider.keys(call)?;
            let mut logins = Vec::new();
            for url in urls {
                let decided = relying_party
                    .client_type(&url, Requested::Default)
                    .map_err(|error| Error::Begin(error.into()))?;
                logins.push((url.as_str().to_owned(), decided));
            }
            let usable = provider.key_set(&keys)?.decodable();
            if usable == 0 {
                return Err(provider.keys_error(JwksError::NoneUsable));
            }
            Ok(Report {
                realm: config.name.clone(),
                comment: config.shown_comment(),
                issuer: config.issuer_url.clone(),
                keys: usable,
                logins,
                notes: notes(config, relying_party),
            })
        })
    }
}

fn redirect_uris(config: &RealmConfig, given: Option<&str>) -> Result<Vec<RedirectUri>, Error> {
    match given {
        Some(url) => {
            let url = RedirectUri::parse(url)?;
            check_listed(config, &url)?;
            Ok(vec![url])
        }
        None if config.redirect_urls.is_empty() => {
            Ok(EXAMPLES.into_iter().map(RedirectUri::parse).collect::<Result<_, _>>()?)
        }
        None => Ok(config.redirect_urls.clone()),
    }
}

fn notes(config: &RealmConfig, relying_party: RelyingParty<'_>) -> Vec<String> {
    let metadata = relying_party.metadata();
    let mut notes = Vec::new();
    let mut note = |text: &str| notes.push(text.to_owned());
    match metadata.pkce() {
        PkceOffered::S256 => {}
        PkceOffered::NotListed => note(
            "metadata doesn't say that the provider knows PKCE with S256; it is sent all the same",
        ),
        PkceOffered::NotS256 => note(
            "metadata says that the provider doesn't know PKCE with S256; it is sent all the same, and may be refused",
        ),
    }
    if config.query_userinfo && metadata.userinfo_endpoint().is_none() {
        note("the provider has no userinfo endpoint, so claims come from the ID token only");
    }
    if !config.unknown.is_empty() {
        notes.push(format!("properties that are not known here: {}", config.unknown.join(", ")));
    }
    notes
}

impl Report {
    /// As JSON: `realm`, `comment`, `issuer`, `usable_keys`, `logins` and `notes`.
    pub fn to_json(&self) -> Value {
        let logins: Vec<_> = self
            .logins
            .iter()
            .map(|(url, decided)| json!({"redirect_url": url, "client_type": decided.as_str()}))
            .collect();
        json!({
            "realm": self.realm,
            "comment": self.comment,
            "issuer": self.issuer,
            "usable_keys": self.keys,
            "logins": logins,
            "notes": self.notes,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comment = self.comment.iter().map(|comment| format!(" ({comment})"));
        writeln!(
            f,
            "realm {}{}: provider {} answers; usable keys: {}",
            self.realm,
            comment.collect::<String>(),
            self.issuer,
            self.keys
        )?;
        for (url, decided) in &self.logins {
            writeln!(f, "  {url}: a {} login", decided.as_str())?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  note: {note}"))
    }
}
