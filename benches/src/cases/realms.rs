//! A file of realms, from the disk to the realm that a login names.

use std::fmt::Write;
use std::fs;
use std::io::Write as _;

use tempfile::NamedTempFile;

use crate::case::{Allocations, Case, Contender};

/// As the command reads it when it starts; the limit reads the file, and finds the ends of its lines.
pub fn of_a_file(realms: usize) -> Case {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text(realms).as_bytes()).unwrap();
    let path = file.path().to_owned();
    let last = format!("realm{}", realms - 1);
    Case {
        allocations: Allocations::Some,
        ours: Contender::new("onerealm", move || {
            let realms = onerealm_domains_cfg::read(file.path()).unwrap();
            assert!(realms.get(&last).is_ok());
        }),
        limit: Some(Contender::new("read, and split into lines", move || {
            fs::read_to_string(&path).unwrap().split('\n').map(str::len).max()
        })),
        peers: Vec::new(),
    }
}

/// As near to the largest file that a cluster holds as 8,000 realms come.
fn text(realms: usize) -> String {
    let mut text = String::new();
    for i in 0..realms {
        writeln!(
            text,
            "openid: realm{i}\n\tissuer-url https://login.example/realms/tenant-{i}\n\tclient-id pve\n\
             \tclient-key Yk2vJ8mQ4tZ0cN7xW1sL5dR9\n"
        )
        .unwrap();
    }
    text
}
