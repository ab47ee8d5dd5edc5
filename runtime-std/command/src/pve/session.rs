//! A node, how it is known, and the ticket for it.

use std::path::{Path, PathBuf};

use onerealm::UnixTime;
use sha2::{Digest as _, Sha256};

use super::args::NodeArgs;
use super::certificate::{Authorities, Fingerprint, Verifier, read_ca_file};
use super::kept::{self, Kept};
use super::node::Node;
use super::pins::Pin;
use super::refusal::Refusal;
use super::ticket::{Ticket, TicketData};
use crate::failure::Failure;

/// What the commands of one node share.
pub(crate) struct Session {
    pub(crate) node: Node,
    pub(crate) kept: Kept,
    pub(crate) state: PathBuf,
    /// The fingerprint that was compared, where one was.
    pub(crate) pin: Option<Fingerprint>,
    clock: fn() -> UnixTime,
    to_remember: Option<(Pin, Fingerprint)>,
}

impl Session {
    pub(crate) fn new(
        args: &NodeArgs,
        state: &Path,
        clock: fn() -> UnixTime,
    ) -> Result<Self, Failure> {
        let address = args.host.of(args.product);
        let file = Pin::new(state, &address);
        let remembered = file.read()?;
        let pin = args.fingerprint.or(remembered);
        let (authorities, mut trust) = match &args.ca_file {
            Some(path) => {
                let certificates = read_ca_file(path)?;
                let mut hash = Sha256::new();
                certificates.iter().for_each(|certificate| hash.update(certificate));
                let hash: String =
                    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
                (Authorities::File(certificates), format!("ca {hash} "))
            }
            None if pin.is_some() => (Authorities::Nobody, String::new()),
            None => (Authorities::System, "system".to_owned()),
        };
        trust.extend(pin.map(|pin| pin.hex()));
        let root = Kept::root(std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from), state);
        kept::sweep(&root, clock().0);
        let kept = Kept::new(&root, args.product, &address, trust);
        let node = Node::new(address, args.product, Verifier::new(pin, authorities)?)?;
        let to_remember = args.fingerprint.filter(|given| remembered != Some(*given));
        let to_remember = to_remember.map(|fingerprint| (file, fingerprint));
        Ok(Session { node, kept, state: state.to_owned(), pin, clock, to_remember })
    }

    pub(crate) fn now(&self) -> u64 {
        (self.clock)().0
    }

    /// Keeps a fingerprint that was given, once the node has shown it to be its own.
    pub(crate) fn remember(&mut self) -> Result<(), Failure> {
        match self.to_remember.take_if(|_| self.node.has_answered()) {
            Some((file, fingerprint)) => file.write(fingerprint),
            None => Ok(()),
        }
    }

    /// A new ticket for an old one; none if the node takes the old one no more.
    pub(crate) fn renew(&mut self, old: Ticket) -> Result<Option<Ticket>, Failure> {
        let product = self.node.product;
        let cookie = old.cookie(product);
        let own = old.username.strip_suffix(&old.realm).and_then(|name| name.strip_suffix('@'));
        let with_realm = [("realm", old.realm.as_str())];
        // The Mail Gateway adds a realm to whatever name it gets.
        let (username, realm) = match product {
            super::product::Product::Pmg => (own.unwrap_or_default(), &with_realm[..]),
            _ => (old.username.as_str(), &[][..]),
        };
        let form = [&[("username", username), ("password", &*old.ticket)], realm].concat();
        let who = Some(old.credentials(&cookie));
        let answer = match self.node.post::<TicketData>("/access/ticket", &form, who) {
            Ok(answer) => answer,
            Err(Refusal::Unauthorized(_)) => {
                self.kept.remove(&old.realm)?;
                log::info!("the ticket that was kept is no longer taken");
                return Ok(None);
            }
            Err(refusal) => return Err(refusal.into_failure()),
        };
        self.remember()?;
        let ticket = Ticket::of_answer(answer, product, &old.realm, self.now())?;
        self.kept.write(&ticket)?;
        log::info!("the ticket was renewed");
        Ok(Some(ticket))
    }
}
