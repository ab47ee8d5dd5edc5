//! The listening sockets: loopback addresses only, all on one port.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

/// Which loopback host the redirect URI names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopbackHost {
    /// `127.0.0.1`, recommended by RFC 8252.
    V4,
    /// `[::1]`.
    V6,
    /// `localhost`, for providers that accept no other. It listens on both addresses, because the browser chooses which
    /// one the name means, and another program must not get the other.
    Localhost,
}

/// How many ports to try until one is free on both addresses.
const ATTEMPTS: usize = 16;

/// Listens on every address of `host`; returns the shared port.
pub(super) fn listen(host: LoopbackHost, port: Option<u16>) -> io::Result<(Vec<TcpListener>, u16)> {
    let addresses: &[IpAddr] = match host {
        LoopbackHost::V4 => &[IpAddr::V4(Ipv4Addr::LOCALHOST)],
        LoopbackHost::V6 => &[IpAddr::V6(Ipv6Addr::LOCALHOST)],
        LoopbackHost::Localhost => {
            &[IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
        }
    };
    let attempts = if port.is_some() { 1 } else { ATTEMPTS };
    for _ in 0..attempts {
        match listen_once(addresses, port.unwrap_or(0)) {
            // Another program on the other address would get the callback whenever the browser chooses that one.
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            outcome => return outcome,
        }
    }
    Err(ErrorKind::AddrInUse.into())
}

fn listen_once(addresses: &[IpAddr], mut port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let mut listeners = Vec::new();
    let mut absent = None;
    for address in addresses {
        match TcpListener::bind((*address, port)) {
            Ok(listener) => {
                port = listener.local_addr()?.port();
                listeners.push(listener);
            }
            Err(error) if is_refusal(&error) => return Err(error),
            // Many machines lack IPv6. There `localhost` does not resolve to it either.
            Err(error) => absent = Some(error),
        }
    }
    match absent {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok((listeners, port)),
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied)
}
