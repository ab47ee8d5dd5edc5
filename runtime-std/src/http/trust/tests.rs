use std::cell::Cell;

use rcgen::{CertificateParams, KeyPair};

use super::*;

fn certificates() -> Certificates {
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    [certificate.der().clone()].into()
}

/// Clients whose system's store was read so long ago, and what is used since.
fn clients(certificates: &Certificates, ago: Duration) -> (Clients, Arc<ClientConfig>) {
    let client = Trust::System.client(Arc::clone(certificates)).unwrap();
    let known = Known {
        trust: Trust::System,
        client: Arc::clone(&client),
        certificates: Arc::clone(certificates),
        read: Instant::now().checked_sub(ago).unwrap(),
    };
    (Clients(Mutex::new(vec![known])), client)
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
    let file = Trust::File { path: "ca.pem".into(), pem: Vec::new() };
    for trust in [file, Trust::Nobody] {
        let (clients, used) = clients(&certificates(), PAUSE);
        clients.0.lock().unwrap()[0].trust = trust.clone();
        assert!(clients.newer_than(&trust, &used, || panic!("it is read")).is_none());
    }
}

#[test]
fn a_file_that_was_replaced_is_forgotten_and_others_are_not() {
    use base64ct::{Base64, Encoding};

    let file = |path: &str| {
        let base64 = Base64::encode_string(&certificates()[0]);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
        Trust::File { path: path.into(), pem: pem.into_bytes() }
    };
    let (clients, _) = clients(&certificates(), Duration::ZERO);
    let known = || {
        let known = clients.0.lock().unwrap();
        known.iter().map(|known| known.trust.name()).collect::<Vec<_>>()
    };
    let [one, other, replaced] = ["a.pem", "b.pem", "a.pem"].map(file);
    for trust in [&one, &other, &one, &Trust::System] {
        clients.of(trust).unwrap();
    }
    assert_eq!(known(), [&Trust::System, &one, &other].map(Trust::name));
    clients.of(&replaced).unwrap();
    assert_eq!(known(), [&Trust::System, &other, &replaced].map(Trust::name));
}
