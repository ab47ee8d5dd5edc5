//! What must hold of the core for every input: one function for each fuzz target. Each says whether the input was
//! accepted, so that `core/seeds` can check that the seeds reach what they are meant to reach.

#![forbid(unsafe_code)]

mod browser;
mod callback;
mod credentials;
mod fixed;
mod key_index;
mod login;
mod provider;
mod reading;
mod same;
mod scan;
mod signed_userinfo;
mod userinfo;
mod wire;

pub use browser::{authorization_response, pending_authorization};
pub use callback::callback;
pub use credentials::basic_credentials;
pub use key_index::key_index;
pub use login::{id_token, login};
pub use provider::{discovery, jwks, token_response};
pub use scan::scan;
pub use signed_userinfo::signed_userinfo;
pub use userinfo::userinfo;
pub use wire::{form, json, redirect_uri};
