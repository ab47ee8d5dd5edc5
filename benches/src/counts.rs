//! What is counted.

use std::fmt;

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    Allocations,
    Requests,
    Handshakes,
    SystemCalls,
}

impl Figure {
    pub const ALL: [Figure; 4] =
        [Figure::Allocations, Figure::Requests, Figure::Handshakes, Figure::SystemCalls];

    /// As one word, for the file of ceilings.
    pub fn word(self) -> &'static str {
        match self {
            Figure::Allocations => "allocations",
            Figure::Requests => "requests",
            Figure::Handshakes => "handshakes",
            Figure::SystemCalls => "system-calls",
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word().replace('-', " "))
    }
}

/// What one login, or one step of it, took.
pub type Counts = Vec<(Figure, u64)>;
