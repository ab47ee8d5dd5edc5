//! What a login's steps cost: ours, other libraries and the limit, in one run on the same bytes.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml -- report [--json] [--quick] [--plot FILE] [--docs FOLDER]
//! cargo run --release --manifest-path benches/Cargo.toml -- instructions [CASE]
//! ```

mod case;
mod cases;
mod docs;
mod exchanges;
mod instructions;
mod judge;
mod logins;
mod machine;
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
  --quick             in less than two minutes; what is judged does not depend on the machine's speed
  --plot FILE         draws begin and finish by the number of pending logins, as an SVG
  --docs FOLDER       puts tables and plot into the documentation
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
        ["pairs", arguments @ ..] => stores::child::run(arguments),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::FAILURE
}
