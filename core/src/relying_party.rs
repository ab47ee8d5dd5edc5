//! The relying party: a realm together with its provider.

use crate::client::{Client, ClientType, ClientTypeError, Requested};
use crate::discovery::{DiscoveryError, Endpoint, ProviderMetadata};
use crate::realm::{QueryUserinfo, Realm};
use crate::redirect_uri::RedirectUri;

/// A realm and its provider's metadata, with the same issuer. Every login is checked against them.
#[derive(Debug, Clone, Copy)]
pub struct RelyingParty<'a> {
    pub(crate) realm: &'a Realm<&'a str>,
    pub(crate) metadata: &'a ProviderMetadata<'a>,
}

impl<'a> RelyingParty<'a> {
    /// Fails unless both have exactly the same issuer.
    ///
    /// # Errors
    ///
    /// [`DiscoveryError::Issuer`] if they differ.
    pub fn new(
        realm: &'a Realm<&'a str>,
        metadata: &'a ProviderMetadata<'a>,
    ) -> Result<Self, DiscoveryError> {
        metadata.agree_on(realm.issuer)?;
        Ok(RelyingParty { realm, metadata })
    }

    /// The client type of a login with `redirect_uri`.
    ///
    /// # Errors
    ///
    /// [`ClientTypeError`] if no client type fits.
    pub fn client_type(
        &self,
        redirect_uri: &RedirectUri,
        requested: Requested,
    ) -> Result<ClientType, ClientTypeError> {
        Client::decide(self.realm, self.metadata, redirect_uri.kind(), requested)
            .map(|client| client.decision().client_type())
    }

    /// Where claims are asked for, if realm and provider want that.
    pub(crate) fn userinfo_endpoint(&self) -> Option<Endpoint<'a>> {
        match self.realm.userinfo {
            QueryUserinfo::WhereOffered => self.metadata.userinfo_endpoint(),
            QueryUserinfo::Never => None,
        }
    }

    /// The realm.
    pub fn realm(&self) -> &'a Realm<&'a str> {
        self.realm
    }

    /// The provider's metadata.
    pub fn metadata(&self) -> &'a ProviderMetadata<'a> {
        self.metadata
    }
}
