//! The request for a provider's metadata (OpenID Connect Discovery 1.0 section 4).

use super::{DiscoveryError, ProviderMetadata};
use crate::http::{HttpRequest, HttpResponse};
use crate::realm::{DiscoveryUrl, Issuer};
use crate::wire::{BufferTooSmall, Writer};

/// The request for a provider's metadata.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/recorded.rs"));
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/states.rs"));
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let send = answer;
/// use onerealm_core::{DiscoveryRequest, Issuer};
///
/// let discovery = DiscoveryRequest::new(Issuer::parse("https://login.example/t")?);
/// let mut buf = [0; 512];
/// let request = discovery.request(&mut buf)?;
/// assert_eq!(request.url, "https://login.example/t/.well-known/openid-configuration");
/// let metadata = discovery.response(send(request))?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct DiscoveryRequest<'a> {
    issuer: Issuer<&'a str>,
    url: Option<DiscoveryUrl<&'a str>>,
}

impl<'a> DiscoveryRequest<'a> {
    /// Asks the provider with that issuer identifier.
    pub fn new(issuer: Issuer<&'a str>) -> Self {
        DiscoveryRequest { issuer, url: None }
    }

    /// Asks at another place than below the issuer, if there is one. The issuer in the answer must be
    /// the same.
    pub fn at(self, url: Option<DiscoveryUrl<&'a str>>) -> Self {
        DiscoveryRequest { url, ..self }
    }

    /// The request to send.
    ///
    /// The path is appended to the issuer, less one `/` at its end (section 4.1).
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with the bytes that the URL takes.
    pub fn request<'b>(&self, buf: &'b mut [u8]) -> Result<HttpRequest<'b>, BufferTooSmall> {
        let issuer = self.issuer.as_str();
        let mut url = Writer::new(buf);
        match self.url {
            Some(elsewhere) => url.push_str(elsewhere.as_str()),
            None => {
                url.push_str(issuer.strip_suffix('/').unwrap_or(issuer));
                url.push_str("/.well-known/openid-configuration");
            }
        }
        let url = url.finish_str()?;
        Ok(HttpRequest::get(url))
    }

    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// [`DiscoveryError`]: the answer is no metadata that can be used, or it is another issuer's.
    pub fn response<'r>(
        self,
        response: HttpResponse<'r>,
    ) -> Result<ProviderMetadata<'r>, DiscoveryError> {
        let metadata = ProviderMetadata::parse(response)?;
        metadata.agree_on(self.issuer)?;
        Ok(metadata)
    }
}
