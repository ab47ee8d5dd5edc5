//! Logins through the command and the library, against the embedded provider: what goes over the
//! wire is read from the provider's record.

mod binding;
mod caches;
mod client_type_table;
mod concurrency;
mod errors;
mod login_command;
mod proxy;
mod sealed;
mod secrets;
mod support;
mod userinfo;
