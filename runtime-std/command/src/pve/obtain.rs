//! The ticket for a command: kept, renewed, or from a login.

use super::args::Way;
use super::login;
use super::session::Session;
use super::ticket::Ticket;
use crate::failure::Failure;
use crate::say::say;

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
                if lock.has_waited {
                    say_who(session, &ticket);
                }
                return Ok(ticket);
            }
        }
    }
    let ticket = login::run(session, way)?;
    session.kept.write(&ticket)?;
    say_who(session, &ticket);
    Ok(ticket)
}

/// Whoever asked for the ticket sees whether that is somebody else.
fn say_who(session: &Session, ticket: &Ticket) {
    say!("Signed in to {} as {}.", session.node.address, ticket.username);
}
