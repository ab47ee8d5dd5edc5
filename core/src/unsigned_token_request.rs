//! The token request of a client whose credential is a private key, until that has signed.

use core::fmt;
use rand_core::TryCryptoRng;

use crate::binding::Binding;
use crate::client::{Client, ClientType};
use crate::client_assertion::{AssertionError, AssertionSigner, Assertions};
use crate::realm::{AssertionAudience, ClientId, PrivateKey};
use crate::relying_party::RelyingParty;
use crate::time::UnixTime;
use crate::token_request::TokenRequest;
use crate::wire::FormText;

/// What an accepted authorization response leads to.
#[derive(Debug)]
pub enum Accepted<'a> {
    /// A request to send.
    Request(TokenRequest<'a>),
    /// A request that a private key must sign first.
    Unsigned(UnsignedTokenRequest<'a>),
}

/// A code to be exchanged, once, by a client that proves with its private key who it is.
///
/// It can't be sent: [`sign`](Self::sign) makes the request that can.
pub struct UnsignedTokenRequest<'a> {
    relying_party: RelyingParty<'a>,
    client: (ClientId<&'a str>, PrivateKey<&'a str>),
    binding: Binding,
    code: FormText<'a>,
}

impl<'a> UnsignedTokenRequest<'a> {
    pub(crate) fn new(
        relying_party: RelyingParty<'a>,
        client: (ClientId<&'a str>, PrivateKey<&'a str>),
        binding: Binding,
        code: FormText<'a>,
    ) -> Self {
        UnsignedTokenRequest { relying_party, client, binding, code }
    }

    /// The client type of the login: always confidential.
    pub fn client_type(&self) -> ClientType {
        self.binding.decision.client_type()
    }

    /// Bytes of buffer that [`sign`](Self::sign) takes with this signer.
    pub fn buffer_needed(&self, signer: &dyn AssertionSigner) -> usize {
        self.assertions().buffer_needed(signer)
    }

    /// Signs an assertion of who we are, which is valid for 60 seconds from `now`, for this request
    /// alone. `buf` holds it as long as the request lives.
    ///
    /// # Errors
    ///
    /// [`AssertionError`]: the signer failed, there is no randomness, or `buf` is too short.
    pub fn sign<R: TryCryptoRng + ?Sized>(
        self,
        signer: &dyn AssertionSigner,
        rng: &mut R,
        now: UnixTime,
        buf: &'a mut [u8],
    ) -> Result<TokenRequest<'a>, AssertionError> {
        let assertion = self.assertions().sign(signer, rng, now, buf)?;
        let (client_id, _) = self.client;
        let client = Client::Assertion { client_id, assertion: Some(assertion) };
        let UnsignedTokenRequest { relying_party, binding, code, .. } = self;
        Ok(TokenRequest::new(relying_party, client, binding, code))
    }

    /// This request goes to the token endpoint, so that may be the audience.
    fn assertions(&self) -> Assertions<'a> {
        let (client_id, key) = self.client;
        let RelyingParty { realm, metadata } = self.relying_party;
        let token_endpoint = match key.audience {
            AssertionAudience::Issuer => None,
            AssertionAudience::TokenEndpoint => Some(metadata.token_endpoint()),
        };
        Assertions { client_id, key_id: key.key_id, issuer: realm.issuer, token_endpoint, metadata }
    }
}

/// Hidden: it holds the code and the verifier.
impl fmt::Debug for UnsignedTokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.binding.show("UnsignedTokenRequest", f)
    }
}
