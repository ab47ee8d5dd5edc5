//! Today's logins on OpenSSL: a program of its own, so that nothing else here needs OpenSSL's headers, or is linked
//! with it.

use std::path::PathBuf;
use std::process::Command;

/// Builds the program beside this one; `None` where that can't be done.
pub fn build() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let release = std::env::current_exe().ok()?.parent()?.to_owned();
    let built = Command::new(cargo)
        .args(["build", "--release", "--locked", "-p", PROGRAM, "--features", "native-tls"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .arg("--target-dir")
        .arg(release.parent()?)
        .status();
    let program = release.join(PROGRAM);
    if built.is_ok_and(|status| status.success()) && program.exists() {
        return Some(program);
    }
    eprintln!("without OpenSSL's headers (libssl-dev), proxmox-openid's sequence runs on rustls");
    None
}

const PROGRAM: &str = "onerealm-benches-today";
