//! A process that logs in as `proxmox-openid` does, on OpenSSL as there: `login KIND ISSUER LOGINS DIRECTORY`, as
//! the report starts its own.

use std::process::ExitCode;

use onerealm_benches_today::{begin, login, print_logins, print_peak_memory};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["login", "today", issuer, logins, _directory] => {
            let logins = logins.parse().expect("it is a number");
            print_logins(logins, || {
                login(issuer);
                0
            });
        }
        ["login", "today-begin", issuer, _logins, _directory] => begin(issuer),
        _ => return ExitCode::FAILURE,
    }
    print_peak_memory();
    ExitCode::SUCCESS
}
