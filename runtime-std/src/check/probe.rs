//! What the provider answers to requests like those of a login: whether it knows the redirect URLs
//! and takes the credentials. Nobody signs in.

use onerealm_core::wire::Uri;
use onerealm_core::{
    AuthorizationError, AuthorizationRequest, AuthorizationResponse, ClientType, ErrorCode,
    HttpRequest, PendingAuthorization, ProviderMetadata, RedirectUri, RedirectUriKind,
    RelyingParty, Requested, TokenError,
};
use zeroize::Zeroizing;

use super::redirects::is_refused;
use crate::clock::now;
use crate::error::Error;
use crate::error::cause::Cause;
use crate::error::facts::Facts;
use crate::error::refused_documents::head;
use crate::error::shown::{Secrets, quoted, shown};
use crate::error::words::ProviderWords;
use crate::hex::hex;
use crate::http::Answer;
use crate::logins::{Login, Logins, MESSAGE_LEN, refused};
use crate::realm::RealmConfig;
use crate::redirect_url;

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

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A login would get on.
    Good,
    /// A login would be refused.
    Bad,
    /// The answer leaves it open.
    Open,
}

impl Verdict {
    /// `good`, `bad` or `open`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Good => "good",
            Verdict::Bad => "bad",
            Verdict::Open => "open",
        }
    }
}

/// What an answer shows.
struct Shown {
    came: String,
    meaning: String,
    verdict: Verdict,
}

impl Shown {
    fn new(verdict: Verdict, came: String, meaning: impl Into<String>) -> Self {
        Shown { came, meaning: meaning.into(), verdict }
    }
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
        let authorization = ask_authorization(&login, request, relying_party)?;
        let pending = begin(relying_party)?.into_pending();
        let token = ask_token(&login, pending, relying_party, &metadata)?;
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
    let mut random = [0; 2];
    fill(&mut random)?;
    let port = 49_152 | u16::from_be_bytes(random);
    let with_port = uri.as_str().replacen(authority.host, &format!("{}:{port}", authority.host), 1);
    Ok(RedirectUri::parse(&with_port)?)
}

fn fill(random: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(random).map_err(|_| Error::from(onerealm_core::BeginError::NoEntropy))
}

fn ask_authorization(
    login: &Login<'_>,
    request: AuthorizationRequest<'_>,
    relying_party: RelyingParty<'_>,
) -> Result<Shown, Error> {
    let mut buf = vec![0; MESSAGE_LEN];
    let answer = login.send_in_half_the_time(&HttpRequest::page(request.write_url(&mut buf)?));
    Ok(match answer {
        Ok(answer) => judge_authorization(&answer, request.into_pending(), relying_party),
        Err(error) => no_answer(&error),
    })
}

/// What the authorization endpoint's answer says of the redirect URL and the client.
fn judge_authorization(
    answer: &Answer,
    pending: PendingAuthorization,
    relying_party: RelyingParty<'_>,
) -> Shown {
    let status = answer.status();
    let client_id = quoted(pending.client_id());
    let registered = format!("the redirect URL is registered for {client_id}");
    match (answer.location(), status) {
        (Some(location), 300..=399) => {
            came_back(location, status, pending, relying_party, &registered).unwrap_or_else(|| {
                Shown::new(
                    Verdict::Open,
                    format!("HTTP status {status} to {}", shown(without_query(location))),
                    "the provider goes on to a page of its own, whatever it will show there: try a login",
                )
            })
        }
        (_, 400..=499) if !matches!(status, 408 | 429) => Shown::new(
            Verdict::Bad,
            page(answer),
            format!("the provider shows an error page: it doesn't know the client {client_id}, or this redirect URL is not registered for it"),
        ),
        _ => Shown::new(
            Verdict::Open,
            page(answer),
            "the provider shows a page and doesn't send the browser back, which it may do for a redirect URL that is registered and for one that isn't: try a login",
        ),
    }
}

/// What a redirect to the redirect URI means; `None` if it goes elsewhere.
fn came_back(
    location: &str,
    status: u16,
    pending: PendingAuthorization,
    relying_party: RelyingParty<'_>,
    registered: &str,
) -> Option<Shown> {
    let written = redirect_url::as_browsers_write(pending.redirect_uri());
    let response =
        AuthorizationResponse::from_url(location).ok()?.to_redirect_uri_written(&written);
    pending.check_redirect_uri(&response).ok()?;
    let words = ProviderWords::of_authorization(&response);
    let said = words.map_or_else(|| "a code".to_owned(), |words| words.to_string());
    let came = format!("HTTP status {status} back to the redirect URL, with {said}");
    let shown = |verdict, meaning: String| Some(Shown::new(verdict, came.clone(), meaning));
    match pending.accept(&response, relying_party, now()) {
        Ok(_) => shown(Verdict::Good, registered.to_owned()),
        Err(AuthorizationError::Refused { error }) => match error {
            ErrorCode::LoginRequired
            | ErrorCode::InteractionRequired
            | ErrorCode::ConsentRequired
            | ErrorCode::AccountSelectionRequired => shown(Verdict::Good, registered.to_owned()),
            ErrorCode::ServerError
            | ErrorCode::TemporarilyUnavailable
            | ErrorCode::AccessDenied => shown(
                Verdict::Open,
                format!("{registered}; whether a login would get on is not said"),
            ),
            _ => {
                shown(Verdict::Bad, format!("{registered}, but a login would be refused like this"))
            }
        },
        Err(error) => {
            shown(Verdict::Bad, format!("{registered}, but a login would be refused: {error}"))
        }
    }
}

fn ask_token(
    login: &Login<'_>,
    pending: PendingAuthorization,
    relying_party: RelyingParty<'_>,
    metadata: &ProviderMetadata<'_>,
) -> Result<Shown, Error> {
    let mut random = [0; 32];
    fill(&mut random)?;
    let code = hex(&random);
    let state = pending.state().as_str().to_owned();
    let iss = metadata.sends_issuer().then(|| relying_party.realm().issuer.as_str());
    let response = AuthorizationResponse::from_parts(&code, &state, iss)?;
    let facts = Facts::of(relying_party, pending.decision(), pending.redirect_uri());
    let request = pending.accept(&response, relying_party, now());
    let request = request.map_err(|error| Cause::Authorization { error, words: None })?;
    let mut buf = Zeroizing::new(vec![0; MESSAGE_LEN]);
    let message = request.request(&mut buf)?;
    let answer = match login.send(&message) {
        Ok(answer) => answer,
        Err(error) => return Ok(no_answer(&error)),
    };
    let mut secrets = Secrets::default();
    login.add_secrets(&message, &mut secrets);
    let client_type = request.client_type();
    let words = ProviderWords::of_refusal(&answer, &secrets);
    let came = came(&answer, words.as_ref(), &secrets);
    let code_first = words.is_some_and(|words| LOOKS_AT_THE_CODE.iter().any(|n| words.mentions(n)));
    let status = answer.status();
    let error = match request.response(answer.response()) {
        Err(error) if !code_first => error,
        _ => return Ok(Shown::new(Verdict::Open, came, SAYS_NOTHING)),
    };
    let refused = match error {
        TokenError::Refused { status: 400..=499, error } => Some(error),
        _ => None,
    };
    Ok(match (refused, client_type) {
        (Some(ErrorCode::InvalidGrant), ClientType::Confidential) => {
            Shown::new(Verdict::Good, came, "the code was refused, and the credentials were not")
        }
        (Some(ErrorCode::InvalidGrant), ClientType::Public) => Shown::new(
            Verdict::Good,
            came,
            "the code was refused, and a client without a secret was not",
        ),
        _ if is_of_client(refused, status) => {
            let told = refused::token(error, client_type, &answer, relying_party, &facts, &secrets);
            let fix = told.explanation().fix.as_deref().unwrap_or("check the realm's client-id");
            Shown::new(Verdict::Bad, came, format!("the client was refused: {fix}"))
        }
        _ => Shown::new(Verdict::Open, came, SAYS_NOTHING),
    })
}

/// Whether the client was refused, and not its request.
fn is_of_client(error: Option<ErrorCode>, status: u16) -> bool {
    matches!(error, Some(ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient)) || status == 401
}

const SAYS_NOTHING: &str =
    "the provider doesn't say whether it takes the client: something else was refused before";

/// Texts of a provider that looks at the code before it looks at the client.
const LOOKS_AT_THE_CODE: [&str; 2] = ["AADSTS9002313", "AADSTS70000"];

/// Nothing came that could be read.
fn no_answer(error: &Error) -> Shown {
    let fix = error.explanation().fix.clone();
    let meaning = fix.unwrap_or("the provider's answer can't be read: try a login".into());
    Shown::new(Verdict::Open, error.to_string(), meaning)
}

/// An answer in a few words.
fn came(answer: &Answer, words: Option<&ProviderWords>, secrets: &Secrets) -> String {
    match words {
        Some(words) => format!("HTTP status {}, {words}", answer.status()),
        None => head(&answer.response(), secrets),
    }
}

/// A page of the provider's, by its title if it has one.
fn page(answer: &Answer) -> String {
    let secrets = Secrets::default();
    came(answer, ProviderWords::of_refusal(answer, &secrets).as_ref(), &secrets)
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}
