//! Requests and handshakes, counted by the provider.

use crate::counts::{Counts, Figure};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exchanges {
    pub requests: u64,
    pub handshakes: u64,
}

impl Exchanges {
    pub fn since(self, before: Exchanges) -> Exchanges {
        Exchanges {
            requests: self.requests - before.requests,
            handshakes: self.handshakes - before.handshakes,
        }
    }

    pub fn counts(self, allocations: Option<f64>) -> Counts {
        let allocations = allocations.map(|count| (Figure::Allocations, count as u64));
        let exchanges = [(Figure::Requests, self.requests), (Figure::Handshakes, self.handshakes)];
        allocations.into_iter().chain(exchanges).collect()
    }
}
