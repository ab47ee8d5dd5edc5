//! What a login's steps cost: ours, other libraries and the limit, in one run on the same bytes.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml -- report [--json] [--quick] [--docs FOLDER]
//! cargo run --release --manifest-path benches/Cargo.toml -- instructions [CASE]
//! ```

mod case;
mod cases;
mod ceilings;
mod counts;
mod docs;
mod instructions;
mod logins;
mod machine;
mod picture;
mod plot;
mod report;
mod row;
mod statistics;
mod stores;
mod workload;

use std::process::ExitCode;

const USAGE: &str = "\
report [OPTION...]    a row for each case, as a table
  --json              as lines of JSON
  --quick             only what is counted and judged, in a minute
  --docs FOLDER       puts tables and pictures into the documentation
instructions [CASE]   instructions of ours in each case whose name has CASE in it, by valgrind";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["report", options @ ..] => match report::Options::parse(options) {
            Some(options) => report::run(&options),
            None => usage(),
        },
        ["instructions"] => instructions::count(""),
        ["instructions", name] => instructions::count(name),
        // What this program starts itself as.
        ["repeat", name, times] => instructions::repeat(name, times),
        ["login", arguments @ ..] => logins::child::run(arguments),
        ["count", arguments @ ..] => logins::child::count(arguments),
        ["crowd", arguments @ ..] => logins::child::crowd(arguments),
        ["pairs", arguments @ ..] => stores::child::run(arguments),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::FAILURE
}
