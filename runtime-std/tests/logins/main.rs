//! Logins through the command and the library, against the demo provider: what goes over the
//! wire is read from the provider's record.

mod bends;
mod binding;
mod authentication;
mod browsers;
mod caches;
mod change;
mod client_keys;
mod client_type_table;
mod concurrency;
mod differences;
mod discovery_url;
mod document_redirects;
mod disk;
mod disk_files;
mod errors;
mod failing_provider;
mod fetched_ahead;
mod gate;
mod groups;
#[cfg(unix)]
mod init;
mod login_browser;
mod login_command;
mod messages;
mod no_file;
mod no_file_options;
mod not_asked;
mod pasted;
mod man_pages;
mod probe;
mod properties;
mod proxy;
#[cfg(unix)]
mod realms_file;
mod redirect_urls;
mod rekeyed;
#[cfg(unix)]
#[path = "../screen.rs"]
mod screen;
mod sealed;
#[cfg(unix)]
mod sealing_key;
mod secrets;
#[cfg(unix)]
mod streams;
mod shared_redirects;
mod signed_userinfo;
mod sizes;
mod support;
#[cfg(unix)]
mod special_files;
mod status_line;
#[cfg(unix)]
mod terminal;
mod userinfo;
mod usernames;
