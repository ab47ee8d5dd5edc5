//! Who the end user is: what a validated ID token says.

mod report;

use core::fmt;

use serde::Deserialize;

use crate::client::ClientType;
use crate::realm::ClientId;
use crate::relying_party::RelyingParty;
use crate::userinfo::{ExpectedUserinfo, Userinfo, UserinfoRequest};
use crate::wire::{JsonStr, Object, Overlay, ReadError, Value};

/// The end user of a finished login. Only
/// [`UnverifiedIdToken::validate`](crate::UnverifiedIdToken::validate) makes one.
///
/// Issuer and subject together identify the end user; no other claim does (OpenID Connect Core
/// 5.7).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/recorded.rs"));
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/states.rs"));
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let (realm, metadata) = (realm(), metadata());
/// # let relying_party = RelyingParty::new(&realm, &metadata)?;
/// # let mut buf = vec![0; 4096];
/// # let opened = id_token(relying_party).open(&mut buf).ok().unwrap();
/// # let identity = opened.validate(&keys(), &[&Es256], NOW).ok().unwrap();
/// assert_eq!(identity.issuer(), "https://login.example/t");
/// assert_eq!(identity.subject(), "alice-sub");
/// let name = identity.claim("preferred_username").and_then(|claim| claim.as_str());
/// assert!(name.is_some_and(|name| name == *"alice"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Identity<'b> {
    relying_party: RelyingParty<'b>,
    client_type: ClientType,
    client_id: ClientId<&'b str>,
    subject: &'b str,
    claims: Object<'b>,
    userinfo: Option<Object<'b>>,
    /// What userinfo is asked with.
    access_token: Option<JsonStr<'b>>,
}

impl<'b> Identity<'b> {
    pub(crate) fn new(
        relying_party: RelyingParty<'b>,
        (client_type, client_id): (ClientType, ClientId<&'b str>),
        subject: &'b str,
        claims: Object<'b>,
        access_token: Option<JsonStr<'b>>,
    ) -> Self {
        let userinfo = None;
        Identity { relying_party, client_type, client_id, subject, claims, userinfo, access_token }
    }

    /// The realm's name.
    pub fn realm(&self) -> &'b str {
        self.relying_party.realm.name.as_str()
    }

    /// The issuer, which is the realm's and the ID token's.
    pub fn issuer(&self) -> &'b str {
        self.relying_party.realm.issuer.as_str()
    }

    /// `sub`, unescaped: unique within the issuer, 1 to 255 bytes without control characters.
    pub fn subject(&self) -> &'b str {
        self.subject
    }

    /// The client type of the login.
    pub fn client_type(&self) -> ClientType {
        self.client_type
    }

    /// The request for more claims, where realm and provider have one.
    pub fn userinfo_request(&self) -> Option<UserinfoRequest<'b>> {
        let endpoint = self.relying_party.userinfo_endpoint()?;
        let expected = ExpectedUserinfo {
            realm: self.relying_party.realm,
            client_id: self.client_id.lent(),
            subject: self.subject,
            claims: self.claims,
        };
        Some(UserinfoRequest::new(endpoint, self.access_token?, expected))
    }

    /// The same identity with userinfo claims behind those of the ID token.
    pub fn with_userinfo<'u>(self, userinfo: Userinfo<'u>) -> Identity<'u>
    where
        'b: 'u,
    {
        Identity { userinfo: Some(userinfo.claims()), ..self }
    }

    /// The claim called `name`: the ID token's, or else the userinfo endpoint's. One that is `null` in
    /// the ID token is filled from userinfo, and no other is changed.
    pub fn claim(&self, name: &str) -> Option<Value<'b>> {
        match self.claims.get(name) {
            claim @ (None | Some(Value::Null)) => {
                self.userinfo.and_then(|userinfo| userinfo.get(name)).or(claim)
            }
            claim => claim,
        }
    }

    /// Whether the claim called `name` exists but is elsewhere: `_claim_names` of the ID token or of
    /// userinfo names it (OpenID Connect Core 5.6.2). Nothing is fetched from there.
    pub fn is_elsewhere(&self, name: &str) -> bool {
        let mut sources = [Some(self.claims), self.userinfo].into_iter().flatten();
        sources.any(|claims| match claims.get("_claim_names") {
            Some(Value::Object(elsewhere)) => elsewhere.get(name).is_some(),
            _ => false,
        })
    }

    /// Every claim once, each that of [`claim`](Self::claim), those of the ID token first.
    pub fn members(&self) -> impl Iterator<Item = (JsonStr<'b>, Value<'b>)> {
        let (id_token, userinfo) = (self.claims, self.userinfo);
        let members = move || userinfo.into_iter().flat_map(Object::members);
        let filled = move |(name, value)| match value {
            Value::Null => members().find(|(other, _)| *other == name).unwrap_or((name, value)),
            value => (name, value),
        };
        let is_new = move |name: JsonStr<'_>| !id_token.members().any(|(known, _)| known == name);
        id_token.members().map(filled).chain(members().filter(move |(name, _)| is_new(*name)))
    }

    /// Reads the claims into a struct of the caller's, which may borrow them: each claim is that of
    /// [`claim`](Self::claim), the ID token's or else the userinfo endpoint's. Claims without a field
    /// are ignored.
    ///
    /// [`Value::read`] says which types fit. No heap is needed:
    ///
    /// ```
    /// use onerealm_core::Identity;
    /// use onerealm_core::wire::{JsonStr, ReadError};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Claims<'a> {
    ///     email: Option<&'a str>,
    ///     #[serde(default)]
    ///     email_verified: bool,
    ///     #[serde(borrow)]
    ///     name: Option<JsonStr<'a>>,
    ///     #[serde(default)]
    ///     groups: heapless::Vec<heapless::String<64>, 16>,
    /// }
    ///
    /// fn is_admin(identity: &Identity<'_>) -> Result<bool, ReadError> {
    ///     let claims: Claims<'_> = identity.claims()?;
    ///     Ok(claims.groups.iter().any(|group| group == "admins"))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ReadError`], with the field whose type doesn't fit its claim.
    pub fn claims<T: Deserialize<'b>>(&self) -> Result<T, ReadError> {
        T::deserialize(Overlay { over: self.claims, under: self.userinfo })
    }

    /// The ID token's claims.
    pub fn id_token_claims(&self) -> Object<'b> {
        self.claims
    }

    /// The userinfo endpoint's claims, where it was asked.
    pub fn userinfo_claims(&self) -> Option<Object<'b>> {
        self.userinfo
    }
}

/// Who, where from and how; no claims and no token.
impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("realm", &self.realm())
            .field("client_type", &self.client_type)
            .field("issuer", &self.issuer())
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
