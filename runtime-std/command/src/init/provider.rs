//! What the provider says of the realm that is going to be written.

use std::path::Path;

use onerealm::{Class, DirectoryStore, Logins, RealmConfig, Realms};

use crate::check;
use crate::failure::Failure;
use crate::prompt;
use crate::say::say;

/// What asks the provider.
pub(super) struct Provider<'a> {
    pub(super) state: &'a Path,
    pub(super) source: String,
}

impl Provider<'_> {
    fn logins(&self, realm: &RealmConfig) -> Logins {
        let mut realms = Realms::new(self.source.clone());
        realms.add(realm.clone());
        Logins::new(realms, DirectoryStore::new(self.state))
    }

    /// Whether an OpenID Provider answers at the issuer, which is said.
    pub(super) fn answers(&self, realm: &RealmConfig) -> Result<(), Failure> {
        let issuer = realm.realm.issuer.as_str();
        say!("  Asking {issuer} ..");
        self.logins(realm).discover(realm.name())?;
        say!("  {issuer} answers as an OpenID Provider.");
        Ok(())
    }

    /// Says what `check` finds. What would stop logins is a question at a terminal, and an error elsewhere.
    pub(super) fn look(&self, realm: &RealmConfig, is_asked: bool) -> Result<(), Failure> {
        let logins = self.logins(realm);
        let found = logins.check(realm.name(), None).map_err(Failure::from);
        let stopped = match found {
            Ok(report) => {
                say!("{}", check::to_text(&report, None, &self.source));
                let count = report.problems.len();
                (count > 0).then(|| {
                    let sentence =
                        format!("logins will fail: {count} of what was found stops them");
                    Failure::new("check_failed", sentence, Class::Realm as u8)
                })
            }
            Err(failure) => Some(failure),
        };
        let Some(failure) = stopped else { return Ok(()) };
        if !is_asked {
            return Err(
                failure.fixed_by("mend that, or write the realm all the same with --offline")
            );
        }
        say!("{}", failure.text());
        match prompt::confirm("Write the realm all the same?")? {
            true => Ok(()),
            false => Err(failure),
        }
    }
}
