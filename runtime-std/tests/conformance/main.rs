//! The relying party modules of the OpenID Foundation's conformance suite, replayed without it: one
//! test for each module, named after it. A module that changes nothing but the answers is run by
//! redirect and by form post.
//!
//! They provoke THREATS cases 1, 12, 13, 51, 54, 57, 59 to 61, 65, 66, 69, 73, 74, 76, 78, 85, 93,
//! 97 to 99, 104, 108, 109, 135, 143 and 145.
//!
//! `realm` is ours: what a realm's properties change in the judgement of an ID token.

mod basic;
mod comprehensive;
mod config;
mod fapi2;
mod form_post;
mod keys;
mod realm;
mod suite;
