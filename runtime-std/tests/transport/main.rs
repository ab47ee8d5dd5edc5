//! Whole logins against a provider and a network that do what they like: the names of the tests
//! begin with the numbers of the cases.
//!
//! Between the relying party and the demo provider stands a [`front`] under the test's control,
//! which answers as the provider would except where a test bends one answer.

mod bodies;
mod callback;
mod certificates;
mod child;
mod chunks;
mod connections;
mod framing;
mod front;
mod kept;
mod memory;
mod names;
mod redirects;
mod rescue;
mod refused_certificates;
mod scene;
mod signals;
mod stalls;
mod system_store;
mod tls;
mod trusted_itself;
mod tunnel;
