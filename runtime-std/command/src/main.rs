//! The `onerealm` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    onerealm_cli::run()
}
