// A recorded login: the provider's answers, and the time and the random bytes that they are answers to. The examples in
// the documentation replay it too.

use std::convert::Infallible;

use onerealm_core::{
    HttpRequest, HttpResponse, InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier,
    UnixTime,
};
use rand_core::{TryCryptoRng, TryRng};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

/// When it was.
pub const NOW: UnixTime = UnixTime(1_779_271_200);

/// The provider's answer.
pub fn answer(request: HttpRequest<'_>) -> HttpResponse<'static> {
    let body: &[u8] = match request.url.rsplit('/').next() {
        Some("openid-configuration") => include_bytes!("discovery.json"),
        Some("keys") => include_bytes!("keys.json"),
        Some("userinfo") => include_bytes!("userinfo.json"),
        _ => include_bytes!("token.json"),
    };
    HttpResponse { status: 200, content_type: Some("application/json"), body }
}

/// A random source that gives the bytes 0, 1, 2 and so on.
#[derive(Default)]
pub struct RecordedBytes(u8);

impl TryRng for RecordedBytes {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

impl TryCryptoRng for RecordedBytes {}

/// Verifies ES256 with ring.
pub struct Es256;

impl SignatureVerifier for Es256 {
    fn algorithm(&self) -> JwsAlgorithm {
        JwsAlgorithm::Es256
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let PublicKey::P256 { x, y } = key else { return Err(InvalidSignature) };
        // SEC 1 section 2.3.3: an uncompressed point.
        let mut point = [4; 65];
        point[1..33].copy_from_slice(x);
        point[33..].copy_from_slice(y);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}
