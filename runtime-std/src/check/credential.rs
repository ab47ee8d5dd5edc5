//! What a check says of a realm's private key and its certificate.

use std::time::Duration;

use onerealm_core::{ProviderMetadata, UnixTime};

use super::foreseen::Foreseen;
use crate::client_key::{ClientKey, ClientKeyError};
use crate::clock::now;
use crate::error::Error;
use crate::realm::RealmConfig;
use crate::realms::Realms;

/// How long before a certificate ends a check says so.
const NOTICE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Reads the private key, if the realm's credential is one.
pub(super) fn look(
    realms: &Realms,
    config: &RealmConfig,
    metadata: &ProviderMetadata<'_>,
) -> Result<Foreseen, Error> {
    let mut found = Foreseen::default();
    if config.realm.registration.private_key().is_none() {
        return Ok(found);
    }
    let key = config.client_key.as_ref().ok_or(ClientKeyError::NotNamed)?.read()?;
    if let Some(validity) = key.validity() {
        look_at_validity(validity, Duration::from_secs(now().0), &mut found);
    }
    if !metadata.lists_algorithm_of(&key) {
        found.notes.push("the provider's metadata lists algorithms for client assertions, and none that the key of client-key-file signs with: if logins fail, use a key of another kind (RSA or P-256)".to_owned());
    }
    found.notes.extend(shared(realms, config, &key));
    Ok(found)
}

/// In time since 1970.
fn look_at_validity((begins, ends): (Duration, Duration), now: Duration, found: &mut Foreseen) {
    let date = |time: Duration| UnixTime(time.as_secs());
    if now < begins {
        found.problems.push(format!(
            "the certificate of client-cert-file is valid from {} on, and it is {}: check this machine's clock, or use another certificate",
            date(begins), date(now)
        ));
    } else if now > ends {
        found.problems.push(format!(
            "the certificate of client-cert-file ended at {}: make another one, and let the provider know it",
            date(ends)
        ));
    } else if now + NOTICE > ends {
        found.notes.push(format!(
            "the certificate of client-cert-file ends at {}, in {} days: make another one, and let the provider know it before",
            date(ends), (ends - now).as_secs() / (24 * 60 * 60)
        ));
    }
}

/// A note for each realm of another provider with the same key: either one could use at the other what it is sent, where
/// both take the same audience.
fn shared(realms: &Realms, config: &RealmConfig, key: &ClientKey) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, other) in realms.iter() {
        let Ok(other) = other else { continue };
        let is_private = other.realm.registration.private_key().is_some();
        if !is_private || other.realm.issuer == config.realm.issuer {
            continue;
        }
        // One that can't be read is that realm's matter.
        let other = other.client_key.as_ref().and_then(|files| files.read().ok());
        if other.is_some_and(|other| other.is(key)) {
            notes.push(format!(
                "the realm {name} has the same private key, and another provider: give each provider a key of its own, as one could pass on what the other is sent"
            ));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[test]
    fn a_certificate_is_judged_by_its_days() {
        let (begins, ends) = (DAY * 20_000, DAY * 20_365);
        let look = |now| {
            let mut found = Foreseen::default();
            look_at_validity((begins, ends), now, &mut found);
            (found.problems.len(), found.notes)
        };
        let second = Duration::from_secs(1);
        assert_eq!(look(begins - second), (1, vec![]));
        assert_eq!(look(begins), (0, vec![]));
        assert_eq!(look(ends - NOTICE), (0, vec![]));
        let (problems, notes) = look(ends - NOTICE + second);
        assert_eq!(problems, 0);
        assert!(notes[0].contains("ends at 2025-10-04T00:00:00Z, in 29 days"), "{notes:?}");
        let (problems, notes) = look(ends);
        assert_eq!((problems, notes.len()), (0, 1));
        assert_eq!(look(ends + second), (1, vec![]));
    }
}
