//! What a login of ours may take at most, with all endpoints on one host. `.ci/run bench` fails above it.

use crate::exchanges::Exchanges;

/// Code and userinfo, over the connection that the login before has left (`Network::keeping_connections`).
pub const WARM: Exchanges = Exchanges { requests: 2, handshakes: 0 };
/// The same where no connection is kept.
pub const NEW_CONNECTION: Exchanges = Exchanges { requests: 2, handshakes: 1 };
/// Metadata, keys, code and userinfo.
pub const FIRST: Exchanges = Exchanges { requests: 4, handshakes: 3 };
/// Metadata and keys are known from a file.
pub const URL_IN_A_NEW_PROCESS: Exchanges = Exchanges { requests: 0, handshakes: 0 };
