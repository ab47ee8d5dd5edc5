//! The keys that a provider publishes, in words.

use onerealm_core::wire::Value;
use onerealm_core::{KeySet, KeyWords, RelyingParty};

use super::shown::{Secrets, item, list, shown};

/// The keys, and their URL.
pub(super) fn told(relying_party: RelyingParty<'_>, keys: KeySet<'_>, secrets: &Secrets) -> String {
    let keys = list(keys.words().map(|words| key(words, secrets)));
    let jwks_uri: String = relying_party.metadata().jwks_uri().chars().collect();
    format!("the keys at {}, where issuer-url leads: {keys}", shown(&jwks_uri))
}

fn key(key: KeyWords<'_>, secrets: &Secrets) -> String {
    let show = |value: Value<'_>| item(value, secrets);
    let kid = key.kid.map_or_else(|| "one without kid".to_owned(), show);
    let kind = [key.kty, key.crv, key.alg].into_iter().flatten().map(show);
    let unfit = (!key.usable).then(|| "not for signatures here".to_owned());
    let kind: Vec<_> = kind.chain(unfit).collect();
    format!("{kid} ({})", kind.join(", "))
}
