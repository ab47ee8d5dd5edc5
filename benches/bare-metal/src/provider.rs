//! The provider at the other end: answers that were made beforehand, by `canned/make.py`.

use onerealm_core::{HttpRequest, HttpResponse};

/// Puts a file beside the program, into a memory that isn't counted.
#[macro_export]
macro_rules! canned {
    ($($file:literal),+) => {{
        const FILE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/canned/", $($file),+));
        #[expect(unsafe_code, reason = "the section is in memory.x")]
        #[unsafe(link_section = ".canned")]
        static BYTES: [u8; FILE.len()] = *include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/canned/", $($file),+));
        &BYTES
    }};
}

/// A provider with a key and a token of one algorithm.
#[macro_export]
macro_rules! provider {
    ($name:literal) => {
        $crate::provider::Provider {
            name: $name,
            keys: $crate::canned!($name, "/keys.json"),
            token: $crate::canned!($name, "/token.json"),
        }
    };
}

/// What it answers besides what all of them answer.
pub struct Provider {
    /// Algorithm and length of key.
    pub name: &'static str,
    /// The key set.
    pub keys: &'static [u8],
    /// The token endpoint's answer.
    pub token: &'static [u8],
}

/// What is changed in a token on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Nothing,
    /// A character of the payload.
    Payload,
    /// A character of the signature.
    Signature,
}

impl Provider {
    /// Answers `request`, as the network would: into `buf`. `None` for requests that are not the
    /// expected ones to the letter.
    pub fn answer<'b>(
        &self,
        request: HttpRequest<'_>,
        change: Change,
        buf: &'b mut [u8],
    ) -> Option<HttpResponse<'b>> {
        let path = request
            .url
            .strip_prefix("https://login.example/00000000-1111-2222-3333-444444444444/")?;
        let body: &[u8] = match path {
            "v2.0/.well-known/openid-configuration" => canned!("discovery.json"),
            "discovery/v2.0/keys" => self.keys,
            "oauth2/v2.0/token" if request.body == canned!("token_request.txt") => self.token,
            "userinfo" if request.authorization.is_some() => canned!("userinfo.json"),
            _ => return None,
        };
        let buf = buf.get_mut(..body.len())?;
        buf.iter_mut().zip(body).for_each(|(to, from)| *to = *from);
        if change != Change::Nothing {
            change_token(change, buf)?;
        }
        Some(HttpResponse { status: 200, content_type: Some("application/json"), body: buf })
    }
}

/// Changes a character of the payload or of the signature, which stand behind the last dots.
fn change_token(change: Change, answer: &mut [u8]) -> Option<()> {
    let dots_before = if change == Change::Signature { 0 } else { 1 };
    let mut dots = answer.iter().enumerate().rev().filter(|(_, byte)| **byte == b'.');
    let (dot, _) = dots.nth(dots_before)?;
    let character = answer.get_mut(dot + 20)?;
    *character = if *character == b'A' { b'B' } else { b'A' };
    Some(())
}
