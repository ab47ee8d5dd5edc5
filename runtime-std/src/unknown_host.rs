//! What the system says of a name that has no address.

use std::io;

/// Whether the error is the system's, for a name that has no address or can't be looked up. `std` has no kind for it.
#[doc(hidden)]
#[must_use]
pub fn is_unknown_host(error: &io::Error) -> bool {
    match cfg!(windows) {
        // WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_RECOVERY and WSANO_DATA, of getaddrinfo.
        true => matches!(error.raw_os_error(), Some(11001..=11004)),
        // `std` puts getaddrinfo's own words after these.
        false => error.to_string().starts_with("failed to lookup address information"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpStream, ToSocketAddrs as _};

    use super::*;

    #[test]
    fn a_name_without_an_address_is_told_apart_from_a_closed_port() {
        // A label is at most 63 bytes long: no resolver is asked for this one.
        let name = format!("{}.invalid:443", "a".repeat(64));
        let error = name.to_socket_addrs().unwrap_err();
        assert!(is_unknown_host(&error), "{error:?}");
        let error = TcpStream::connect("127.0.0.1:9").unwrap_err();
        assert!(!is_unknown_host(&error), "{error:?}");
    }
}
