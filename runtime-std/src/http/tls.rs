//! TLS in ureq's chain of connectors, which tells whether a connection may be used again.
//!
//! ureq's own looks at the socket only. What waits above it (in a buffer, in TLS, as half a record)
//! would be the beginning of the next answer.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Stream};
use ureq::Error;
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

/// Puts TLS around the connections that need it, and counts all of them.
#[derive(Debug)]
pub(super) struct TlsConnector {
    pub(super) client: Arc<ClientConfig>,
    pub(super) connections: Arc<AtomicUsize>,
}

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, Tls>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        below: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        let Some(below) = below else { return Ok(None) };
        if !details.needs_tls() || below.is_tls() {
            return Ok(Some(Either::A(below)));
        }
        let host = details.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let name = ServerName::try_from(host).map_err(|_| Error::Tls("no name for TLS"))?;
        let session = ClientConnection::new(Arc::clone(&self.client), name.to_owned())?;
        let adapter = TransportAdapter::new(Box::new(below) as _, details.current_time.clone());
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        let mut tls = Tls { buffers, session, below: Records::new(adapter) };
        tls.below.adapter.set_timeout(left(details));
        tls.session.complete_io(&mut tls.below)?;
        Ok(Some(Either::B(tls)))
    }
}

/// The time that is left after what came before TLS.
fn left(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Duration::Exact(after), Instant::Exact(began), Instant::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        timeout.after = Duration::Exact(after.saturating_sub(now.saturating_duration_since(began)));
    }
    timeout
}

/// A connection with TLS.
pub(super) struct Tls {
    buffers: LazyBuffers,
    session: ClientConnection,
    below: Records,
}

impl Transport for Tls {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.below.adapter.set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        Ok(Stream::new(&mut self.session, &mut self.below).write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.below.adapter.set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        let amount = Stream::new(&mut self.session, &mut self.below).read(input)?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// Whether nothing came since the last answer was read, at any layer, and nobody left: then the
    /// next bytes are of an answer to what is sent next. A ticket that comes late counts as
    /// something: it costs another connection and nothing else.
    fn is_open(&mut self) -> bool {
        let Ok(state) = self.session.process_new_packets() else { return false };
        self.buffers.input().is_empty()
            && state.plaintext_bytes_to_read() == 0
            && !state.peer_has_closed()
            && self.below.is_quiet()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Its buffers may hold tokens.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// What TLS reads and writes its records on. rustls doesn't tell whether it keeps the beginning of a
/// record, so their lengths are followed here.
struct Records {
    adapter: TransportAdapter,
    header: [u8; 5],
    header_len: usize,
    /// Bytes of the present record that are still to come.
    content: usize,
}

impl Records {
    fn new(adapter: TransportAdapter) -> Self {
        Records { adapter, header: [0; 5], header_len: 0, content: 0 }
    }

    /// Whether the last record is whole, and nothing came behind it.
    fn is_quiet(&mut self) -> bool {
        let below = self.adapter.get_mut();
        let is_between_records = self.header_len == 0 && self.content == 0;
        is_between_records && below.buffers().input().is_empty() && below.is_open()
    }

    fn follow(&mut self, byte: u8) {
        if self.content > 0 {
            self.content -= 1;
            return;
        }
        self.header[self.header_len] = byte;
        self.header_len += 1;
        if let [_, _, _, high, low] = self.header[..self.header_len] {
            self.content = u16::from_be_bytes([high, low]).into();
            self.header_len = 0;
        }
    }
}

impl Read for Records {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.adapter.read(buf)?;
        buf.iter().take(len).for_each(|byte| self.follow(*byte));
        Ok(len)
    }
}

impl Write for Records {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.adapter.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.adapter.flush()
    }
}
