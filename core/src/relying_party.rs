//! The relying party: a realm with the provider that it names.

use crate::client::{Client, ClientType, ClientTypeError, Requested};
use crate::discovery::{DiscoveryError, Endpoint, ProviderMetadata};
use crate::realm::{QueryUserinfo, Realm};
use crate::redirect_uri::RedirectUri;

/// A realm and the metadata of its provider, which agree on the issuer: what every login is
/// checked against.
#[derive(Debug, Clone, Copy)]
pub struct RelyingParty<'a> {
    pub(crate) realm: &'a Realm<&'a str>,
    pub(crate) metadata: &'a ProviderMetadata<'a>,
}

impl<'a> RelyingParty<'a> {
    /// Fails unless both have the same issuer, to the letter.
    ///
    /// # Errors
    ///
    /// [`DiscoveryError::Issuer`] where they don't.
    pub fn new(
        realm: &'a Realm<&'a str>,
        metadata: &'a ProviderMetadata<'a>,
    ) -> Result<Self, DiscoveryError> {
        metadata.agree_on(realm.issuer)?;
        Ok(RelyingParty { realm, metadata })
    }

    /// The client type that a login with `redirect_uri` has.
    ///
    /// # Errors
    ///
    /// [`ClientTypeError`] where no client type fits.
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
