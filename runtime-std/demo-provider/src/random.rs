//! Random texts and GUIDs.

use std::fmt::Write as _;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ring::rand::{SecureRandom as _, SystemRandom};

/// `LENGTH` random bytes, in base64url.
pub(crate) fn random_text<const LENGTH: usize>() -> String {
    Base64UrlUnpadded::encode_string(&random::<LENGTH>())
}

/// A random GUID.
pub(crate) fn random_guid() -> String {
    guid(&random::<16>())
}

/// The first 16 bytes, written as a GUID.
pub(crate) fn guid(bytes: &[u8]) -> String {
    let mut guid = String::new();
    for (position, byte) in bytes.iter().take(16).enumerate() {
        if [4, 6, 8, 10].contains(&position) {
            guid.push('-');
        }
        // Writing to a string cannot fail.
        let _ = write!(guid, "{byte:02x}");
    }
    guid
}

fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    // Without randomness the provider must issue nothing.
    SystemRandom::new().fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
