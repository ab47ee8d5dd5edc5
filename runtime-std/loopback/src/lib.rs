//! Receives the redirect of one login on the loopback interface (RFC 8252, sections 7.3 and 8.3).
//!
//! Every process and every web page on this machine can reach the port, so a request counts as the callback only if it
//! looks like one in every respect. The login goes on waiting after anything else.
//!
//! ```no_run
//! use std::time::{Duration, Instant};
//!
//! use onerealm_loopback::{LoopbackHost, LoopbackListener};
//!
//! # fn begin(redirect_url: &str) -> (String, String) { (redirect_url.to_owned(), String::new()) }
//! let listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback")?;
//! let (sign_in_page, state) = begin(listener.redirect_url());
//! println!("Sign in here: {sign_in_page}");
//! let deadline = Instant::now() + Duration::from_secs(300);
//! let callback = listener.wait(deadline, |url| url.contains(&state))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub mod http_server;
mod listener;

pub use listener::{
    Arrival, Canceller, Candidate, ListenerError, LoopbackHost, LoopbackListener, Page, Refusal,
};
