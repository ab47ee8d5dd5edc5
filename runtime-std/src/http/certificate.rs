//! What a certificate says of itself (RFC 5280 section 4.1), beyond what `webpki` tells.

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use der::{Reader, SliceReader, Tag, TagNumber, Tagged};

use crate::error::shown::{name, quoted_item};

// The values of object identifiers.
const KEY_USAGE: &[u8] = &[0x55, 29, 15];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 29, 17];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 29, 37];
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// digitalSignature, keyEncipherment and keyAgreement: a server's key needs one of them.
const KEY_USAGES_OF_A_SERVER: u8 = 0b1010_1000;

/// The fields that are looked at here.
pub(crate) struct Certificate<'a> {
    /// The content of the names, without the tag and length around it, as in `webpki`'s trust anchors.
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
    /// Since 1970.
    pub(crate) begins: Duration,
    pub(crate) ends: Duration,
    key: &'a [u8],
    /// Identifiers and values.
    extensions: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Certificate<'a> {
    /// `None` if it is encoded otherwise.
    pub(crate) fn read(der: &'a [u8]) -> Option<Self> {
        let (_, to_be_signed) = *parts(inside(der, Tag::Sequence)?)?.first()?;
        let mut fields = parts(to_be_signed)?.into_iter().peekable();
        // Version 1 is not said.
        let _version = fields.next_if(|(tag, _)| *tag == context(true, 0));
        let (_serial, _algorithm) = (fields.next()?, fields.next()?);
        let (issuer, validity) = (fields.next()?.1, fields.next()?.1);
        let (subject, key) = (fields.next()?.1, fields.next()?.1);
        let [begins, ends] = *times(validity)?.as_slice() else { return None };
        let mut extensions = Vec::new();
        if let Some((_, all)) = fields.find(|(tag, _)| *tag == context(true, 3)) {
            for (_, extension) in parts(inside(all, Tag::Sequence)?)? {
                // Between the two it may say that it is critical.
                let extension = parts(extension)?;
                extensions.push((extension.first()?.1, extension.last()?.1));
            }
        }
        Some(Certificate { issuer, subject, begins, ends, key, extensions })
    }

    pub(super) fn is_valid_at(&self, now: Duration) -> bool {
        (self.begins..=self.ends).contains(&now)
    }

    /// Whether its issuer has its own name, as that of a certificate that signs itself.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether the key usage, if there is one, lets a server use the key (RFC 5280 section 4.2.1.3).
    pub(super) fn has_key_usage_of_a_server(&self) -> bool {
        let Some(usage) = self.extension(KEY_USAGE) else { return true };
        // The number of unused bits, and the bits.
        let first = inside(usage, Tag::BitString).and_then(|bits| bits.get(1).copied());
        first.is_some_and(|bits| bits & KEY_USAGES_OF_A_SERVER != 0)
    }

    /// Whether the extended key usage, if there is one, is for servers (RFC 5280 section 4.2.1.12). As `webpki` has
    /// it, "any" is not.
    pub(super) fn has_extended_key_usage_of_a_server(&self) -> bool {
        let Some(usage) = self.extension(EXTENDED_KEY_USAGE) else { return true };
        let usages = inside(usage, Tag::Sequence).and_then(parts).unwrap_or_default();
        usages.contains(&(Tag::ObjectIdentifier, SERVER_AUTH))
    }

    /// The names of hosts and the addresses in its subjectAltName, fit to be shown.
    pub(super) fn hosts(&self) -> Vec<String> {
        let names = self.extension(SUBJECT_ALT_NAME).and_then(|names| inside(names, Tag::Sequence));
        let names = names.and_then(parts).unwrap_or_default();
        names.into_iter().filter_map(|(tag, value)| host(tag, value)).collect()
    }

    /// The public key itself: for RSA the two numbers in DER, for elliptic curves the point.
    pub(crate) fn public_key(&self) -> Option<&'a [u8]> {
        match *parts(self.key)?.as_slice() {
            // The number of unused bits, and the bits.
            [(Tag::Sequence, _), (Tag::BitString, bits)] => bits.get(1..),
            _ => None,
        }
    }

    /// The number of bits of its key, if that is for RSA.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        rsa_bits(self.key)
    }

    pub(super) fn common_name(&self) -> Option<String> {
        attribute(self.subject, COMMON_NAME)
    }

    pub(super) fn issuer_name(&self) -> String {
        distinguished_name(self.issuer)
    }

    fn extension(&self, identifier: &[u8]) -> Option<&'a [u8]> {
        let mut extensions = self.extensions.iter();
        extensions.find(|(known, _)| *known == identifier).map(|(_, value)| *value)
    }
}

/// The number of bits of an RSA key in the content of a SubjectPublicKeyInfo; `None` for keys of other kinds.
pub(super) fn rsa_bits(key: &[u8]) -> Option<usize> {
    let [(Tag::Sequence, algorithm), (Tag::BitString, bits)] = *parts(key)?.as_slice() else {
        return None;
    };
    if parts(algorithm)?.first()? != &(Tag::ObjectIdentifier, RSA) {
        return None;
    }
    let (_, modulus) = *parts(inside(bits.get(1..)?, Tag::Sequence)?)?.first()?;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let number = modulus.get(zeros..)?;
    Some(number.len() * 8 - number.first()?.leading_zeros() as usize)
}

/// The common name of a distinguished name, or else its organization, in quotation marks.
fn distinguished_name(name: &[u8]) -> String {
    let known = attribute(name, COMMON_NAME).or_else(|| attribute(name, ORGANIZATION));
    known.unwrap_or_else(|| "an authority without a name".to_owned())
}

/// The last attribute of this type, in quotation marks.
fn attribute(name: &[u8], wanted: &[u8]) -> Option<String> {
    let attributes = parts(name)?.into_iter().filter_map(|(_, set)| parts(set)).flatten();
    let mut found = attributes.filter_map(|(_, attribute)| match parts(attribute)?.as_slice() {
        [(_, identifier), (_, value)] if *identifier == wanted => Some(*value),
        _ => None,
    });
    found.next_back().map(|value| quoted_item(&String::from_utf8_lossy(value)))
}

/// A dNSName or an iPAddress of a subjectAltName.
fn host(tag: Tag, value: &[u8]) -> Option<String> {
    if tag == context(false, 2) {
        return Some(name(&String::from_utf8_lossy(value)));
    }
    if tag != context(false, 7) {
        return None;
    }
    let v4 = <[u8; 4]>::try_from(value).map(|octets| IpAddr::from(Ipv4Addr::from(octets)));
    let v6 = <[u8; 16]>::try_from(value).map(|octets| IpAddr::from(Ipv6Addr::from(octets)));
    v4.or(v6).ok().map(|address| address.to_string())
}

/// The two times of a validity.
fn times(validity: &[u8]) -> Option<Vec<Duration>> {
    let mut reader = SliceReader::new(validity).ok()?;
    let mut times = Vec::new();
    while !reader.is_finished() {
        let time: AnyRef<'_> = reader.decode().ok()?;
        times.push(match time.tag() {
            Tag::UtcTime => time.decode_as::<UtcTime>().ok()?.to_unix_duration(),
            _ => time.decode_as::<GeneralizedTime>().ok()?.to_unix_duration(),
        });
    }
    Some(times)
}

/// The content of the only value in `bytes`, which has this tag.
fn inside(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    match parts(bytes)?.as_slice() {
        [(its, content)] if *its == tag => Some(content),
        _ => None,
    }
}

/// The tags and contents of the values in `bytes`.
fn parts(bytes: &[u8]) -> Option<Vec<(Tag, &[u8])>> {
    let mut reader = SliceReader::new(bytes).ok()?;
    let mut parts = Vec::new();
    while !reader.is_finished() {
        let part: AnyRef<'_> = reader.decode().ok()?;
        parts.push((part.tag(), part.value()));
    }
    Some(parts)
}

fn context(constructed: bool, number: u32) -> Tag {
    Tag::ContextSpecific { constructed, number: TagNumber(number) }
}
