//! What a board gives to a login: a display, a scanner, a clock, a random source, HTTPS and signature verification.
//!
//! Here the display and the scanner are the terminal. The answers of the provider were recorded, and with them the time
//! and the random bytes of the login that they answer: a real board has a clock and a random source.

use std::io::{Read, StdinLock, StdoutLock, Write, stdin, stdout};

use onerealm_core::{HttpRequest, HttpResponse, Identity, UnixTime};

use crate::recorded::{NOW, RecordedBytes, answer};

pub struct Board<'t> {
    scanner: StdinLock<'t>,
    display: StdoutLock<'t>,
    rng: RecordedBytes,
}

impl Board<'_> {
    pub fn new() -> Self {
        Board { scanner: stdin().lock(), display: stdout().lock(), rng: RecordedBytes::default() }
    }

    pub fn now(&self) -> UnixTime {
        NOW
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

    /// A line of the board's log.
    pub fn log(&mut self, report: &str) {
        self.print(format_args!("{report}"));
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

    pub fn https<'a>(
        &self,
        request: HttpRequest<'_>,
        answer_buf: &'a mut [u8],
    ) -> HttpResponse<'a> {
        let recorded = answer(request);
        let body = &mut answer_buf[..recorded.body.len()];
        body.copy_from_slice(recorded.body);
        HttpResponse { body, ..recorded }
    }
}
