//! What is accepted beyond the specifications, kind by kind, and what of each kind stays refused.
//! `docs/compatibility.md` says why that is safe.

#[path = "../common/mod.rs"]
mod common;

mod content_types;
mod key_numbers;
mod key_twice;
mod keys_without_kid;
mod algorithm_names;
mod header_types;
mod audiences;
mod new_keys_under_an_old_kid;
mod nulls;
mod unneeded_claims;
mod token_response;
mod other_auth_methods;
