//! The certificates that the system trusts, where they change while a process runs.

use std::fs;
use std::thread;
use std::time::Duration;

use rustls::version::TLS13;

use crate::certificates::{Authority, Own};
use crate::child::{Child, SHARED};
use crate::scene::Scene;

/// Longer than the store is left alone after it was read.
const PAUSE: Duration = Duration::from_millis(5500);

#[test]
fn certificates_that_are_added_to_the_system_s_count_without_a_restart() {
    let authority = Authority::new("A private CA");
    let own = Own::new(&["localhost"]);
    let servers =
        [(&authority.pem, authority.server(&["localhost"])), (&own.pem, own.server(&TLS13))];
    thread::scope(|scope| {
        for (pem, server) in servers {
            scope.spawn(move || {
                let scene = Scene::at("https://localhost", "");
                scene.front.speak_tls(server);
                let store = scene.path("store.pem");
                let old = Authority::new("An old CA").pem;
                fs::write(&store, &old).unwrap();
                let environment =
                    [("SSL_CERT_FILE", store.to_str().unwrap()), ("SSL_CERT_DIR", ""), SHARED];
                let mut child = Child::start(&scene, &environment);
                let mut log_in = || child.log_in(1).0;
                assert_eq!(log_in(), "tls_unknown_issuer");
                thread::sleep(PAUSE);
                assert_eq!(log_in(), "tls_unknown_issuer", "it was read again, and is the same");
                fs::write(&store, [&old, pem.as_str()].concat()).unwrap();
                assert_eq!(log_in(), "tls_unknown_issuer", "it was read a moment ago");
                thread::sleep(PAUSE);
                assert_eq!(log_in(), "success");
                assert_eq!(scene.asked(), [1, 1, 1, 1]);
            });
        }
    });
}
