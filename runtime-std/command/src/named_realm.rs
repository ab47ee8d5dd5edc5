//! Which realm of the file a command is for.

use onerealm::Logins;

use crate::failure::Failure;

/// The realm that is named, or else the default one.
pub(crate) fn named_or_default<'a>(
    logins: &'a Logins,
    named: Option<&'a str>,
) -> Result<&'a str, Failure> {
    match named {
        Some(name) => Ok(name),
        None => Ok(logins.realms().default_realm()?.name()),
    }
}
