//! The stored form of a login: a version, the fields, and a checksum over both.

use heapless::String;
use sha2::{Digest, Sha256};

use super::{Binding, DamagedPending, DiscoveryDigest};
use crate::client::Decision;
use crate::pkce::CodeVerifier;
use crate::policy::{CLIENT_ID_LEN, ISSUER_LEN, REALM_NAME_LEN, REDIRECT_URI_LEN};
use crate::random::Random256;
use crate::realm::{ClientId, Issuer, RealmName, TokenAuthMethod};
use crate::redirect_uri::RedirectUri;
use crate::time::UnixTime;
use crate::wire::{BufferTooSmall, Writer};

impl Binding {
    /// The most bytes that [`encode`](Self::encode) writes.
    pub(crate) const STORED_LEN: usize = FIXED_LEN + TEXTS_LEN + DIGEST_LEN + CHECKSUM_LEN;

    pub(crate) fn encode<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let mut digest = Sha256::new();
        let mut out = Writer::new(buf);
        self.put_fields(|bytes| {
            digest.update(bytes);
            out.push(bytes);
        });
        out.push(digest.finalize().get(..CHECKSUM_LEN).unwrap_or_default());
        Ok(out.finish()?.0)
    }

    /// Writes it without the checksum.
    pub(crate) fn encode_to_seal<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let mut out = Writer::new(buf);
        self.put_fields(|bytes| out.push(bytes));
        Ok(out.finish()?.0)
    }

    fn put_fields(&self, mut put: impl FnMut(&[u8])) {
        let bound = if self.bound_to_browser { BOUND_TO_BROWSER } else { 0 };
        put(&[self.version(), decision_byte(self.decision) | bound]);
        put(&self.begun.0.to_be_bytes());
        put(self.state.as_bytes());
        put(self.nonce.as_bytes());
        put(self.verifier.as_bytes());
        for text in [&*self.realm, &self.issuer, &self.client_id, self.redirect_uri.as_str()] {
            // At most 255, guaranteed by the types; and 256 of a client identifier, as 0.
            put(&[text.len() as u8]);
            put(text.as_bytes());
        }
        if let Some(digest) = &self.discovery {
            put(digest);
        }
    }

    /// Programs from before discovery URLs read a login without one, and refuse one that has it.
    fn version(&self) -> u8 {
        match self.discovery {
            None => VERSION,
            Some(_) => VERSION_WITH_DISCOVERY,
        }
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DamagedPending> {
        let fields = checked_fields(bytes).ok_or(DamagedPending)?;
        Self::decode_unsealed(fields)
    }

    /// Reads what [`encode_to_seal`](Self::encode_to_seal) wrote.
    pub(crate) fn decode_unsealed(fields: &[u8]) -> Result<Self, DamagedPending> {
        Self::read(fields).ok_or(DamagedPending)
    }

    fn read(fields: &[u8]) -> Option<Self> {
        let mut rest = Fields(fields);
        let [version, decision] = rest.array()?;
        let has_discovery = match version {
            VERSION => false,
            VERSION_WITH_DISCOVERY => true,
            _ => return None,
        };
        let binding = Binding {
            decision: decision_of_byte(decision & !BOUND_TO_BROWSER)?,
            bound_to_browser: decision & BOUND_TO_BROWSER != 0,
            begun: UnixTime(u64::from_be_bytes(rest.array()?)),
            state: Random256::from_bytes(rest.array()?),
            nonce: Random256::from_bytes(rest.array()?),
            verifier: CodeVerifier::from_bytes(rest.array()?),
            realm: String::try_from(RealmName::parse(rest.text()?).ok()?.as_str()).ok()?,
            issuer: String::try_from(Issuer::parse(rest.text()?).ok()?.as_str()).ok()?,
            client_id: String::try_from(ClientId::parse(rest.client_id()?).ok()?.as_str()).ok()?,
            redirect_uri: RedirectUri::parse(rest.text()?).ok()?,
            // Behind the texts, as it came later.
            discovery: if has_discovery { Some(rest.array()?) } else { None },
        };
        rest.0.is_empty().then_some(binding)
    }
}

/// The bytes before the checksum, if it is correct.
fn checked_fields(bytes: &[u8]) -> Option<&[u8]> {
    let (fields, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_LEN)?)?;
    (Sha256::digest(fields).get(..CHECKSUM_LEN)? == checksum).then_some(fields)
}

const VERSION: u8 = 1;
/// The same, and then the digest of a discovery URL.
const VERSION_WITH_DISCOVERY: u8 = 2;
const CHECKSUM_LEN: usize = 16;
const DIGEST_LEN: usize = size_of::<DiscoveryDigest>();
/// Version, decision, time, and three random values.
const FIXED_LEN: usize = 2 + 8 + 3 * 32;
/// Four texts, each preceded by its length.
const TEXTS_LEN: usize = 4 + REALM_NAME_LEN + ISSUER_LEN + CLIENT_ID_LEN + REDIRECT_URI_LEN;

/// A bit beside the decision, so that a login without it has the form that it always had, and a version
/// that doesn't know it reads no login with it.
const BOUND_TO_BROWSER: u8 = 0x80;

fn decision_byte(decision: Decision) -> u8 {
    match decision {
        Decision::Public => 0,
        Decision::Confidential(TokenAuthMethod::ClientSecretBasic) => 1,
        Decision::Confidential(TokenAuthMethod::ClientSecretPost) => 2,
        Decision::Native => 3,
        Decision::Assertion => 4,
    }
}

fn decision_of_byte(byte: u8) -> Option<Decision> {
    match byte {
        0 => Some(Decision::Public),
        1 => Some(Decision::Confidential(TokenAuthMethod::ClientSecretBasic)),
        2 => Some(Decision::Confidential(TokenAuthMethod::ClientSecretPost)),
        3 => Some(Decision::Native),
        4 => Some(Decision::Assertion),
        _ => None,
    }
}

/// The fields still to read.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn text(&mut self) -> Option<&'a str> {
        let [len] = self.array()?;
        self.text_of(len.into())
    }

    /// A client identifier is never empty, so that the one byte of its length is enough for 256.
    fn client_id(&mut self) -> Option<&'a str> {
        let [len] = self.array()?;
        self.text_of(if len == 0 { CLIENT_ID_LEN } else { len.into() })
    }

    fn text_of(&mut self, len: usize) -> Option<&'a str> {
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        core::str::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::binding;
    use super::*;

    fn encoded() -> Vec<u8> {
        encode(&binding())
    }

    fn encode(binding: &Binding) -> Vec<u8> {
        let mut buf = [0; Binding::STORED_LEN];
        binding.encode(&mut buf).unwrap().to_vec()
    }

    fn with_checksum(fields: &[u8]) -> Vec<u8> {
        [fields, &Sha256::digest(fields)[..CHECKSUM_LEN]].concat()
    }

    #[test]
    fn a_login_without_discovery_url_is_stored_as_it_was_before_there_were_any() {
        let stored = "\
            0102000000006a0d862001010101010101010101010101010101010101010101010101010101010101010202\
            0202020202020202020202020202020202020202020202020202020202020303030303030303030303030303\
            03030303030303030303030303030303030305656e7472611768747470733a2f2f6c6f67696e2e6578616d70\
            6c652f74037076651868747470733a2f2f7076652e6578616d706c653a38303036";
        let hex: std::string::String = encoded().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex.split_at(stored.len()).0, stored);
        assert_eq!(encoded().len(), stored.len() / 2 + CHECKSUM_LEN);
    }

    #[test]
    fn a_login_with_a_discovery_url_has_a_version_of_its_own() {
        let with = Binding { discovery: Some([7; 32]), ..binding() };
        let bytes = encode(&with);
        assert_eq!(bytes[0], VERSION_WITH_DISCOVERY);
        assert_eq!(Binding::decode(&bytes).unwrap().discovery, Some([7; 32]));
        assert_eq!(encode(&Binding::decode(&bytes).unwrap()), bytes);
        let fields = &bytes[..bytes.len() - CHECKSUM_LEN];
        // Neither version is read as the other one.
        let as_version = |version, fields: &[u8]| {
            let mut fields = fields.to_vec();
            fields[0] = version;
            Binding::decode(&with_checksum(&fields)).err()
        };
        let without = encoded();
        let without = &without[..without.len() - CHECKSUM_LEN];
        assert_eq!(as_version(VERSION, fields), Some(DamagedPending));
        assert_eq!(as_version(VERSION_WITH_DISCOVERY, without), Some(DamagedPending));
        for version in [0, 3, 255] {
            assert_eq!(as_version(version, fields), Some(DamagedPending), "{version}");
            assert_eq!(as_version(version, without), Some(DamagedPending), "{version}");
        }
        // A digest that is cut short, or longer.
        assert!(Binding::decode(&with_checksum(&fields[..fields.len() - 1])).is_err());
        assert!(Binding::decode(&with_checksum(&[fields, &[0]].concat())).is_err());
        assert!(Binding::decode_unsealed(fields).is_ok());
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let bytes = encoded();
        let read = Binding::decode(&bytes).unwrap();
        assert_eq!(read.encode(&mut [0; Binding::STORED_LEN]), Ok(bytes.as_slice()));
        assert_eq!(read.state.as_bytes(), &[1; 32]);
        assert_eq!(read.nonce.as_bytes(), &[2; 32]);
        assert_eq!(read.verifier.as_bytes(), &[3; 32]);
        assert_eq!(read.issuer, "https://login.example/t");
        assert_eq!(read.decision, binding().decision);
    }

    #[test]
    fn a_login_that_is_bound_to_a_browser_stays_so() {
        let bound = Binding { bound_to_browser: true, ..binding() };
        let mut buf = [0; Binding::STORED_LEN];
        let bytes = bound.encode(&mut buf).unwrap();
        assert_eq!((bytes[1], encoded()[1]), (0x82, 0x02));
        let read = Binding::decode(bytes).unwrap();
        assert!(read.bound_to_browser && !Binding::decode(&encoded()).unwrap().bound_to_browser);
        assert_eq!(read.decision, bound.decision);
    }

    #[test]
    fn a_client_identifier_of_each_length_is_read_back() {
        const _: () = assert!(CLIENT_ID_LEN == 256);
        for len in [1, 2, 255, 256] {
            let client_id = "c".repeat(len);
            let client_id = String::try_from(client_id.as_str()).unwrap();
            let stored = Binding { client_id: client_id.clone(), ..binding() };
            let mut buf = [0; Binding::STORED_LEN];
            let bytes = stored.encode(&mut buf).unwrap();
            assert_eq!(bytes.len(), binding().encode(&mut [0; 512]).unwrap().len() + len - 3);
            assert_eq!(Binding::decode(bytes).unwrap().client_id, client_id);
        }
    }

    #[test]
    fn any_changed_or_missing_byte_is_noticed() {
        let bytes = encoded();
        // Under an interpreter, each hash is slow.
        let step = if cfg!(miri) { 40 } else { 1 };
        for i in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            assert_eq!(Binding::decode(&changed).err(), Some(DamagedPending), "{i}");
            assert_eq!(Binding::decode(&bytes[..i]).err(), Some(DamagedPending), "{i}");
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(Binding::decode(&longer).is_err());
    }

    #[test]
    fn a_right_checksum_over_wrong_fields_is_refused() {
        let mut bytes = encoded();
        let end = bytes.len() - CHECKSUM_LEN;
        for (at, value) in [(0, 2), (1, 5), (1, 0x85), (1, 0x42), (106, 0), (107, b'!')] {
            let mut fields = bytes[..end].to_vec();
            fields[at] = value;
            let checksum = Sha256::digest(&fields);
            fields.extend_from_slice(&checksum[..CHECKSUM_LEN]);
            assert!(Binding::decode(&fields).is_err(), "{at}");
        }
        bytes.truncate(end);
        bytes.push(0);
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum[..CHECKSUM_LEN]);
        assert!(Binding::decode(&bytes).is_err(), "a byte too many");
    }

    #[test]
    fn damage_is_told_without_what_was_damaged() {
        let told = DamagedPending.to_string();
        assert_eq!(told, "the stored login is damaged, or another version wrote it");
    }
}
