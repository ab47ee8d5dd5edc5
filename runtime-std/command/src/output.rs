//! What leaves the command: text in which nothing is hidden, and what becomes of it where nobody can read it.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use onerealm_core::wire::is_invisible;

use crate::status_line;

/// Writes text and a line end to standard output.
///
/// # Errors
///
/// The text is not written, or only a part of it.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let line = format!("{}\n", visible(text.trim_end()));
    write(line.as_bytes())
}

/// Writes a sentence and a line end to standard error. Where nobody reads any more, nothing ends because of that.
pub(crate) fn say(sentence: fmt::Arguments<'_>) {
    say_text(&format!("{sentence}\n"));
}

/// The same without a line end.
pub(crate) fn say_text(text: &str) {
    status_line::write_above(visible(text).as_bytes());
}

/// The text with `\uXXXX` in place of each character that nobody sees, except for line ends and tabs. Of two UTF-16 units
/// each has its escape, so that JSON stays JSON: there such characters are in strings only.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_invisible(c) && c != '\n' && c != '\t')
}

/// The same in one line.
pub(crate) fn visible_line(text: &str) -> Cow<'_, str> {
    escaped(text, is_invisible)
}

fn escaped(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(2 * text.len());
    for c in text.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a `String` cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// `std`'s own handle takes a descriptor that can't be written to for one that nobody reads, and says nothing.
#[cfg(unix)]
fn write(bytes: &[u8]) -> io::Result<()> {
    use std::os::fd::AsFd as _;
    let stdout = io::stdout().lock();
    let mut stdout = std::fs::File::from(stdout.as_fd().try_clone_to_owned()?);
    stdout.write_all(bytes)
}

#[cfg(not(unix))]
fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush())
}

/// Whether standard output was closed when the command began. `std` then opens `/dev/null` in its place, to read and to
/// write; who throws output away opens it to write only.
#[cfg(unix)]
pub(crate) fn is_closed() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat};
    let stdout = io::stdout();
    let opened_both_ways =
        fcntl_getfl(&stdout).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR);
    let device = |path| rustix::fs::stat(path).map(|null| null.st_rdev);
    opened_both_ways
        && fstat(&stdout).is_ok_and(|it| it.st_rdev != 0 && device("/dev/null") == Ok(it.st_rdev))
}

#[cfg(not(unix))]
pub(crate) fn is_closed() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_190_what_nobody_sees_is_escaped_and_json_stays_json() {
        let hidden = "a\u{0}\u{1b}[31m\u{7f}\u{85}\u{9b}\u{ad}\u{200b}\u{202e}\u{2028}\u{feff}\u{3164}\u{e0041}\u{10ffff}é山😀";
        for text in [
            serde_json::json!({ hidden: [hidden] }).to_string(),
            serde_json::to_string_pretty(&serde_json::json!({ hidden: [hidden] })).unwrap(),
        ] {
            let shown = visible(&text);
            assert!(!shown.chars().any(|c| c != '\n' && is_invisible(c)), "{shown:?}");
            assert!(
                shown.contains("\\u202e")
                    && shown.contains("\\udb40\\udc41")
                    && shown.contains("é山😀")
            );
            let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
            assert_eq!(read, serde_json::json!({ hidden: [hidden] }));
        }
        assert_eq!(visible_line("a\n\tb\u{9b}"), "a\\u000a\\u0009b\\u009b");
        assert_eq!(visible("a\n\tb\r"), "a\n\tb\\u000d");
        assert!(matches!(visible("Zoë 山田"), Cow::Borrowed(_)));
    }
}
