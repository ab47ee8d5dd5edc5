//! A private key in PEM (RFC 7468 section 10). It is read here, as other readers leave copies behind.

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
const LABEL: &[u8] = b"PRIVATE KEY";
const END: &[u8] = b"-----END PRIVATE KEY-----";

/// The PKCS#8 in the only private key of a text in PEM. Certificates and other texts beside it don't matter.
///
/// The error is what is in its place.
pub(super) fn private_key(pem: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut key = None;
    let mut rest = pem;
    while let Some(at) = find(rest, BEGIN) {
        rest = rest.get(at + BEGIN.len()..).unwrap_or_default();
        let label = rest.get(..find(rest, DASHES).unwrap_or(0)).unwrap_or_default();
        rest = rest.get(label.len() + DASHES.len()..).unwrap_or_default();
        match label {
            LABEL if key.is_some() => return Err(SEVERAL),
            LABEL => key = Some(rest.get(..find(rest, END).ok_or(DAMAGED)?).unwrap_or_default()),
            b"ENCRYPTED PRIVATE KEY" => return Err(ENCRYPTED),
            b"RSA PRIVATE KEY" | b"EC PRIVATE KEY" | b"DSA PRIVATE KEY" => return Err(OTHER_FORM),
            _ => (),
        }
    }
    // A sequence of ASN.1 begins so.
    let none = if pem.starts_with(b"0\x82") { DER } else { NONE };
    decoded(key.ok_or(none)?)
}

/// The text may have any spaces and line ends.
fn decoded(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    bytes.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let len = Base64::decode_in_place(&mut bytes).map_err(|_| DAMAGED)?.len();
    bytes.truncate(len);
    Ok(bytes)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

pub(super) const NONE: &str = "there is no \"BEGIN PRIVATE KEY\" in it";
pub(super) const DER: &str = "it is not in PEM, but perhaps in DER: convert it by `openssl pkey -inform DER -in FILE -out NEW`";
pub(super) const SEVERAL: &str = "there is more than one private key in it: leave one";
pub(super) const DAMAGED: &str = "the private key in it is damaged";
pub(super) const ENCRYPTED: &str = "the private key in it is encrypted, and nobody is asked for its password: decrypt it by `openssl pkcs8 -in FILE -out NEW`";
pub(super) const OTHER_FORM: &str = "the private key in it is in an older form than PKCS#8: convert it by `openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW`";
