//! The `onerealm` command, for the tests.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use onerealm_core::UnixTime;

fn main() -> ExitCode {
    onerealm_cli::run_with_clock(|| {
        let set = std::env::var("ONEREALM_TEST_CLOCK").ok().and_then(|text| text.parse().ok());
        set.map_or_else(onerealm::now, UnixTime)
    })
}
