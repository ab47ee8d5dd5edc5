//! Whole logins, and what must come of them.

use onerealm_core::wire::Words;
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, ClientType,
    ClientTypeSetting, Credential, DiscoveryRequest, IdTokenError, Identity, Issuer, JwksRequest,
    JwsError, PendingAuthorization, Realm, RealmName, RedirectUri, RelyingParty, Requested,
    SignatureVerifier, UnixTime,
};

use crate::board::{Counting, Meter, exit, print};
use crate::canned;
use crate::provider::{Change, Provider};

/// A login with a provider, and whether somebody is logged in at its end.
pub struct Login<'l> {
    /// The provider.
    pub provider: &'l Provider,
    /// Verifies its tokens.
    pub verifier: &'l dyn SignatureVerifier,
    /// What happens to the token on its way.
    pub change: Change,
    /// What comes of it.
    pub expected: Outcome,
}

/// What comes of a login.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The end user is known.
    LoggedIn,
    /// The token's signature is refused.
    SignatureRefused,
}

/// A board's buffers. Where answers stay while a login goes on, each has its own.
struct Buffers {
    /// What is sent: a URL, or a token request with a code of 2,000 characters.
    message: [u8; 3072],
    /// The redirect URL as the end user pastes it.
    pasted: [u8; 2560],
    metadata: [u8; 2560],
    keys: [u8; 4096],
    /// ID token and access token.
    tokens: [u8; 12 * 1024],
    /// The ID token decoded, with signature and key.
    claims: [u8; 8 * 1024],
    userinfo: [u8; 1024],
    /// The login while the end user is away.
    stored: [u8; PendingAuthorization::PENDING_LEN],
}

/// Does all of `logins`, and then ends with status 0 if each came out as it must.
pub fn run(logins: &[Login<'_>]) -> ! {
    let buffers = cortex_m::singleton!(: Buffers = Buffers {
        message: [0; 3072],
        pasted: [0; 2560],
        metadata: [0; 2560],
        keys: [0; 4096],
        tokens: [0; 12 * 1024],
        claims: [0; 8 * 1024],
        userinfo: [0; 1024],
        stored: [0; PendingAuthorization::PENDING_LEN],
    });
    let (Some(buffers), Some(mut meter)) = (buffers, Meter::new()) else { exit(false) };
    let mut as_expected = !logins.is_empty();
    for login in logins {
        print("login ");
        print(login.provider.name);
        print("\n");
        let outcome = log_in(login, &mut meter, buffers);
        print(match outcome {
            Some(Outcome::LoggedIn) => "logged in\n",
            Some(Outcome::SignatureRefused) => "signature refused\n",
            None => "failed\n",
        });
        as_expected &= outcome == Some(login.expected);
    }
    exit(as_expected)
}

/// A login from top to bottom. `None` where something else went wrong than a signature.
fn log_in(login: &Login<'_>, meter: &mut Meter, buffers: &mut Buffers) -> Option<Outcome> {
    let Buffers { message, pasted, metadata, keys, tokens, claims, userinfo, stored } = buffers;
    let provider = login.provider;
    let realm = Realm {
        client_type: ClientTypeSetting::Auto,
        scopes: Words::parse("email profile").ok()?,
        ..Realm::new(
            RealmName::parse("entra").ok()?,
            Issuer::parse("https://login.example/00000000-1111-2222-3333-444444444444/v2.0")
                .ok()?,
            ClientRegistration {
                client_id: ClientId::parse("6731de76-14a6-49ae-97bc-6eba6914391e").ok()?,
                credential: Credential::secret("s3cret"),
            },
        )
    };

    let metadata = meter.measure("metadata", || {
        let discovery = DiscoveryRequest::new(realm.issuer);
        let answer = provider.answer(discovery.request(message).ok()?, Change::Nothing, metadata);
        discovery.response(answer?).ok()
    })?;
    let relying_party = RelyingParty::new(&realm, &metadata).ok()?;
    let keys = meter.measure("keys", || {
        let jwks = JwksRequest::new(&metadata);
        let answer = provider.answer(jwks.request(message).ok()?, Change::Nothing, keys);
        jwks.response(answer?).ok()
    })?;

    // The end user is shown a URL, and the login is kept.
    let stored = meter.measure("begin", || {
        let redirect_uri = RedirectUri::parse("http://127.0.0.1:51004/callback").ok()?;
        let rng = &mut Counting(0);
        let request =
            AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, NOW);
        let request = request.ok()?;
        let url = request.write_url(message).ok()?;
        (url.as_bytes() == canned!("authorization_url.txt")).then_some(())?;
        request.into_pending().encode(stored).ok()
    })?;

    // The end user is back, and pastes the URL.
    let request = meter.measure("callback", || {
        let pasted = paste(pasted)?;
        let response = AuthorizationResponse::from_url(pasted).ok()?;
        let pending = PendingAuthorization::decode(stored).ok()?;
        (pending.key() == response.key()).then_some(())?;
        pending.accept(&response, relying_party, NOW).ok()
    })?;
    let id_token = meter.measure("token", || {
        let answer = provider.answer(request.request(message).ok()?, login.change, tokens);
        request.response(answer?).ok()
    })?;

    let validated = meter.measure("validate", || {
        let id_token = id_token.open(claims).ok()?;
        if id_token.lacks_key(&keys) {
            return None;
        }
        Some(id_token.validate(&keys, &[login.verifier], NOW).map_err(IdTokenError::from))
    })?;
    let identity = match validated {
        Ok(identity) => identity,
        Err(IdTokenError::Jws { error: JwsError::Signature }) => {
            return Some(Outcome::SignatureRefused);
        }
        Err(_) => return None,
    };
    let identity = meter.measure("userinfo", || {
        let request = identity.userinfo_request()?;
        let answer = provider.answer(request.request(message).ok()?, Change::Nothing, userinfo);
        Some(identity.with_userinfo(request.response(answer?).ok()?))
    })?;
    report(&identity, meter, message)?;
    is_alice(&identity).then_some(Outcome::LoggedIn)
}

/// The time that the tokens are of. A board asks its clock.
const NOW: UnixTime = UnixTime(1_779_271_200);

/// Stands for the board's console.
fn paste(buf: &mut [u8]) -> Option<&str> {
    let typed = canned!("callback.txt");
    let buf = buf.get_mut(..typed.len())?;
    buf.iter_mut().zip(typed).for_each(|(to, from)| *to = *from);
    core::str::from_utf8(buf).ok()
}

/// Prints a report of the login, which must be this one.
///
/// The writer of serde-json-core checks bounds again that it has checked, and the optimiser doesn't see
/// it: in a program where no panic can be reached, there is no report.
#[cfg(not(feature = "no-panic"))]
fn report(identity: &Identity<'_>, meter: &mut Meter, buf: &mut [u8]) -> Option<()> {
    let report = meter.measure("report", || identity.write_report(buf).ok())?;
    print(report);
    print("\n");
    (report.as_bytes() == canned!("report.json")).then_some(())
}

#[cfg(feature = "no-panic")]
fn report(identity: &Identity<'_>, _: &mut Meter, _: &mut [u8]) -> Option<()> {
    print(identity.subject());
    Some(())
}

/// Whether it is who it must be.
fn is_alice(identity: &Identity<'_>) -> bool {
    let email = identity.claim("email").and_then(|claim| claim.as_str());
    let given_name = identity.claim("given_name").and_then(|claim| claim.as_str());
    identity.subject() == "LPF_mLO-M91LhbCgSTBjvAdm72BukCtR3tGY_Pgr6EQ"
        && identity.realm() == "entra"
        && identity.client_type() == ClientType::Public
        && email.is_some_and(|email| email == *"alice@contoso.example")
        && given_name.is_some_and(|name| name == *"Alice")
}

/// The logins of an image: one that succeeds for each provider, and two that must not.
#[macro_export]
macro_rules! image {
    ($verifier:expr; $($provider:literal),+) => {
        #[cortex_m_rt::entry]
        fn main() -> ! {
            use $crate::login::{Login, Outcome, run};
            use $crate::provider::Change;

            let verifier = &$verifier;
            run(&[$(
                Login {
                    provider: &$crate::provider!($provider),
                    verifier,
                    change: Change::Nothing,
                    expected: Outcome::LoggedIn,
                },
                Login {
                    provider: &$crate::provider!($provider),
                    verifier,
                    change: Change::Payload,
                    expected: Outcome::SignatureRefused,
                },
                Login {
                    provider: &$crate::provider!($provider),
                    verifier,
                    change: Change::Signature,
                    expected: Outcome::SignatureRefused,
                },
            )+])
        }
    };
}
