//! A confidential login whose private key is in the board's software, for P-256: what `private_key_jwt` costs.
//!
//! A secure element takes the place of `Software`.

#![no_std]
#![no_main]

use firmware::board::{Counting, Meter, exit, print};
use firmware::canned;
use firmware::provider::Provider;
use onerealm_core::verify::Es256;
use onerealm_core::wire::Words;
use onerealm_core::{
    Accepted, AssertionSigner, AuthorizationRequest, AuthorizationResponse, ClientId,
    ClientRegistration, Credential, DiscoveryRequest, HttpResponse, Issuer, JwksRequest,
    JwsAlgorithm, KeyId, PrivateKey, Realm, RealmName, RedirectUri, RelyingParty, Requested,
    SigningFailed, TokenRequest, UnixTime,
};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey};

/// A key in software. The nonces of its signatures come from the message and the key (RFC 6979).
struct Software(SigningKey);

impl AssertionSigner for Software {
    fn algorithms(&self) -> &[JwsAlgorithm] {
        &[JwsAlgorithm::Es256]
    }

    fn signature_len(&self) -> usize {
        64
    }

    fn sign(
        &self,
        _: JwsAlgorithm,
        message: &[u8],
        signature: &mut [u8],
    ) -> Result<usize, SigningFailed> {
        let made: Signature = self.0.try_sign(message).map_err(|_| SigningFailed)?;
        let made = made.to_bytes();
        if made.len() != signature.len() {
            return Err(SigningFailed);
        }
        signature.iter_mut().zip(made).for_each(|(to, from)| *to = from);
        Ok(signature.len())
    }
}

struct Buffers {
    message: [u8; 4096],
    pasted: [u8; 2560],
    metadata: [u8; 2560],
    keys: [u8; 4096],
    tokens: [u8; 12 * 1024],
    claims: [u8; 8 * 1024],
    assertion: [u8; 2048],
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let buffers = cortex_m::singleton!(: Buffers = Buffers {
        message: [0; 4096],
        pasted: [0; 2560],
        metadata: [0; 2560],
        keys: [0; 4096],
        tokens: [0; 12 * 1024],
        claims: [0; 8 * 1024],
        assertion: [0; 2048],
    });
    let (Some(buffers), Some(mut meter)) = (buffers, Meter::new()) else { exit(false) };
    print("login assertion\n");
    let is_logged_in = log_in(&mut meter, buffers).is_some();
    print(if is_logged_in { "logged in\n" } else { "failed\n" });
    exit(is_logged_in)
}

/// The time that the tokens are of.
const NOW: UnixTime = UnixTime(1_779_271_200);

fn log_in(meter: &mut Meter, buffers: &mut Buffers) -> Option<()> {
    let Buffers { message, pasted, metadata, keys, tokens, claims, assertion } = buffers;
    let provider: Provider = firmware::provider!("es256");
    let software = Software(SigningKey::from_slice(&[7; 32]).ok()?);
    let key = PrivateKey { key_id: Some(KeyId::parse("board-7").ok()?), ..PrivateKey::new() };
    let realm = Realm {
        scopes: Words::parse("email profile").ok()?,
        ..Realm::new(
            RealmName::parse("entra").ok()?,
            Issuer::parse("https://login.example/00000000-1111-2222-3333-444444444444/v2.0")
                .ok()?,
            ClientRegistration {
                client_id: ClientId::parse("6731de76-14a6-49ae-97bc-6eba6914391e").ok()?,
                credential: Some(Credential::PrivateKey(key)),
            },
        )
    };
    let discovery = DiscoveryRequest::new(realm.issuer);
    let metadata = discovery.response(filled(metadata, canned!("discovery.json"))?).ok()?;
    let relying_party = RelyingParty::new(&realm, &metadata).ok()?;
    let keys = JwksRequest::new(&metadata).response(filled(keys, provider.keys)?).ok()?;

    let pending = meter.measure("begin", || {
        let redirect_uri = RedirectUri::parse("http://127.0.0.1:51004/callback").ok()?;
        let rng = &mut Counting(0);
        let request =
            AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, NOW);
        let request = request.ok()?;
        request.write_url(message).ok()?;
        Some(request.into_pending())
    })?;
    let accepted = meter.measure("callback", || {
        let typed = canned!("callback.txt");
        let pasted = pasted.get_mut(..typed.len())?;
        pasted.iter_mut().zip(typed).for_each(|(to, from)| *to = *from);
        let response = AuthorizationResponse::from_url(core::str::from_utf8(pasted).ok()?).ok()?;
        pending.accept_either(&response, relying_party, NOW).ok()
    })?;
    let request: TokenRequest<'_> = meter.measure("sign", || match accepted {
        Accepted::Request(_) => None,
        Accepted::Unsigned(unsigned) => {
            unsigned.sign(&software, &mut Counting(96), NOW, assertion).ok()
        }
    })?;
    let id_token = meter.measure("token", || {
        let sent = request.request(message).ok()?;
        is_signed(sent.body, &software).then_some(())?;
        request.response(filled(tokens, provider.token)?).ok()
    })?;
    let identity = meter
        .measure("validate", || id_token.open(claims).ok()?.validate(&keys, &[&Es256], NOW).ok())?;
    (identity.subject() == "LPF_mLO-M91LhbCgSTBjvAdm72BukCtR3tGY_Pgr6EQ").then_some(())
}

fn filled<'b>(buf: &'b mut [u8], body: &[u8]) -> Option<HttpResponse<'b>> {
    let buf = buf.get_mut(..body.len())?;
    buf.iter_mut().zip(body).for_each(|(to, from)| *to = *from);
    Some(HttpResponse { status: 200, content_type: Some("application/json"), body: buf })
}

/// Whether the request has an assertion that the provider could verify.
fn is_signed(body: &[u8], software: &Software) -> bool {
    let verify = || {
        let body = core::str::from_utf8(body).ok()?;
        let (_, rest) = body.split_once("&client_assertion=")?;
        let assertion = rest.split('&').next()?;
        let (signed, signature) = assertion.rsplit_once('.')?;
        let mut bytes = [0; 64];
        decode(signature, &mut bytes)?;
        let signature = Signature::from_slice(&bytes).ok()?;
        software.0.verifying_key().verify(signed.as_bytes(), &signature).ok()
    };
    verify().is_some()
}

/// Decodes the 86 characters of base64url that a signature has.
fn decode(text: &str, bytes: &mut [u8; 64]) -> Option<()> {
    let (mut bits, mut held, mut places) = (0_u32, 0, bytes.iter_mut());
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        (bits, held) = (bits << 6 | u32::from(value), held + 6);
        if held >= 8 {
            held -= 8;
            *places.next()? = (bits >> held) as u8;
        }
    }
    places.next().is_none().then_some(())
}
