//! What a login in a realm would do, and whether the provider is ready for it.

mod credential;
mod foreseen;
mod probe;
mod redirects;

use onerealm_core::{
    ClientType, ClientTypeError, JwksError, PkceOffered, QueryUserinfo, RedirectUri, RelyingParty,
    Requested,
};

use self::foreseen::Foreseen;
pub use self::probe::{Asked, Probe, Verdict};
use crate::documents::URL_LEN;
use crate::error::Error;
use crate::logins::{Logins, check_listed, refused as refused_login};
use crate::realm::RealmConfig;

/// The redirect URLs to try if the caller gives none and the realm lists none.
const LOOPBACK: &str = "http://127.0.0.1/callback";
const EXAMPLES: [&str; 2] = ["https://pve.example:8006", LOOPBACK];

/// What [`Logins::check`] found: a login can begin, and its ID token can be verified.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// The realm's name.
    pub realm: String,
    /// The realm's comment, safe to show.
    pub comment: Option<String>,
    /// The issuer.
    pub issuer: String,
    /// How many of the provider's keys can verify signatures here.
    pub usable_keys: usize,
    /// The redirect URLs tried, each with the client type of its login.
    pub logins: Vec<(String, ClientType)>,
    /// What will stop every login, if the provider does as its metadata says: one sentence each.
    pub problems: Vec<String>,
    /// What keeps the store of pending logins from working as it was set up, though logins go on: code and message.
    pub store: Option<(&'static str, String)>,
    /// Notes for the administrator, one sentence each.
    pub notes: Vec<String>,
}

impl Logins {
    /// Fetches the realm's metadata and keys, and reports the client type of a login with
    /// `redirect_url`. Without one, tries every redirect URL that the realm lists, or one of each
    /// kind if it lists none.
    ///
    /// # Errors
    ///
    /// As [`begin`](Logins::begin), and [`Cause::Jwks`](crate::Cause::Jwks) if no key verifies signatures here and the
    /// metadata doesn't say why.
    pub fn check(&self, realm: &str, redirect_url: Option<&str>) -> Result<Report, Error> {
        let config = self.realms().get(realm)?;
        let urls = redirect_uris(config, redirect_url, &EXAMPLES)?;
        let login = self.login_asking(config)?;
        let metadata = login.published.metadata();
        let relying_party = login.relying_party(&metadata)?;
        let mut url = [0; URL_LEN];
        let keys = login.published.keys(&login.call, &mut url)?;
        let document = keys.get()?;
        let mut logins = Vec::new();
        let mut refused = Vec::new();
        for url in &urls {
            match relying_party.client_type(url, Requested::Default) {
                Ok(decided) => logins.push((url.as_str().to_owned(), decided)),
                // Others of the realm's may be fine.
                Err(ClientTypeError::PublicRefused) if redirect_url.is_none() => {
                    refused.push(url.as_str());
                }
                Err(error) => return Err(refused_login::begin(error.into(), relying_party)),
            }
        }
        let key_set = keys.key_set(&document)?;
        let usable = key_set.decodable();
        let Foreseen { problems, notes: foreseen } = Foreseen::of(relying_party, key_set)
            .and(credential::look(self.realms(), config, &metadata)?);
        // Without a key because of something else, that is what to tell.
        if usable == 0 && problems.is_empty() {
            return Err(keys.error(JwksError::NoneUsable));
        }
        let of_refused = refused.iter().map(|url| {
            format!(
                "a login with the redirect URL {url} is refused, as the realm has public-override 0"
            )
        });
        let shared = redirects::shared(self.realms(), config, relying_party, &urls);
        let loopback = RedirectUri::parse(LOOPBACK)?;
        let strangers = redirects::open_to_strangers(config, relying_party, &loopback);
        let of_redirects = of_refused.chain(shared).chain(strangers);
        Ok(Report {
            realm: config.name().to_owned(),
            comment: config.comment.clone(),
            issuer: config.realm.issuer.as_str().to_owned(),
            usable_keys: usable,
            logins,
            problems,
            notes: foreseen
                .into_iter()
                .chain(notes(config, relying_party))
                .chain(of_redirects)
                .collect(),
            store: self.store_fault(),
        })
    }
}

fn redirect_uris(
    config: &RealmConfig,
    given: Option<&str>,
    examples: &[&str],
) -> Result<Vec<RedirectUri>, Error> {
    match given {
        Some(url) => {
            let url = RedirectUri::parse(url)?;
            check_listed(config, &url)?;
            Ok(vec![url])
        }
        None if config.redirect_urls.is_empty() => {
            Ok(examples.iter().copied().map(RedirectUri::parse).collect::<Result<_, _>>()?)
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
    if config.realm.userinfo == QueryUserinfo::WhereOffered
        && metadata.userinfo_endpoint().is_none()
    {
        note("the provider has no userinfo endpoint, so claims come from the ID token only");
    }
    if !config.unused.is_empty() {
        let unused = config.unused.join(", ");
        notes.push(match config.realm.registration.private_key() {
            Some(_) => format!("{unused} has no effect, as token-auth-method is private_key_jwt"),
            None => {
                format!("without effect, as token-auth-method is not private_key_jwt: {unused}")
            }
        });
    }
    if !config.unknown.is_empty() {
        notes.push(format!("properties that are not known here: {}", config.unknown.join(", ")));
    }
    notes
}
