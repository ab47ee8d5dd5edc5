//! The relying party modules of the OpenID Foundation's conformance suite, replayed without it: one
//! test for each module, named after it. A module that changes nothing but the answers is run by
//! redirect and by form post.

mod basic;
mod comprehensive;
mod config;
mod fapi2;
mod form_post;
mod keys;
mod suite;
