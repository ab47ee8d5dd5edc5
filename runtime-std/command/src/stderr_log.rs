//! The log, on stderr. Only our own lines: other crates may log what they send.

use log::{LevelFilter, Log, Metadata, Record};

use crate::output::visible_line;
use crate::say::say;

struct StderrLog;

static LOG: StderrLog = StderrLog;

/// Warnings; with `-v` what happens; with `-vv` each request.
pub(crate) fn start(verbosity: u8) {
    let level = match verbosity {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    if log::set_logger(&LOG).is_ok() {
        log::set_max_level(level);
    }
}

impl Log for StderrLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("onerealm")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let text = record.args().to_string();
            say!("{}: {}", record.level().as_str().to_lowercase(), visible_line(&text));
        }
    }

    fn flush(&self) {}
}
