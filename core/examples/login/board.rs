//! What a board gives to a login: a display, a scanner, a clock, a random source, HTTPS and signature verification.
//!
//! Here the display and the scanner are the terminal. The answers of the provider were recorded, and with them the time
//! and the random bytes of the login that they answer: a real board has a clock and a random source.

use std::convert::Infallible;
use std::io::{Read, StdinLock, StdoutLock, Write, stdin, stdout};

use onerealm_core::{
    HttpRequest, HttpResponse, Identity, InvalidSignature, JwsAlgorithm, PublicKey,
    SignatureVerifier, UnixTime,
};
use rand_core::{TryCryptoRng, TryRng};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

pub struct Board<'t> {
    scanner: StdinLock<'t>,
    display: StdoutLock<'t>,
    rng: RecordedBytes,
}

impl Board<'_> {
    pub fn new() -> Self {
        Board { scanner: stdin().lock(), display: stdout().lock(), rng: RecordedBytes(0) }
    }

    pub fn now(&self) -> UnixTime {
        UnixTime(1_779_271_200)
    }

    pub fn rng(&mut self) -> &mut RecordedBytes {
        &mut self.rng
    }

    pub fn show(&mut self, url: &str) {
        let state = url.split('&').find(|parameter| parameter.starts_with("state="));
        self.print(format_args!(
            "Sign in at:\n{url}\n\nPaste the URL here that the browser is sent to in the end. \
             The one of the recorded login is:\nhttp://127.0.0.1/callback?code=c0de&{}\n",
            state.unwrap_or_default()
        ));
    }

    pub fn greet(&mut self, identity: &Identity<'_>) {
        let (subject, issuer) = (identity.subject(), identity.issuer());
        let client_type = identity.client_type().as_str();
        self.print(format_args!("Hello {subject} of {issuer} (a {client_type} login)"));
    }

    /// Without a display, there is nobody to tell.
    fn print(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.display, "{text}");
    }

    /// One line, as far as there is room for it.
    pub fn scan<'b>(&mut self, line: &'b mut [u8]) -> &'b str {
        let mut len = 0;
        for byte in &mut *line {
            match self.scanner.read(std::slice::from_mut(byte)) {
                Ok(1) if *byte != b'\n' => len += 1,
                _ => break,
            }
        }
        std::str::from_utf8(&line[..len]).unwrap_or_default().trim()
    }

    pub fn https<'a>(&self, request: HttpRequest<'_>, answer: &'a mut [u8]) -> HttpResponse<'a> {
        let recorded: &[u8] = match request.url.rsplit('/').next() {
            Some("openid-configuration") => include_bytes!("discovery.json"),
            Some("keys") => include_bytes!("keys.json"),
            _ => include_bytes!("token.json"),
        };
        let body = &mut answer[..recorded.len()];
        body.copy_from_slice(recorded);
        HttpResponse { status: 200, content_type: Some("application/json"), body }
    }
}

/// The bytes 0, 1, 2 and so on.
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
