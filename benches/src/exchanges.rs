//! What is counted of a login, and the most that it may be.

/// Requests and handshakes of one login.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exchanges {
    pub requests: usize,
    pub handshakes: usize,
}

/// The most that a row's figures may be; what is not named is not judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Most {
    pub allocations: Option<u64>,
    pub exchanges: Option<Exchanges>,
}
