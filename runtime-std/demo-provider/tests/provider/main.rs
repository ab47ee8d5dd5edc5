//! The demo provider, from the outside: what Entra ID does, request by request.

mod authentication;
mod authorization;
mod claims;
mod client_assertions;
mod client_types;
mod record;
mod support;
mod token;
