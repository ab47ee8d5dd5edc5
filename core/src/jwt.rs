//! The claims that every signed token may have (RFC 7519 section 4.1), read and judged in one way.

use crate::policy::AUDIENCES;
use crate::time::UnixTime;
use crate::wire::{Member, Value, Words};

/// A claim that must be a time is none.
pub(crate) struct NotATime;

/// The time that a claim is, rounded down (RFC 7519 section 2); `None` where there is none.
pub(crate) fn time(claim: Member<'_>) -> Result<Option<UnixTime>, NotATime> {
    let seconds = match claim.value() {
        None => return Ok(None),
        Some(Value::Number(number)) => number.floor(),
        Some(_) => None,
    };
    match seconds {
        Some(seconds) if seconds <= LAST_SECOND => Ok(Some(UnixTime(seconds))),
        _ => Err(NotATime),
    }
}

/// The end of the year 9999: no token means a time behind it.
const LAST_SECOND: u64 = 253_402_300_799;

/// What is wrong with an `aud`.
pub(crate) enum WrongAudience {
    /// It lacks our client identifier, or has an entry that is no string.
    NotOurs,
    /// It has an audience that is not trusted.
    Untrusted,
    /// It has far too many entries.
    TooMany,
}

/// Whether `aud`, a string or an array of them, has our client identifier, and besides only audiences
/// that are trusted.
pub(crate) fn check_audience(
    aud: Member<'_>,
    client_id: &str,
    trusted: &Words<&str>,
) -> Result<(), WrongAudience> {
    let (single, several) = match aud.value() {
        Some(Value::Array(array)) => (None, Some(array.items())),
        single => (single, None),
    };
    let entries = single.into_iter().chain(several.into_iter().flatten());
    let (mut ours, mut untrusted) = (false, false);
    for (i, entry) in entries.enumerate() {
        let entry = entry.as_str().ok_or(WrongAudience::NotOurs)?;
        if i >= AUDIENCES {
            return Err(WrongAudience::TooMany);
        }
        if entry == *client_id {
            ours = true;
        } else {
            untrusted |= !trusted.iter().any(|audience| entry == *audience);
        }
    }
    match (ours, untrusted) {
        (false, _) => Err(WrongAudience::NotOurs),
        (true, true) => Err(WrongAudience::Untrusted),
        (true, false) => Ok(()),
    }
}

/// Whether `azp`, where there is one, is our client identifier.
pub(crate) fn is_authorized_party(azp: Member<'_>, client_id: &str) -> bool {
    let azp = azp.unless_null().value();
    azp.is_none_or(|azp| azp.as_str().is_some_and(|azp| azp == *client_id))
}
