//! Whose request to a node it is.

/// A ticket as a request carries it.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'a> {
    /// The value of the header `Cookie`.
    pub(crate) cookie: &'a str,
    pub(crate) csrf: &'a str,
}

impl<'a> Credentials<'a> {
    /// The ticket as it is in the cookie, and the CSRF prevention token.
    pub(crate) fn secrets(self) -> [&'a str; 2] {
        [self.cookie.split_once('=').map_or(self.cookie, |(_, ticket)| ticket), self.csrf]
    }
}
