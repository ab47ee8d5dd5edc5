//! A TLS session that tells whether unread data is left in it.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Stream};

/// The client's end of TLS over connection `B`.
pub(super) struct Tls<B> {
    session: ClientConnection,
    records: Records<B>,
}

impl<B: Read + Write> Tls<B> {
    /// Performs the handshake with the server of this name.
    pub(super) fn connect(
        client: Arc<ClientConfig>,
        name: ServerName<'static>,
        below: B,
    ) -> io::Result<Self> {
        let session = ClientConnection::new(client, name).map_err(io::Error::other)?;
        let records = Records { below, header: [0; 5], header_len: 0, content: 0 };
        let mut tls = Tls { session, records };
        tls.session.complete_io(&mut tls.records)?;
        Ok(tls)
    }

    /// The connection below.
    pub(super) fn below(&mut self) -> &mut B {
        &mut self.records.below
    }

    /// Whether all decrypted data has been read, the last record is complete, and the server has not ended the session.
    /// A late ticket counts as data: its only cost is another connection.
    pub(super) fn is_quiet(&mut self) -> bool {
        let Ok(state) = self.session.process_new_packets() else { return false };
        state.plaintext_bytes_to_read() == 0
            && !state.peer_has_closed()
            && self.records.is_between_two()
    }
}

impl<B: Read + Write> Read for Tls<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Stream::new(&mut self.session, &mut self.records).read(buf)
    }
}

impl<B: Read + Write> Write for Tls<B> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Stream::new(&mut self.session, &mut self.records).write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Stream::new(&mut self.session, &mut self.records).flush()
    }
}

/// The stream below TLS. rustls doesn't tell whether it holds a partial record, so this tracks record lengths.
struct Records<B> {
    below: B,
    header: [u8; 5],
    header_len: usize,
    /// Bytes of the current record still to come.
    content: usize,
}

impl<B> Records<B> {
    fn is_between_two(&self) -> bool {
        self.header_len == 0 && self.content == 0
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

impl<B: Read> Read for Records<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.below.read(buf)?;
        buf.iter().take(len).for_each(|byte| self.follow(*byte));
        Ok(len)
    }
}

impl<B: Write> Write for Records<B> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.below.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.below.flush()
    }
}
