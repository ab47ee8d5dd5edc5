//! Logins through the command and the library, against the demo provider: what goes over the
//! wire is read from the provider's record.

mod bends;
mod binding;
mod caches;
mod change;
mod client_type_table;
mod concurrency;
mod differences;
mod discovery_url;
mod document_redirects;
mod disk;
mod disk_files;
mod errors;
mod failing_provider;
mod groups;
mod login_command;
mod probe;
mod properties;
mod proxy;
mod redirect_urls;
mod rekeyed;
mod sealed;
mod secrets;
mod support;
mod userinfo;
mod usernames;
