//! OpenID Connect for relying parties that are close to the machine: the protocol as pure state
//! machines, without `std`, heap, sockets, clock or random source.
//!
//! Each login is either *confidential* (it shows a secret or a private key) or *public* (it doesn't). This
//! is decided when the login begins, and bound to it:
//!
//! ```text
//!  Realm + ProviderMetadata                     who
//!        │ RelyingParty::new                    both name the same issuer
//!        ▼
//!  AuthorizationRequest                         going there: client_type() decides, once
//!        │ write_url ─────────────────────────▶ the end user's browser
//!        │ into_pending
//!        ▼
//!  PendingAuthorization ◀──encode, decode──▶    the only state that is stored
//!        │ accept(AuthorizationResponse) ◀───── the end user's browser, coming back
//!        ▼
//!  TokenRequest                                 request ──▶ token endpoint
//!        │ response                             ◀── its answer
//!        ▼
//!  IdToken                                      shows nothing
//!        │ open(buffer)
//!        ▼
//!  UnverifiedIdToken                            shows nothing but whether its key is known
//!        │ validate(KeySet, verifiers, now)
//!        ▼
//!  Identity ── userinfo_request ──▶ UserinfoRequest ── response ──▶ with_userinfo
//!                                         │ signed_response              ▲
//!                                         ▼                              │
//!                                    UserinfoToken ── open, verify, validate
//! ```
//!
//! Each step consumes the one before, so none can be skipped or repeated. Steps that use the
//! network have `request`, which returns an [`HttpRequest`] to send unchanged, and `response`,
//! which takes the [`HttpResponse`]; the transport has no protocol logic. `tests/story.rs` shows a
//! login from start to end, and `examples/login` one in firmware, at a terminal and without a heap.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

mod realm;
mod redirect_uri;
mod client;
mod discovery;
mod relying_party;

mod pkce;
mod browser_binding;
mod state;
mod sealed_state;
mod binding;
mod authorization_request;
mod pending_authorization;

mod authorization_response;
mod client_assertion;
mod unsigned_token_request;
mod token_request;

mod jwa;
mod jwks;
mod jws;
mod jwt;
mod id_token;
mod userinfo;
mod identity;
mod refused;
mod token_words;
mod refused_member;
mod obstacles;

mod error;
mod error_response;
mod http;
pub mod policy;
mod random;
mod time;
#[cfg(any(
    feature = "rs256",
    feature = "ps256",
    feature = "es256",
    feature = "es384",
    feature = "eddsa"
))]
pub mod verify;
pub mod wire;

pub use authorization_request::{AuthorizationRequest, BeginError};
pub use authorization_response::{
    AuthorizationResponse, AuthorizationResponseError, UnverifiedError,
};
pub use binding::{DamagedPending, PendingFields};
pub use browser_binding::BrowserBinding;
pub use client::{
    ClientType, ClientTypeError, CredentialConfigured, Decision, Requested, client_type,
};
pub use client_assertion::{
    AssertionError, AssertionSigner, CertificateThumbprints, SigningFailed,
};
pub use discovery::{
    DiscoveryError, DiscoveryRequest, Endpoint, KeptMetadata, PkceOffered, ProviderMetadata,
    TokenAuthMethodsOffered,
};
pub use error_response::{ErrorCode, ErrorResponse};
pub use http::{HttpRequest, HttpResponse, Method, ResponseError};
pub use id_token::{
    BadSignature, IdToken, IdTokenError, RefusedIdToken, SignedIdToken, UnverifiedIdToken,
};
pub use identity::Identity;
pub use jwa::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};
#[cfg(feature = "key-index")]
pub use jwks::KeptKeySet;
pub use jwks::{JwksError, JwksRequest, KeySet};
pub use jws::JwsError;
#[doc(hidden)]
pub use jws::JwsSignature;
pub use obstacles::{Announced, Obstacle};
pub use pending_authorization::{AuthorizationError, PendingAuthorization};
pub use pkce::{CodeChallenge, CodeVerifier};
pub use random::NoEntropy;
pub use realm::{
    AssertionAudience, ClientId, ClientRegistration, ClientSecret, ClientTypeSetting, Credential,
    DiscoveryUrl, Issuer, KeyId, NativeKey, NativeRegistration, PrivateKey, PublicOverride,
    QueryUserinfo, Realm, RealmError, RealmName, TokenAuthMethod, UserinfoSigned,
};
pub use redirect_uri::{RedirectUri, RedirectUriError, RedirectUriKind};
pub use refused::KeyWords;
pub use refused_member::RefusedMember;
pub use relying_party::RelyingParty;
pub use sealed_state::{NotASealedState, SealedState};
pub use state::{PendingKey, StateText};
pub use time::UnixTime;
pub use token_request::{TokenError, TokenRequest};
pub use token_words::{IdTokenWords, TokenWords};
pub use unsigned_token_request::{Accepted, UnsignedTokenRequest};
pub use userinfo::{
    BadUserinfoSignature, RefusedUserinfo, SignedUserinfo, UnverifiedUserinfo, Userinfo,
    UserinfoError, UserinfoRequest, UserinfoToken,
};
