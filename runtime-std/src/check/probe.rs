//! What the provider answers to requests like those of a login: whether it knows the redirect URLs
//! and takes the credentials. Nobody signs in.

mod authorization;
mod random;
mod shown;
mod token;

use onerealm_core::wire::Uri;
use onerealm_core::{
    AuthorizationRequest, ClientType, RedirectUri, RedirectUriKind, RelyingParty, Requested,
};

use self::shown::Shown;
pub use self::shown::Verdict;
use super::redirects::is_refused;
use crate::clock::now;
use crate::error::Error;
use crate::logins::{Logins, refused};
use crate::realm::RealmConfig;

/// What one request of [`Logins::probe`] showed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Probe {
    /// The redirect URL of the login that was tried.
    pub redirect_url: String,
    /// Its client type.
    pub client_type: ClientType,
    /// What was asked.
    pub asked: Asked,
    /// What came, safe to show.
    pub came: String,
    /// What that means, and what to do.
    pub meaning: String,
    /// The same for programs.
    pub verdict: Verdict,
}

/// A request of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An authorization request that lets nobody sign in (`prompt=none`).
    Authorization,
    /// A token request with a code that nobody issued.
    Token,
}

impl Logins {
    /// Sends the requests of a login to the provider, without an end user and without a code: for
    /// each redirect URL and client type of the realm an authorization request with `prompt=none`,
    /// and a token request with a code that nobody issued. State, nonce, verifier and code are new
    /// each time; redirects are not followed.
    ///
    /// A realm that lists no redirect URLs is tried with one on loopback, unless `redirect_url` says
    /// otherwise. Each token request is a failed one at the provider: one that counts them may lock
    /// the client out.
    ///
    /// # Errors
    ///
    /// As [`check`](Logins::check), and where a request gets no answer.
    pub fn probe(&self, realm: &str, redirect_url: Option<&str>) -> Result<Vec<Probe>, Error> {
        let config = self.realms().get(realm)?;
        let mut probes = Vec::new();
        for uri in super::redirect_uris(config, redirect_url, &[super::LOOPBACK])? {
            let uri = with_port(uri)?;
            let requested = match self.client_types(config, &uri) {
                Err(error) if redirect_url.is_none() && is_refused(&error) => continue,
                requested => requested?,
            };
            for requested in requested {
                probes.extend(self.probe_login(config, &uri, requested)?);
            }
        }
        Ok(probes)
    }

    /// What a login may ask for with this redirect URI, with another client type each.
    fn client_types(
        &self,
        config: &RealmConfig,
        uri: &RedirectUri,
    ) -> Result<Vec<Requested>, Error> {
        let login = self.login_asking(config)?;
        let metadata = login.published.metadata();
        let relying_party = login.relying_party(&metadata)?;
        let decided = |requested| relying_party.client_type(uri, requested);
        let usual = decided(Requested::Default)
            .map_err(|error| refused::begin(error.into(), relying_party))?;
        // Public logins from the web are for programs that are no browsers; nobody registers them.
        let asked = decided(Requested::Public).is_ok_and(|public| public != usual);
        let is_asked = asked && uri.kind() != RedirectUriKind::Web;
        Ok([Requested::Default].into_iter().chain(is_asked.then_some(Requested::Public)).collect())
    }

    /// The two requests of a login.
    fn probe_login(
        &self,
        config: &RealmConfig,
        uri: &RedirectUri,
        requested: Requested,
    ) -> Result<[Probe; 2], Error> {
        let login = self.login_asking(config)?;
        let metadata = login.published.metadata();
        let relying_party = login.relying_party(&metadata)?;
        let probe = |asked, client_type, shown: Shown| Probe {
            redirect_url: uri.as_str().to_owned(),
            client_type,
            asked,
            came: shown.came,
            meaning: shown.meaning,
            verdict: shown.verdict,
        };
        let begin = |relying_party| {
            let mut rng = getrandom::SysRng;
            AuthorizationRequest::new(relying_party, uri.clone(), requested, &mut rng, now())
        };

        let silent = relying_party.realm().without_interaction();
        let request = begin(RelyingParty::new(&silent, &metadata).unwrap_or(relying_party))?;
        let client_type = request.client_type();
        let authorization = authorization::ask(&login, request, relying_party)?;
        let pending = begin(relying_party)?.into_pending();
        let token = token::ask(&login, pending, relying_party, &metadata)?;
        Ok([
            probe(Asked::Authorization, client_type, authorization),
            probe(Asked::Token, client_type, token),
        ])
    }
}

/// A redirect URI on loopback without a port, with one: any port is registered by it (RFC 8252
/// section 7.3).
fn with_port(uri: RedirectUri) -> Result<RedirectUri, Error> {
    let Ok(parsed) = Uri::parse(uri.as_str()) else { return Ok(uri) };
    let Some(authority) = parsed.authority.filter(|_| uri.kind() == RedirectUriKind::Loopback)
    else {
        return Ok(uri);
    };
    if authority.port.is_some() {
        return Ok(uri);
    }
    let mut bytes = [0; 2];
    random::fill(&mut bytes)?;
    let port = 49_152 | u16::from_be_bytes(bytes);
    let with_port = uri.as_str().replacen(authority.host, &format!("{}:{port}", authority.host), 1);
    Ok(RedirectUri::parse(&with_port)?)
}
