//! Whose request to a node it is.

/// A ticket as a request carries it.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'a> {
    /// The value of the header `Cookie`.
    pub(crate) cookie: &'a str,
    pub(crate) csrf: &'a str,
}
