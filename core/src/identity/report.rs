//! An identity as JSON, for whoever keeps a log or shows a login.

use heapless::String;
use serde::Serialize;

use super::Identity;
use crate::policy::USER_NAME_LEN;
use crate::wire::{BufferTooSmall, JsonStr, Value};

/// The members of a report, in their order.
#[derive(Serialize)]
struct Report<'a> {
    realm: &'a str,
    issuer: &'a str,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    client_type: &'static str,
    issued: u64,
    expires: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated: Option<u64>,
}

/// Bytes of a report besides its texts: names, quotation marks and numbers.
const AROUND: usize = 256;

impl Identity<'_> {
    /// Writes who the end user is and how the login came about, as one JSON object:
    ///
    /// | member | what it is |
    /// |---|---|
    /// | `realm`, `issuer`, `subject` | as the methods of the same names have them |
    /// | `user_name` | the claim `preferred_username`, if it is a string of 1 to 255 bytes without control characters |
    /// | `client_type` | `"public"` or `"confidential"` |
    /// | `issued`, `expires`, `authenticated` | `iat`, `exp` and, where the provider says it, `auth_time`, in seconds since 1970 |
    ///
    /// No token and no other claim is in it. `buf` takes twice the length of the texts and 256 bytes,
    /// at most.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with a length that is enough.
    pub fn write_report<'o>(&self, buf: &'o mut [u8]) -> Result<&'o str, BufferTooSmall> {
        let mut unescaped = String::new();
        let user_name = self.claim("preferred_username").and_then(Value::as_str);
        let report = Report {
            realm: self.realm(),
            issuer: self.issuer(),
            subject: self.subject,
            user_name: user_name.and_then(|name| user_name_of(name, &mut unescaped)),
            client_type: self.client_type.as_str(),
            issued: self.time("iat").unwrap_or_default(),
            expires: self.time("exp").unwrap_or_default(),
            authenticated: self.time("auth_time"),
        };
        let needed = report.len_bound();
        let len = serde_json_core::to_slice(&report, buf).map_err(|_| BufferTooSmall { needed })?;
        let written = buf.get(..len).and_then(|text| core::str::from_utf8(text).ok());
        written.ok_or(BufferTooSmall { needed })
    }

    /// A time that the ID token has.
    fn time(&self, claim: &str) -> Option<u64> {
        match self.claims.get(claim) {
            Some(Value::Number(number)) => number.floor(),
            _ => None,
        }
    }
}

impl Report<'_> {
    /// None of the texts has a control character, so an escape makes two bytes of one.
    fn len_bound(&self) -> usize {
        let texts = [self.realm, self.issuer, self.subject, self.user_name.unwrap_or_default()];
        texts.iter().map(|text| 2 * text.len()).sum::<usize>() + AROUND
    }
}

/// The user name, if it is one that can be shown.
fn user_name_of<'n>(
    name: JsonStr<'n>,
    unescaped: &'n mut String<USER_NAME_LEN>,
) -> Option<&'n str> {
    if name.has_control_character() {
        return None;
    }
    for c in name.chars() {
        unescaped.push(c).ok()?;
    }
    Some(unescaped.as_str()).filter(|name| !name.is_empty())
}
