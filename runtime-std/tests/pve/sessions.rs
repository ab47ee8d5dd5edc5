//! The tickets and API tokens that a node has given.

use std::collections::HashMap;

/// How long a ticket lives, in seconds.
const LIFETIME: u64 = 7200;

#[derive(Default)]
pub struct Sessions {
    tickets: HashMap<String, (String, String, u64)>,
    /// By user and name: value, `expire`, `privsep`.
    pub tokens: HashMap<(String, String), (String, u64, Option<String>)>,
}

impl Sessions {
    /// A new ticket and its CSRF prevention token.
    pub fn sign_in(&mut self, prefix: &str, user: &str, now: u64) -> (String, String) {
        let ticket = format!("{prefix}:{user}:{now:X}::{}+/==", random());
        let csrf = format!("{now:X}:{}+/=", random());
        self.tickets.insert(ticket.clone(), (user.to_owned(), csrf.clone(), now));
        (ticket, csrf)
    }

    /// Whose ticket that is, as long as it lives, and its CSRF prevention token.
    pub fn user(&self, ticket: &str, now: u64) -> Option<(&str, &str)> {
        let (user, csrf, issued) = self.tickets.get(ticket)?;
        (now < issued + LIFETIME).then_some((user.as_str(), csrf.as_str()))
    }

    pub fn forget_all(&mut self) {
        self.tickets.clear();
    }

    /// Whose API token that is.
    pub fn of_token(&self, user: &str, name: &str, value: &str, now: u64) -> bool {
        let token = self.tokens.get(&(user.to_owned(), name.to_owned()));
        token.is_some_and(|(known, expire, _)| known == value && (*expire == 0 || now < *expire))
    }
}

pub fn random() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
