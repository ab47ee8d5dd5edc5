//! The administrator's error messages.

use std::sync::Mutex;

use super::*;

#[test]
fn no_message_and_no_log_line_shows_a_value() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let secrets = "\tclient-secret TOPSECRET\n\tTOPSECRET\n\ttopsecret\n\ttfa TOPSECRET\n\tclient-key-vault TOPSECRET\n";
    let realm = realm_with(secrets).unwrap();
    assert_eq!(
        realm.unknown,
        ["client-secret", "(not shown)", "(not shown)", "tfa", "client-key-vault"]
    );
    for lines in [
        "\tclient-key=TOPSECRET\n",
        "client-key TOPSECRET\n",
        "client-key: TOPSECRET\n",
        "\n\tTOPSECRET\n",
        "\tclient-key TOP\tSECRET\n",
        "\tclient-key TOPSECRET\r\r\n",
        "\tclient-type TOPSECRET\n",
        "\tclient-key-file TOPSECRET\n",
        "\tclient-key TOPSECRET\n\tclient-key TOPSECRET\n",
        "TOPSECRET\n",
    ] {
        let config = parse(&format!("TOPSECRET\nopenid: sso\n{LEAST}{lines}"));
        let error = config.get("sso").unwrap_err();
        let shown = format!("{error} {error:?} {config:?}").to_lowercase();
        assert!(!shown.contains("secret"), "{shown}");
    }
    let lines = LOG.0.lock().unwrap();
    let unknown = "/etc/pve/domains.cfg, line 4, realm sso: the property client-secret is not known, and is ignored; for client-key, write that name, a space, and its value";
    assert!(lines.iter().any(|line| line == unknown), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.to_lowercase().contains("topsecret")), "{lines:#?}");
}

#[test]
fn a_problem_says_where_it_is_and_what_to_do() {
    let config = parse("openid: sso\n\tclient-id a\n\tclient-id a\n");
    let message = config.get("sso").unwrap_err().to_string();
    assert_eq!(
        message,
        "/etc/pve/domains.cfg, line 3, realm \"sso\": `client-id` stands in line 2 already; remove one of the two lines"
    );
}

struct Log(Mutex<Vec<String>>);

static LOG: Log = Log(Mutex::new(Vec::new()));

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.0.lock().unwrap().push(record.args().to_string());
    }

    fn flush(&self) {}
}
