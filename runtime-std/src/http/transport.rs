//! How ureq resolves names and connects. Only this file uses `ureq::unversioned`, which changes
//! with each minor release.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    TcpConnector, Transport, TransportAdapter,
};
use ureq::{Agent, Error, Proxy};

use super::framing::{Framing, Refusal};
use super::names::{Elsewhere, Names};
use super::tls::Tls;

/// An agent that looks up its hosts in `names`, uses `client` for TLS, and counts its connections in
/// `connections`.
pub(super) fn agent(
    config: Config,
    names: Arc<Names>,
    client: Arc<ClientConfig>,
    connections: Arc<AtomicUsize>,
) -> Agent {
    let connector =
        ().chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(TlsConnector { client, connections })
            .chain(WatchConnector);
    let system = DefaultResolver::default();
    Agent::with_parts(config, connector, CachingResolver { system, names })
}

/// Forgets where `url` and the proxy are: a connection failed.
pub(super) fn forget(names: &Names, url: &str, proxy: Option<&Proxy>) {
    let own = url.parse().ok();
    for uri in own.as_ref().into_iter().chain(proxy.map(Proxy::uri)) {
        if let Some(name) = name_and_port(uri) {
            names.forget(&name);
        }
    }
}

fn name_and_port(uri: &Uri) -> Option<String> {
    DefaultResolver::host_and_port(uri.scheme()?, uri.authority()?)
}

/// The longest time to wait for addresses, where the call's own is longer.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(3600);

/// Looks up names that [`Names`] doesn't know, on a thread that is abandoned at the deadline.
#[derive(Debug, Default)]
struct CachingResolver {
    system: DefaultResolver,
    names: Arc<Names>,
}

impl Resolver for CachingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let name = name_and_port(uri).unwrap_or_default();
        let deadline = std::time::Instant::now() + (*timeout.after).min(LONGEST);
        let ask = || {
            let after = deadline.saturating_duration_since(std::time::Instant::now());
            let timeout = NextTimeout { after: Duration::Exact(after), ..timeout };
            self.system.resolve(uri, config, timeout).map(|found| found.to_vec())
        };
        let late = || Error::Timeout(timeout.reason);
        let mut addresses = self.names.addresses(&name, deadline, late, ask)?;
        // Without TLS only this machine is spoken to, whatever the resolver says of its name. A proxy is elsewhere;
        // TLS goes through it.
        if uri.scheme() != Some(&Scheme::HTTPS) && config.proxy().is_none() {
            addresses.retain(|address| is_loopback(address.ip()));
            if addresses.is_empty() {
                return Err(Error::Io(io::Error::other(Elsewhere)));
            }
        }
        let mut all = self.empty();
        addresses.into_iter().try_for_each(|address| all.try_push(address)).ok();
        Ok(all)
    }
}

fn is_loopback(address: IpAddr) -> bool {
    // An IPv4 address in the form of an IPv6 one is connected to over IPv4.
    address.to_canonical().is_loopback()
}

/// Adds TLS to the connections that need it, and counts all connections.
#[derive(Debug)]
struct TlsConnector {
    client: Arc<ClientConfig>,
    connections: Arc<AtomicUsize>,
}

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, TlsTransport>;

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
        let mut below = TransportAdapter::new(Box::new(below) as _, details.current_time.clone());
        below.set_timeout(left(details));
        let tls = Tls::connect(Arc::clone(&self.client), name.to_owned(), below)?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(TlsTransport { buffers, tls })))
    }
}

/// The time left when TLS starts.
fn left(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Duration::Exact(after), Instant::Exact(began), Instant::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        timeout.after = Duration::Exact(after.saturating_sub(now.saturating_duration_since(began)));
    }
    timeout
}

/// A TLS connection that tells whether it can be reused.
///
/// ureq's own checks the socket only. Bytes left above it (in a buffer, in TLS, as a partial
/// record) would be read as the next answer.
struct TlsTransport {
    buffers: LazyBuffers,
    tls: Tls<TransportAdapter>,
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.tls.below().set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        Ok(self.tls.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.tls.below().set_timeout(timeout);
        let amount = self.tls.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// Whether every layer is empty and the connection open: then the next bytes answer the next
    /// request.
    fn is_open(&mut self) -> bool {
        let is_quiet = self.buffers.input().is_empty() && self.tls.is_quiet();
        let below = self.tls.below().get_mut();
        is_quiet && below.buffers().input().is_empty() && below.is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Its buffers may hold tokens.
impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}

/// Judges the answers on each connection: those of the provider within TLS, and those of a proxy below it.
#[derive(Debug)]
struct WatchConnector;

impl<In: Transport> Connector<In> for WatchConnector {
    type Out = Watched<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        below: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(below.map(|below| Watched { below, framing: Framing::default() }))
    }
}

/// A connection on which nothing is read before [`Framing`] has seen it.
struct Watched<T> {
    below: T,
    framing: Framing,
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.below.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = self.below.buffers().output().get(..amount).unwrap_or_default();
        self.framing.sent(output);
        self.below.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let seen = self.below.buffers().input().len();
        let outcome = self.below.await_input(timeout);
        let judged = match &outcome {
            Ok(true) => {
                let input = self.below.buffers().input();
                self.framing.received(input.get(seen..).unwrap_or_default())
            }
            Ok(false) => self.framing.closed(),
            Err(Error::Io(error)) if is_end(error) => self.framing.closed(),
            Err(_) => Ok(()),
        };
        judged.map_err(|refusal: Refusal| Error::Io(io::Error::other(refusal)))?;
        outcome
    }

    fn is_open(&mut self) -> bool {
        self.framing.is_reusable() && self.below.is_open()
    }

    fn is_tls(&self) -> bool {
        self.below.is_tls()
    }
}

/// Whether ureq takes this error for the end of a body.
fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionAborted | ConnectionReset)
}

/// Its buffers may hold tokens.
impl<T> fmt::Debug for Watched<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}
