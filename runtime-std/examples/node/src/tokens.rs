//! API tokens, which live longer than tickets and can be deleted.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::secret::{Digest, digest, random};

/// The most tokens of a user.
const MOST: usize = 100;

#[derive(Default)]
pub struct Tokens {
    /// By user and name.
    tokens: Mutex<BTreeMap<(String, String), Token>>,
}

/// What is kept of a token, and told of it.
#[derive(Clone)]
pub struct Token {
    /// In seconds since 1970; never if `None`.
    pub expire: Option<u64>,
    /// Whether it has only the permissions that it is given, and not all of its user's.
    pub privsep: bool,
    pub comment: String,
    value: Digest,
}

/// Why a token was not made.
pub enum NotMade {
    Exists,
    TooMany,
    Random(io::Error),
}

impl Tokens {
    /// Makes a token, and gives its value, which is shown once.
    pub fn make(
        &self,
        username: &str,
        name: &str,
        (expire, privsep, comment): (Option<u64>, bool, String),
    ) -> Result<String, NotMade> {
        let value = uuid(random().map_err(NotMade::Random)?);
        let mut tokens = self.tokens();
        if of(&tokens, username).count() >= MOST {
            return Err(NotMade::TooMany);
        }
        let key = (username.to_owned(), name.to_owned());
        if tokens.contains_key(&key) {
            return Err(NotMade::Exists);
        }
        tokens.insert(key, Token { expire, privsep, comment, value: digest(&value) });
        Ok(value)
    }

    /// Whether there was one.
    pub fn delete(&self, username: &str, name: &str) -> bool {
        self.tokens().remove(&(username.to_owned(), name.to_owned())).is_some()
    }

    /// All of a user's, also those that have expired.
    pub fn list(&self, username: &str) -> Vec<(String, Token)> {
        let tokens = self.tokens();
        of(&tokens, username).map(|((_, name), token)| (name.clone(), token.clone())).collect()
    }

    /// The token of that name, if the value is its own and it has not expired.
    pub fn find(&self, username: &str, name: &str, value: &str, now: u64) -> Option<Token> {
        let tokens = self.tokens();
        let token = tokens.get(&(username.to_owned(), name.to_owned()))?;
        let is_alive = token.expire.is_none_or(|expire| now < expire);
        (is_alive && token.value == digest(value)).then(|| token.clone())
    }

    fn tokens(&self) -> MutexGuard<'_, BTreeMap<(String, String), Token>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of<'t>(
    tokens: &'t BTreeMap<(String, String), Token>,
    username: &str,
) -> impl Iterator<Item = (&'t (String, String), &'t Token)> {
    tokens.iter().filter(move |((of, _), _)| of == username)
}

/// 128 random bits in the form that the products' tokens have.
fn uuid(bytes: [u8; 16]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
