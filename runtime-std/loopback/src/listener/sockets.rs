//! The listening sockets: loopback addresses only, all on one port.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

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
    listen_with(host, port, TcpListener::bind)
}

/// The same, where `bind` makes the sockets.
fn listen_with(
    host: LoopbackHost,
    port: Option<u16>,
    bind: impl Fn(SocketAddr) -> io::Result<TcpListener>,
) -> io::Result<(Vec<TcpListener>, u16)> {
    let addresses: &[IpAddr] = match host {
        LoopbackHost::V4 => &[IpAddr::V4(Ipv4Addr::LOCALHOST)],
        LoopbackHost::V6 => &[IpAddr::V6(Ipv6Addr::LOCALHOST)],
        LoopbackHost::Localhost => {
            &[IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
        }
    };
    let attempts = if port.is_some() { 1 } else { ATTEMPTS };
    for _ in 0..attempts {
        match listen_once(addresses, port.unwrap_or(0), &bind) {
            // Another program on the other address would get the callback whenever the browser chooses that one.
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            outcome => return outcome,
        }
    }
    Err(ErrorKind::AddrInUse.into())
}

fn listen_once(
    addresses: &[IpAddr],
    mut port: u16,
    bind: impl Fn(SocketAddr) -> io::Result<TcpListener>,
) -> io::Result<(Vec<TcpListener>, u16)> {
    let mut listeners = Vec::new();
    let mut absent = None;
    for address in addresses {
        match bind(SocketAddr::new(*address, port)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESSES: [IpAddr; 2] =
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

    /// On how many addresses it listens where those that `fails` says can't be had, for this reason.
    fn listening(fails: impl Fn(&SocketAddr) -> bool, reason: ErrorKind) -> io::Result<usize> {
        let bind = |address: SocketAddr| match fails(&address) {
            true => Err(reason.into()),
            // Whatever this machine has.
            false => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)),
        };
        listen_once(&ADDRESSES, 0, bind).map(|(listeners, _)| listeners.len())
    }

    #[test]
    fn an_address_that_others_have_or_that_is_forbidden_is_not_done_without() {
        for reason in [ErrorKind::AddrInUse, ErrorKind::PermissionDenied] {
            for fails in [SocketAddr::is_ipv4, SocketAddr::is_ipv6] {
                let error = listening(fails, reason).unwrap_err();
                assert_eq!(error.kind(), reason);
            }
        }
    }

    #[test]
    fn one_address_is_enough_where_the_machine_lacks_the_other() {
        for reason in [ErrorKind::AddrNotAvailable, ErrorKind::Unsupported] {
            for fails in [SocketAddr::is_ipv4, SocketAddr::is_ipv6] {
                assert_eq!(listening(fails, reason).unwrap(), 1);
            }
            let error = listening(|_| true, reason).unwrap_err();
            assert_eq!(error.kind(), reason);
        }
    }

    #[test]
    fn a_port_that_is_taken_on_one_address_is_given_up_for_another() {
        let asked = std::cell::Cell::new(0);
        // How many of the first sockets can't be had, and why.
        let listen = |port, fails: usize, reason: ErrorKind| {
            asked.set(0);
            listen_with(LoopbackHost::Localhost, port, |_| {
                asked.set(asked.get() + 1);
                if asked.get() <= fails {
                    Err(reason.into())
                } else {
                    TcpListener::bind("127.0.0.1:0")
                }
            })
        };
        let (listeners, _) = listen(None, 3, ErrorKind::AddrInUse).unwrap();
        assert_eq!((listeners.len(), asked.get()), (2, 5));
        let error = listen(None, usize::MAX, ErrorKind::AddrInUse).unwrap_err();
        assert_eq!((error.kind(), asked.get()), (ErrorKind::AddrInUse, ATTEMPTS));
        let error = listen(Some(8400), 1, ErrorKind::AddrInUse).unwrap_err();
        assert_eq!(
            (error.kind(), asked.get()),
            (ErrorKind::AddrInUse, 1),
            "a port of the caller's"
        );
        let error = listen(None, 1, ErrorKind::PermissionDenied).unwrap_err();
        assert_eq!((error.kind(), asked.get()), (ErrorKind::PermissionDenied, 1));
    }

    #[test]
    fn all_addresses_have_the_port_of_the_first() {
        let asked = std::cell::RefCell::new(Vec::new());
        let bind = |address: SocketAddr| {
            asked.borrow_mut().push(address.port());
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        };
        let (listeners, _) = listen_once(&ADDRESSES, 0, bind).unwrap();
        assert_eq!(*asked.borrow(), [0, listeners[0].local_addr().unwrap().port()]);
    }
}
