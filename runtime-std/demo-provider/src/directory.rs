//! The tenant and everything that it has issued.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::authorization_request::AuthorizationRequest;
use super::record::Record;
use super::setup::{Registration, Setup, User};
use super::signing_key::SigningKey;

/// The tenant and everything that it has issued.
pub(super) struct Directory {
    pub(super) setup: Setup,
    /// `http://127.0.0.1:PORT`, unless something stands in front of it.
    pub(super) origin: String,
    pub(super) issuer: String,
    pub(super) key: SigningKey,
    pub(super) record: Record,
    issued: Mutex<Issued>,
}

/// What has been issued, each under the random text that stands for it.
#[derive(Default)]
pub(super) struct Issued {
    /// Sign-in pages that wait for their user.
    pub(super) sign_ins: HashMap<String, AuthorizationRequest>,
    /// Browsers that are signed in, by cookie.
    pub(super) sessions: HashMap<String, User>,
    /// Authorization codes, redeemed ones too.
    pub(super) codes: HashMap<String, Code>,
    /// Access tokens.
    pub(super) access_tokens: HashMap<String, Grant>,
}

/// One authorization code.
pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) expires: Instant,
    pub(super) is_redeemed: bool,
}

/// Who signed in for which request.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) user: User,
    pub(super) request: AuthorizationRequest,
}

impl Directory {
    pub(super) fn new(setup: Setup, origin: String) -> Self {
        Self {
            issuer: format!("{origin}/{}/v2.0", setup.tenant),
            origin,
            setup,
            key: SigningKey::rfc7515_a2(),
            record: Record::default(),
            issued: Mutex::default(),
        }
    }

    pub(super) fn registration(&self, client_id: &str) -> Option<&Registration> {
        self.setup.registrations.iter().find(|registration| registration.client_id == client_id)
    }

    /// Entra ID does not tell upper from lower case in a user name.
    pub(super) fn user(&self, user_name: &str) -> Option<&User> {
        self.setup.users.iter().find(|user| user.user_name.eq_ignore_ascii_case(user_name.trim()))
    }

    pub(super) fn issued(&self) -> MutexGuard<'_, Issued> {
        // A panic elsewhere leaves the maps whole.
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Issues a code for a grant.
    pub(super) fn issue_code(&self, grant: Grant) -> String {
        // Entra ID's codes have 900 characters and more.
        let code = format!("1.{}", random_text::<673>());
        let issued =
            Code { grant, expires: Instant::now() + self.setup.code_lifetime, is_redeemed: false };
        self.issued().codes.insert(code.clone(), issued);
        code
    }
}

/// `LENGTH` random bytes, in base64url.
pub(super) fn random_text<const LENGTH: usize>() -> String {
    Base64UrlUnpadded::encode_string(&random::<LENGTH>())
}

/// A random GUID.
pub(super) fn random_guid() -> String {
    guid(&random::<16>())
}

/// The first 16 bytes as a GUID.
pub(super) fn guid(bytes: &[u8]) -> String {
    let mut guid = String::new();
    for (position, byte) in bytes.iter().take(16).enumerate() {
        if [4, 6, 8, 10].contains(&position) {
            guid.push('-');
        }
        // Writing to a string does not fail.
        let _ = write!(guid, "{byte:02x}");
    }
    guid
}

fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    // A provider without randomness must not issue anything, and has no one to tell but the log.
    SystemRandom::new().fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
