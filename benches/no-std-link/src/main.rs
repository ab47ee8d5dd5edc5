//! An image for a Cortex-M4 that walks every step of a login, without `std`, without the `alloc` crate and without an
//! allocator. It is linked, not run: a core that needed any of them would not link.

#![no_std]
#![no_main]

use core::convert::Infallible;
use core::hint::black_box;

use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, ClientSecret,
    ClientTypeSetting, DiscoveryRequest, ErrorResponse, HttpRequest, HttpResponse, Identity,
    InvalidSignature, Issuer, JwksRequest, JwsAlgorithm, PendingAuthorization, PublicKey, Realm,
    RealmName, RedirectUri, RelyingParty, Requested, SignatureVerifier, UnixTime,
};
use rand_core::{TryCryptoRng, TryRng};

/// Where the linker lets the image begin.
// The one place with unsafe in it: a program without a runtime must give its entry point an unmangled name.
#[expect(unsafe_code, reason = "the name is the linker's")]
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    black_box(login());
    loop {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// A login from top to bottom; every input is opaque to the optimizer, so that no step can be left out.
fn login() -> Option<usize> {
    let mut message = [0; 1024];
    let mut code = [0; 1024];
    let (mut metadata, mut keys) = ([0; 4096], [0; 4096]);
    let (mut tokens, mut claims) = ([0; 4096], [0; 4096]);
    let (mut userinfo, mut stored) = ([0; 1024], [0; PendingAuthorization::PENDING_LEN]);

    let realm = Realm {
        client_type: black_box(ClientTypeSetting::Auto),
        ..Realm::new(
            RealmName::parse(black_box("sso")).ok()?,
            Issuer::parse(black_box("https://login.example")).ok()?,
            ClientRegistration {
                client_id: ClientId::parse(black_box("pve")).ok()?,
                secret: ClientSecret::new(black_box("s3cret")),
            },
        )
    };

    let discovery = DiscoveryRequest::new(realm.issuer);
    let answer = send(discovery.request(&mut message).ok()?, &mut metadata);
    let metadata = discovery.response(answer).ok()?;
    let jwks = JwksRequest::new(&metadata);
    let answer = send(jwks.request(&mut message).ok()?, &mut keys);
    let keys = jwks.response(answer).ok()?;
    let relying_party = RelyingParty::new(&realm, &metadata).ok()?;

    let redirect_uri = RedirectUri::parse(black_box("http://127.0.0.1:51004/callback")).ok()?;
    let request =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, &mut Rng, now())
            .ok()?;
    black_box(request.write_url(&mut message).ok()?);
    let stored = black_box(request.into_pending().encode(&mut stored).ok()?);

    let response = AuthorizationResponse::from_url(pasted(&mut code)?).ok()?;
    let pending = PendingAuthorization::decode(stored).ok()?;
    if pending.key() != response.key() {
        return None;
    }
    let request = pending.accept(&response, relying_party, now()).ok()?;
    let answer = send(request.request(&mut message).ok()?, &mut tokens);
    black_box(ErrorResponse::of(&answer).map(|error| error.code()));
    let id_token = request.response(answer).ok()?;

    black_box(id_token.lacks_key(&keys, &mut message).ok()?);
    let identity = id_token.validate(&keys, &[&Verifier], now(), &mut claims).ok()?;
    let identity = match identity.userinfo_request() {
        None => identity,
        Some(request) => {
            let answer = send(request.request(&mut message).ok()?, &mut userinfo);
            identity.with_userinfo(request.response(answer).ok()?)
        }
    };
    Some(look(&identity))
}

fn look(identity: &Identity<'_>) -> usize {
    black_box((identity.realm(), identity.issuer(), identity.subject(), identity.client_type()));
    identity.claim(black_box("email")).map_or(0, |value| value.text().len())
        + identity.claims().count()
}

/// Stands for the board's network: nobody can tell what is in `answer` afterwards.
fn send<'a>(request: HttpRequest<'_>, answer: &'a mut [u8]) -> HttpResponse<'a> {
    black_box(request.headers().count());
    black_box((request.method, request.url, request.authorization, request.body));
    HttpResponse {
        status: black_box(200),
        content_type: black_box(Some("application/json")),
        body: black_box(answer),
    }
}

/// Stands for the board's console, at which the end user pastes the URL.
fn pasted(code: &mut [u8]) -> Option<&str> {
    core::str::from_utf8(black_box(code)).ok()
}

fn now() -> UnixTime {
    UnixTime(black_box(1_779_271_200))
}

/// Stands for the board's random source.
struct Rng;

impl TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(black_box(0))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(black_box(0))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(black_box(0));
        Ok(())
    }
}

impl TryCryptoRng for Rng {}

/// Stands for the board's signature verification.
struct Verifier;

impl SignatureVerifier for Verifier {
    fn algorithm(&self) -> JwsAlgorithm {
        black_box(JwsAlgorithm::Es256)
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        black_box((key, message, signature));
        black_box(Err(InvalidSignature))
    }
}
