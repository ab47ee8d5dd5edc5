//! The pending authorization: what a login is bound to while the end user is away. It is the only
//! state that is stored.

mod fields;

use core::fmt;
use heapless::String;
use rand_core::TryCryptoRng;
use sha2::{Digest, Sha256};

use crate::authorization_response::{AuthorizationResponse, Outcome, ResponseIssuer};
use crate::client::{Client, ClientType, Decision};
use crate::error::error_enum;
use crate::error_response::ErrorCode;
use crate::pkce::{CodeChallenge, CodeVerifier};
use crate::policy::{CLIENT_ID_LEN, ISSUER_LEN, LOGIN_LIFETIME, REALM_NAME_LEN, REDIRECT_URI_LEN};
use crate::random::{NoEntropy, Random256, Text43};
use crate::realm::{ClientId, Issuer, Realm, RealmName, TokenAuthMethod};
use crate::redirect_uri::RedirectUri;
use crate::relying_party::RelyingParty;
use crate::time::UnixTime;
use crate::token_request::TokenRequest;
use crate::wire::{BufferTooSmall, Writer};

pub use self::fields::PendingFields;

/// A login between its two steps.
///
/// Nothing at the second step can change what was decided at the first: the client type, who we
/// are, where the end user comes back to, and what the ID token must say are in here. The verifier
/// is secret: whoever stores this keeps it from other users.
#[derive(Clone)]
pub struct PendingAuthorization {
    decision: Decision,
    begun: UnixTime,
    state: Random256,
    nonce: Random256,
    verifier: CodeVerifier,
    realm: String<REALM_NAME_LEN>,
    issuer: String<ISSUER_LEN>,
    client_id: String<CLIENT_ID_LEN>,
    redirect_uri: RedirectUri,
}

impl PendingAuthorization {
    pub(crate) fn begin<R: TryCryptoRng + ?Sized>(
        realm: &Realm<'_>,
        client: &Client<'_>,
        redirect_uri: RedirectUri,
        rng: &mut R,
        now: UnixTime,
    ) -> Result<Self, NoEntropy> {
        let [state, nonce, verifier] = Random256::generate_three(rng)?;
        Ok(PendingAuthorization {
            decision: client.decision(),
            begun: now,
            state,
            nonce,
            verifier: CodeVerifier::from_random(verifier),
            // Their types keep each within its length.
            realm: String::try_from(realm.name.as_str()).unwrap_or_default(),
            issuer: String::try_from(realm.issuer.as_str()).unwrap_or_default(),
            client_id: String::try_from(client.client_id().as_str()).unwrap_or_default(),
            redirect_uri,
        })
    }

    /// Takes the end user's return: checks that it belongs to this login, and goes on to the
    /// token request.
    ///
    /// `relying_party` is the realm as it is configured now. It gives endpoints and secrets; who
    /// we are was decided when the login began.
    ///
    /// A login is accepted once:
    ///
    /// ```compile_fail,E0382
    /// # use onerealm_core::*;
    /// # fn twice(pending: PendingAuthorization, response: AuthorizationResponse<'_>,
    /// #          relying_party: RelyingParty<'_>, now: UnixTime) {
    /// let once = pending.accept(&response, relying_party, now);
    /// let twice = pending.accept(&response, relying_party, now);
    /// # }
    /// ```
    pub fn accept<'a>(
        self,
        response: &AuthorizationResponse<'a>,
        relying_party: RelyingParty<'a>,
        now: UnixTime,
    ) -> Result<TokenRequest<'a>, AuthorizationError> {
        let RelyingParty { realm, metadata } = relying_party;
        if !self.state.is_spelled(response.state().bytes()) {
            return Err(AuthorizationError::WrongState);
        }
        if self.realm != realm.name.as_str() || self.issuer != realm.issuer.as_str() {
            return Err(AuthorizationError::OtherRealm);
        }
        self.check_age(realm.clock_skew, now)?;
        if !response.came_to(self.redirect_uri()) {
            return Err(AuthorizationError::OtherRedirectUri);
        }
        // RFC 9207 section 2.4: compared wherever it is there, demanded where it is announced.
        match response.issuer() {
            ResponseIssuer::Sent(iss) if iss != *self.issuer.as_str() => {
                return Err(AuthorizationError::WrongIssuer);
            }
            ResponseIssuer::NotSent if metadata.sends_issuer() => {
                return Err(AuthorizationError::NoIssuer);
            }
            _ => {}
        }
        let code = match response.outcome() {
            Outcome::Code(code) => code,
            Outcome::Error { error, .. } => return Err(AuthorizationError::Refused { error }),
        };
        let client = Client::recall(realm, self.decision, &self.client_id)
            .ok_or(AuthorizationError::ClientGone)?;
        Ok(TokenRequest::new(relying_party, client, self, code))
    }

    fn check_age(&self, clock_skew: u64, now: UnixTime) -> Result<(), AuthorizationError> {
        let begun = self.begun;
        if now >= self.expires() {
            return Err(AuthorizationError::Expired { begun, now });
        }
        if now.plus(clock_skew) < begun {
            return Err(AuthorizationError::ClockWentBack { begun, now });
        }
        Ok(())
    }

    /// The client type that was decided.
    pub fn client_type(&self) -> ClientType {
        self.decision.client_type()
    }

    /// The realm's name.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The client identifier that was sent.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Where the end user comes back to.
    pub fn redirect_uri(&self) -> &str {
        self.redirect_uri.as_str()
    }

    /// When the login began.
    pub fn begun(&self) -> UnixTime {
        self.begun
    }

    /// From when on it is refused.
    pub fn expires(&self) -> UnixTime {
        self.begun.plus(LOGIN_LIFETIME)
    }

    /// The `state` of the authorization request.
    pub fn state(&self) -> StateText {
        StateText(self.state.text())
    }

    /// What to store it under.
    pub fn key(&self) -> PendingKey {
        PendingKey::of_state(self.state.text().as_bytes().iter().copied())
    }

    pub(crate) fn nonce(&self) -> &Random256 {
        &self.nonce
    }

    pub(crate) fn verifier(&self) -> &CodeVerifier {
        &self.verifier
    }

    pub(crate) fn code_challenge(&self) -> CodeChallenge {
        self.verifier.challenge()
    }

    /// Writes it as it is stored: a version, the fields, and a checksum over both.
    ///
    /// At most [`PENDING_LEN`](Self::PENDING_LEN) bytes, which hold the code verifier.
    pub fn encode<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let mut digest = Sha256::new();
        let mut out = Writer::new(buf);
        self.put_fields(|bytes| {
            digest.update(bytes);
            out.push(bytes);
        });
        out.push(digest.finalize().get(..CHECKSUM_LEN).unwrap_or_default());
        Ok(out.finish()?.0)
    }

    /// The same without the checksum, for who authenticates it in another way.
    pub fn encode_to_seal<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let mut out = Writer::new(buf);
        self.put_fields(|bytes| out.push(bytes));
        Ok(out.finish()?.0)
    }

    fn put_fields(&self, mut put: impl FnMut(&[u8])) {
        put(&[VERSION, decision_byte(self.decision)]);
        put(&self.begun.0.to_be_bytes());
        put(self.state.as_bytes());
        put(self.nonce.as_bytes());
        put(self.verifier.as_bytes());
        for text in [self.realm(), &self.issuer, self.client_id(), self.redirect_uri()] {
            // At most 255, by the types.
            put(&[text.len() as u8]);
            put(text.as_bytes());
        }
    }

    /// Bytes that [`encode`](Self::encode) takes, at most.
    pub const PENDING_LEN: usize = FIXED_LEN + TEXTS_LEN + CHECKSUM_LEN;

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, DamagedPending> {
        let fields = checked_fields(bytes).ok_or(DamagedPending)?;
        Self::decode_unsealed(fields)
    }

    /// Reads what [`encode_to_seal`](Self::encode_to_seal) wrote. The caller knows that nobody
    /// changed it.
    pub fn decode_unsealed(fields: &[u8]) -> Result<Self, DamagedPending> {
        Self::read(fields).ok_or(DamagedPending)
    }

    fn read(fields: &[u8]) -> Option<Self> {
        let mut rest = Fields(fields);
        let [version, decision] = rest.array()?;
        if version != VERSION {
            return None;
        }
        let pending = PendingAuthorization {
            decision: decision_of_byte(decision)?,
            begun: UnixTime(u64::from_be_bytes(rest.array()?)),
            state: Random256::from_bytes(rest.array()?),
            nonce: Random256::from_bytes(rest.array()?),
            verifier: CodeVerifier::from_bytes(rest.array()?),
            realm: String::try_from(RealmName::parse(rest.text()?).ok()?.as_str()).ok()?,
            issuer: String::try_from(Issuer::parse(rest.text()?).ok()?.as_str()).ok()?,
            client_id: String::try_from(ClientId::parse(rest.text()?).ok()?.as_str()).ok()?,
            redirect_uri: RedirectUri::parse(rest.text()?).ok()?,
        };
        rest.0.is_empty().then_some(pending)
    }
}

/// What stands before the checksum, if it is right.
fn checked_fields(bytes: &[u8]) -> Option<&[u8]> {
    let (fields, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_LEN)?)?;
    (Sha256::digest(fields).get(..CHECKSUM_LEN)? == checksum).then_some(fields)
}

/// Who and where; nothing that would let somebody finish it.
impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingAuthorization")
            .field("realm", &self.realm)
            .field("client_type", &self.client_type())
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

/// The `state` of one login: 43 characters of base64url.
pub struct StateText(Text43);

impl StateText {
    /// How many characters it has.
    pub const LEN: usize = 43;

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for StateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateText(..)")
    }
}

/// What a pending authorization is stored under: the SHA-256 of its state. So a name never comes
/// from the network, and a listing of names gives no state away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PendingKey(pub [u8; 32]);

impl PendingKey {
    /// What the login with that `state` is stored under.
    pub fn of(state: &str) -> Self {
        Self::of_state(state.bytes())
    }

    pub(crate) fn of_state(state: impl Iterator<Item = u8>) -> Self {
        let mut digest = Sha256::new();
        state.for_each(|byte| digest.update([byte]));
        PendingKey(digest.finalize().into())
    }
}

const VERSION: u8 = 1;
const CHECKSUM_LEN: usize = 16;
/// Version, decision, time, and three random values.
const FIXED_LEN: usize = 2 + 8 + 3 * 32;
/// Four texts, each with its length before it.
const TEXTS_LEN: usize = 4 + REALM_NAME_LEN + ISSUER_LEN + CLIENT_ID_LEN + REDIRECT_URI_LEN;

fn decision_byte(decision: Decision) -> u8 {
    match decision {
        Decision::Public => 0,
        Decision::Confidential(TokenAuthMethod::ClientSecretBasic) => 1,
        Decision::Confidential(TokenAuthMethod::ClientSecretPost) => 2,
        Decision::Native => 3,
    }
}

fn decision_of_byte(byte: u8) -> Option<Decision> {
    match byte {
        0 => Some(Decision::Public),
        1 => Some(Decision::Confidential(TokenAuthMethod::ClientSecretBasic)),
        2 => Some(Decision::Confidential(TokenAuthMethod::ClientSecretPost)),
        3 => Some(Decision::Native),
        _ => None,
    }
}

/// Fields still to be read.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn text(&mut self) -> Option<&'a str> {
        let [len] = self.array()?;
        let (text, rest) = self.0.split_at_checked(len.into())?;
        self.0 = rest;
        core::str::from_utf8(text).ok()
    }
}

/// A stored login that is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DamagedPending;

impl fmt::Display for DamagedPending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stored login is damaged, or another version wrote it")
    }
}

impl core::error::Error for DamagedPending {}

error_enum! {
    /// Why an authorization response did not lead to a token request.
    pub enum AuthorizationError {
        /// Another state.
        WrongState => "state_wrong",
            "the response's state is not this login's: begin the login again in one browser";
        /// The login began in another realm, or for another issuer.
        OtherRealm => "login_of_other_realm",
            "the login began in another realm, or the realm's issuer-url was changed meanwhile: begin it again";
        /// Too late.
        Expired {
            /// When it began.
            begun: UnixTime,
            /// When the response came.
            now: UnixTime,
        } => "login_expired", "the login began at {begun}, and at {now} it is too old: begin it again";
        /// The clock is before the login's beginning.
        ClockWentBack {
            /// When it began.
            begun: UnixTime,
            /// When the response came.
            now: UnixTime,
        } => "clock_went_back", "the login began at {begun}, but it is {now}: this machine's clock went back";
        /// It came to another URL.
        OtherRedirectUri => "redirect_uri_changed",
            "the response came to another redirect URL than the one that the login began with";
        /// Another provider's response (a mix-up, RFC 9207).
        WrongIssuer => "response_issuer",
            "the response is another provider's: its iss is not the realm's issuer-url (RFC 9207)";
        /// The provider announces `iss` and didn't send it.
        NoIssuer => "response_issuer_missing",
            "the response lacks iss, which the provider announces to send (RFC 9207)";
        /// The provider refused.
        Refused {
            /// Its error code.
            error: ErrorCode,
        } => "authorization_refused", "the provider refused the login: {error}";
        /// The registration is no longer there.
        ClientGone => "client_gone",
            "the realm's client-id or client-key was changed while the login was pending: begin it again";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn pending() -> PendingAuthorization {
        PendingAuthorization {
            decision: Decision::Confidential(TokenAuthMethod::ClientSecretPost),
            begun: UnixTime(1_779_271_200),
            state: Random256::from_bytes([1; 32]),
            nonce: Random256::from_bytes([2; 32]),
            verifier: CodeVerifier::from_bytes([3; 32]),
            realm: String::try_from("entra").unwrap(),
            issuer: String::try_from("https://login.example/t").unwrap(),
            client_id: String::try_from("pve").unwrap(),
            redirect_uri: RedirectUri::parse("https://pve.example:8006").unwrap(),
        }
    }

    fn encoded() -> Vec<u8> {
        let mut buf = [0; PendingAuthorization::PENDING_LEN];
        pending().encode(&mut buf).unwrap().to_vec()
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let bytes = encoded();
        let read = PendingAuthorization::decode(&bytes).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", pending()));
        assert_eq!(read.state.as_bytes(), &[1; 32]);
        assert_eq!(read.nonce.as_bytes(), &[2; 32]);
        assert_eq!(read.verifier.as_bytes(), &[3; 32]);
        assert_eq!(read.issuer, "https://login.example/t");
        assert_eq!(read.decision, pending().decision);
    }

    #[test]
    fn any_changed_or_missing_byte_is_noticed() {
        let bytes = encoded();
        // Interpreted, each of the hashes takes long.
        let step = if cfg!(miri) { 40 } else { 1 };
        for i in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            assert_eq!(PendingAuthorization::decode(&changed).err(), Some(DamagedPending), "{i}");
            assert_eq!(
                PendingAuthorization::decode(&bytes[..i]).err(),
                Some(DamagedPending),
                "{i}"
            );
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(PendingAuthorization::decode(&longer).is_err());
    }

    #[test]
    fn a_right_checksum_over_wrong_fields_is_refused() {
        let mut bytes = encoded();
        let end = bytes.len() - CHECKSUM_LEN;
        for (at, value) in [(0, 2), (1, 4), (106, 0), (107, b'!')] {
            let mut fields = bytes[..end].to_vec();
            fields[at] = value;
            let checksum = Sha256::digest(&fields);
            fields.extend_from_slice(&checksum[..CHECKSUM_LEN]);
            assert!(PendingAuthorization::decode(&fields).is_err(), "{at}");
        }
        bytes.truncate(end);
        bytes.push(0);
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum[..CHECKSUM_LEN]);
        assert!(PendingAuthorization::decode(&bytes).is_err(), "a byte too many");
    }

    #[test]
    fn damage_is_told_without_what_was_damaged() {
        let told = DamagedPending.to_string();
        assert_eq!(told, "the stored login is damaged, or another version wrote it");
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?} {:?}", pending(), pending().state());
        assert!(shown.contains("pve.example") && shown.ends_with(" StateText(..)"), "{shown}");
        for secret in [&pending().state.text(), &pending().nonce.text(), &pending().verifier.text()]
        {
            assert!(!shown.contains(secret.as_str()), "{shown}");
        }
    }
}
