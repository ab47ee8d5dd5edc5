//! Realms whose providers can pass each other's responses off as their own (mix-up, RFC 9700 section
//! 4.4): of two issuers, with one redirect URI, where one doesn't announce `iss` (RFC 9207).

use std::collections::BTreeSet;
use std::sync::Mutex;

use onerealm_core::RedirectUri;

use crate::lock::lock;
use crate::realm::RealmConfig;
use crate::realms::Realms;

/// The most pairs of realms that are remembered.
const REMEMBERED: usize = 1024;

/// The realms of other issuers whose logins may begin with `redirect_uri` too.
pub(crate) fn sharing<'r>(
    realms: &'r Realms,
    config: &'r RealmConfig,
    redirect_uri: &'r RedirectUri,
) -> impl Iterator<Item = &'r RealmConfig> {
    let usable = realms.iter().filter_map(|(_, realm)| realm.ok());
    usable.filter(move |other| {
        other.realm.issuer != config.realm.issuer && other.allows(redirect_uri)
    })
}

/// What to tell the administrator of a realm whose provider doesn't announce `iss`, and of `other`.
pub(crate) fn sentence(config: &RealmConfig, other: &RealmConfig, uri: &RedirectUri) -> String {
    format!(
        "the provider of realm {realm} doesn't announce iss (RFC 9207), and logins in realm {other} at another provider may use the redirect URL {uri} too: that provider could then sign in as an end user of realm {realm} who begins a login in realm {other} (mix-up), so give each realm redirect URLs of its own with redirect-urls",
        realm = config.name(),
        other = other.name(),
        uri = uri.as_str(),
    )
}

/// Warns of each such pair, once in the life of the process. `config` is the realm of a login that
/// begins, whose provider is known to announce `iss` or not; no other is asked.
pub(crate) fn warn(
    realms: &Realms,
    config: &RealmConfig,
    redirect_uri: &RedirectUri,
    announces_issuer: bool,
) {
    static WARNED: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());
    if announces_issuer {
        return;
    }
    for other in sharing(realms, config, redirect_uri) {
        let pair = (config.name().to_owned(), other.name().to_owned());
        let mut warned = lock(&WARNED);
        if warned.len() < REMEMBERED && warned.insert(pair) {
            log::warn!("{}", sentence(config, other, redirect_uri));
        }
    }
}
