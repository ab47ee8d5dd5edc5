//! The tenant's state: its settings, its key, and everything it has issued.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::authorization_request::AuthorizationRequest;
use crate::grant::Grant;
use crate::random::random_text;
use crate::record::Record;
use crate::setup::{Setup, User};
use crate::signing_key::SigningKey;

/// The tenant, shared by all connections.
pub(crate) struct Directory {
    pub(crate) setup: Setup,
    /// `http://127.0.0.1:PORT`, or [`Setup::origin`].
    pub(crate) origin: String,
    pub(crate) issuer: String,
    pub(crate) key: SigningKey,
    pub(crate) record: Record,
    issued: Mutex<Issued>,
    /// The `jti` of each client assertion that was taken.
    assertions: Mutex<HashSet<String>>,
}

/// Everything issued, by the random text handed out for it.
#[derive(Default)]
pub(crate) struct Issued {
    /// Sign-in pages awaiting an answer, by login token.
    pub(crate) sign_ins: HashMap<String, AuthorizationRequest>,
    /// Signed-in browsers, by cookie.
    pub(crate) sessions: HashMap<String, User>,
    /// Authorization codes, including redeemed ones.
    pub(crate) codes: HashMap<String, Code>,
    /// Access tokens.
    pub(crate) access_tokens: HashMap<String, Grant>,
}

/// One authorization code.
pub(crate) struct Code {
    pub(crate) grant: Grant,
    pub(crate) expires: Instant,
    pub(crate) is_redeemed: bool,
}

impl Directory {
    pub(crate) fn new(setup: Setup, origin: String) -> Self {
        Self {
            issuer: format!("{origin}/{}/v2.0", setup.tenant),
            origin,
            setup,
            key: SigningKey::rfc7515_a2(),
            record: Record::default(),
            issued: Mutex::default(),
            assertions: Mutex::default(),
        }
    }

    /// Everything issued, locked.
    pub(crate) fn issued(&self) -> MutexGuard<'_, Issued> {
        // No change to the maps can stop halfway, so they are intact after a panic elsewhere.
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a client assertion; whether it is the first with this name. It may be called while
    /// [`issued`](Self::issued) is locked.
    pub(crate) fn takes_assertion(&self, jti: String) -> bool {
        self.assertions.lock().unwrap_or_else(PoisonError::into_inner).insert(jti)
    }

    /// Issues a code for a grant.
    pub(crate) fn issue_code(&self, grant: Grant) -> String {
        // Entra ID's codes have 900 characters or more.
        let code = format!("1.{}", random_text::<673>());
        let issued =
            Code { grant, expires: Instant::now() + self.setup.code_lifetime, is_redeemed: false };
        self.issued().codes.insert(code.clone(), issued);
        code
    }
}
