//! Tickets: what a login gives.

use std::io;

use base64ct::{Base64, Encoding as _};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::kept::Kept;
use crate::product::Product;
use crate::secret::{Digest, digest, random};

/// How long a ticket lives, in seconds.
pub const LIFETIME: u64 = 2 * 60 * 60;

/// What a cookie can't hold, of the characters in a user name.
const NOT_IN_COOKIES: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'%').add(b',').add(b';').add(b'\\');

pub struct Tickets {
    product: Product,
    kept: Kept<Session>,
}

/// What its user gets.
pub struct Ticket {
    pub username: String,
    pub ticket: String,
    pub csrf: String,
}

/// What is kept of a ticket.
#[derive(Clone)]
pub struct Session {
    /// With the realm.
    pub username: String,
    csrf: Digest,
}

impl Session {
    /// Whether that is the token of this ticket, which no other site can make a browser send.
    pub fn has_csrf(&self, token: &str) -> bool {
        self.csrf == digest(token)
    }
}

impl Tickets {
    pub fn new(product: Product) -> Self {
        Tickets { product, kept: Kept::new(LIFETIME) }
    }

    /// A ticket for a user who has just shown who they are.
    ///
    /// It looks like those of the products, which tools check. Theirs are signed, so that every node of a cluster takes
    /// them; these are known to this process alone, and gone when it ends.
    pub fn issue(&self, username: String, now: u64) -> io::Result<Ticket> {
        let (prefix, name) =
            (self.product.prefix(), utf8_percent_encode(&username, NOT_IN_COOKIES));
        let ticket =
            format!("{prefix}:{name}:{now:X}::{}", Base64::encode_string(&random::<32>()?));
        let csrf = format!("{now:X}:{}", Base64::encode_string(&random::<32>()?));
        let session = Session { username: username.clone(), csrf: digest(&csrf) };
        self.kept.insert(&ticket, session, now);
        Ok(Ticket { username, ticket, csrf })
    }

    /// Whose ticket that is, as long as it lives.
    pub fn session(&self, ticket: &str, now: u64) -> Option<Session> {
        self.kept.get(ticket, now)
    }
}
