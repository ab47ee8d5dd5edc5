//! What the demonstration shows.

use onerealm::Requested;

/// One login of the demonstration, and what has to come of it.
pub(super) struct Scene {
    pub(super) title: &'static str,
    pub(super) realm: &'static str,
    pub(super) redirect_url: &'static str,
    pub(super) requested: Requested,
    pub(super) expected: Expected,
}

pub(super) enum Expected {
    /// The end user is known.
    Identity,
    /// The token endpoint refuses, with this number of Entra ID's.
    Refused(u64),
}
