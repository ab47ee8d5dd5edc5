//! The kind of failure.

/// The kind of failure, which is also the command's exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// Realm or configuration, the provider's documents included.
    Realm = 3,
    /// Authorization response.
    Authorization = 4,
    /// Token or userinfo endpoint.
    Endpoint = 5,
    /// ID token or its claims.
    IdToken = 6,
    /// Network or TLS.
    Network = 7,
    /// Storage.
    Storage = 8,
}
