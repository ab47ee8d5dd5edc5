use std::cell::Cell;

use base64ct::{Base64, Encoding};
use rcgen::{CertificateParams, KeyPair};

use super::*;

fn certificates() -> Certificates {
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    [certificate.der().clone()].into()
}

/// Clients whose system's store was read so long ago, and what is used since.
fn clients(certificates: &Certificates, ago: Duration) -> (Clients, Arc<ClientConfig>) {
    let client = trusting(Arc::clone(certificates), false).unwrap().unwrap();
    let system = System {
        client: Arc::clone(&client),
        certificates: Arc::clone(certificates),
        read: Instant::now().checked_sub(ago).unwrap(),
    };
    (Clients { system: Mutex::new(Some(system)), ..Clients::default() }, client)
}

/// A file with a certificate of its own.
fn write_ca_file(path: &Path) {
    let base64 = Base64::encode_string(&certificates()[0]);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    std::fs::write(path, pem).unwrap();
}

#[test]
fn a_store_that_has_changed_is_read_again_and_for_all() {
    let (clients, used) = clients(&certificates(), PAUSE);
    let newer = clients.newer_than(&Trust::System, &used, || Some(certificates())).unwrap();
    assert!(!Arc::ptr_eq(&newer, &used));
    assert!(Arc::ptr_eq(&clients.of(&Trust::System).unwrap(), &newer));
    // Whoever still uses the old one gets the new one without another look.
    let again = clients.newer_than(&Trust::System, &used, || panic!("it is read again"));
    assert!(Arc::ptr_eq(&again.unwrap(), &newer));
}

#[test]
fn a_store_is_not_read_twice_within_seconds_whatever_comes_of_it() {
    let same = certificates();
    for found in [Some(Arc::clone(&same)), None, Some([].into())] {
        let (clients, used) = clients(&same, PAUSE);
        let looks = Cell::new(0);
        for _ in 0..100 {
            let newer = clients.newer_than(&Trust::System, &used, || {
                looks.set(looks.get() + 1);
                found.clone()
            });
            assert!(newer.is_none());
        }
        assert_eq!(looks.get(), 1);
        assert!(Arc::ptr_eq(&clients.of(&Trust::System).unwrap(), &used), "the old one stays");
    }
    let (clients, used) = clients(&same, PAUSE - Duration::from_secs(1));
    assert!(clients.newer_than(&Trust::System, &used, || panic!("read a moment ago")).is_none());
}

#[test]
fn a_realm_s_own_file_is_no_part_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    write_ca_file(&path);
    let (clients, used) = clients(&certificates(), PAUSE);
    let file = Trust::File(clients.files.look(&path).unwrap());
    assert!(!Arc::ptr_eq(&clients.of(&file).unwrap(), &used));
    for trust in [file, Trust::Nobody] {
        assert!(clients.newer_than(&trust, &used, || panic!("it is read")).is_none());
    }
}

#[test]
fn a_call_looks_at_its_file_once_and_the_next_one_sees_what_has_changed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    let clients = Clients::default();
    let trusted = || Trusted::new(&clients, Some(&path));
    let (url, call) = ("https://op.example/token", trusted());
    assert_eq!(call.name_at(url).unwrap_err().code(), "ca_file");
    write_ca_file(&path);
    let name = call.name_at(url).unwrap();
    write_ca_file(&path);
    assert_eq!(call.name_at(url).unwrap(), name);
    let next = trusted().name_at(url).unwrap();
    assert_ne!(next, name);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(call.name_at(url).unwrap(), name);
    assert_eq!(trusted().name_at(url).unwrap_err().code(), "ca_file");
    // Without TLS there is nothing to look at.
    assert_eq!(trusted().name_at("http://127.0.0.1:8080/token").unwrap(), "nobody");
}
