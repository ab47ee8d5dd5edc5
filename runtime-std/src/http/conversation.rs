//! Requests in close succession, such as the token and userinfo requests of a login.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use onerealm_core::HttpRequest;

use super::answer::{Answer, BODY_LEN};
use super::error::{Cause, HttpError, Through};
use super::kept::Lines;
use super::line::{IDLE, Line, room_for, told};
use super::names::Names;
use super::proxy;
use super::trust::{Clients, Trusted};

/// A connection for requests to one place. When dropped, it is closed or kept for the next conversation.
pub(crate) struct Conversation<'h> {
    clients: &'h Clients,
    names: &'h Arc<Names>,
    /// Where conversations leave their lines for later ones.
    kept: Option<&'h Lines>,
    line: RefCell<Option<Line>>,
}

impl<'h> Conversation<'h> {
    pub(super) fn new(
        clients: &'h Clients,
        names: &'h Arc<Names>,
        kept: Option<&'h Lines>,
    ) -> Self {
        Conversation { clients, names, kept, line: RefCell::default() }
    }

    /// Sends `request` as it is. Something in the message must bind the answer to it.
    ///
    /// A `GET` over a used connection that breaks without an answer is sent again: the other side may
    /// have closed it at that very moment. Everything else is sent once.
    ///
    /// If the server's certificate is refused, nothing was sent. If the system's store has changed since it was read,
    /// the request is sent with the new one.
    pub(crate) fn send(
        &self,
        request: &HttpRequest<'_>,
        trusted: &Trusted<'_>,
        deadline: Instant,
    ) -> Result<Answer, HttpError> {
        self.send_within(request, trusted, deadline, BODY_LEN)
    }

    /// The same, with room for a body of `limit` bytes.
    pub(crate) fn send_within(
        &self,
        request: &HttpRequest<'_>,
        trusted: &Trusted<'_>,
        deadline: Instant,
        limit: u64,
    ) -> Result<Answer, HttpError> {
        let proxy = proxy::for_url(request.url).map_err(|_| Cause::Proxy);
        let through = proxy.as_ref().ok().and_then(|proxy| proxy.as_ref().map(Through::of));
        let answer = proxy.and_then(|proxy| {
            let mut line = self.line.borrow_mut();
            let line = self.line_to(&mut line, request, trusted)?;
            let answer = line.exchange(request, proxy.clone(), deadline, limit);
            match answer {
                Err(cause) if cause.depends_on_trust() => match self.with_newer_trust(line) {
                    Some(newer) => {
                        *line = newer;
                        line.exchange(request, proxy, deadline, limit)
                    }
                    None => Err(cause),
                },
                answer => answer,
            }
        });
        answer.map_err(|cause| HttpError { url: told(request).to_owned(), through, cause })
    }

    /// A line like this one with what the system trusts by now, if that has changed.
    fn with_newer_trust(&self, line: &Line) -> Option<Line> {
        let client = self.clients.newer(&line.trust, &line.client)?;
        let (names, idle) = (self.names, self.idle());
        Some(Line::new(line.trust.clone(), &line.url, client, names, line.room, idle))
    }

    fn idle(&self) -> Duration {
        self.kept.and_then(Lines::idle).unwrap_or_default().max(IDLE)
    }

    /// The line with the trust store of the call. A request to this machine without TLS loads no
    /// trust store.
    fn line_to<'l>(
        &self,
        line: &'l mut Option<Line>,
        request: &HttpRequest<'_>,
        trusted: &Trusted<'_>,
    ) -> Result<&'l mut Line, Cause> {
        let url = request.url;
        let trust = trusted.at(url)?;
        let client = self.clients.of(&trust)?;
        let room = room_for(request);
        // There is one for each set of certificates.
        let fits = |line: &Line| Arc::ptr_eq(&line.client, &client) && line.room >= room;
        let own = line.take().filter(fits);
        let known = own.or_else(|| self.kept?.take(|line| line.url == url && fits(line)));
        match known {
            Some(known) => Ok(line.insert(known)),
            None => {
                let room = self.kept.map_or(room, |kept| kept.room(room));
                Ok(line.insert(Line::new(trust, url, client, self.names, room, self.idle())))
            }
        }
    }
}

impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        let line = self.line.take().filter(|line| line.is_proven.get());
        if let (Some(kept), Some(line)) = (self.kept, line) {
            kept.put(line);
        }
    }
}
