//! Logins through the command and the library, against the embedded provider: what goes over the
//! wire is read from the provider's record.

mod bends;
mod binding;
mod caches;
mod client_type_table;
mod concurrency;
mod differences;
mod errors;
mod groups;
mod login_command;
mod proxy;
mod secrets;
mod support;
mod userinfo;
mod usernames;
