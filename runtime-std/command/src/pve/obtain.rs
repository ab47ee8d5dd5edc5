//! The ticket for a command: kept, renewed, or from a login.

use super::args::Way;
use super::login;
use super::session::Session;
use super::ticket::Ticket;
use crate::failure::Failure;

/// Which ticket will do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One that is kept, if it isn't old.
    Any,
    /// A new login.
    New,
}

/// A ticket that is good for another hour at least.
pub(crate) fn ticket(session: &mut Session, way: &Way, wanted: Wanted) -> Result<Ticket, Failure> {
    let realm = way.node.realm.as_deref();
    if wanted == Wanted::Any {
        let kept = session.kept.read(realm, session.now())?;
        if let Some(ticket) = kept.filter(|ticket| !ticket.is_old(session.now())) {
            return Ok(ticket);
        }
    }
    let lock = session.kept.lock()?;
    // Whoever was waited for has just logged in.
    if wanted == Wanted::Any || lock.has_waited {
        if let Some(ticket) = session.kept.read(realm, session.now())? {
            let is_old = ticket.is_old(session.now());
            let fresh = if is_old { session.renew(ticket)? } else { Some(ticket) };
            if let Some(ticket) = fresh {
                return Ok(ticket);
            }
        }
    }
    let ticket = login::run(session, way)?;
    session.kept.write(&ticket)?;
    Ok(ticket)
}
