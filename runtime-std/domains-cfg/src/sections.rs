//! The grammar of Proxmox's section config, as `PVE::SectionConfig` reads it.
//!
//! - A line whose first visible character is `#` is a comment, anywhere, and ends nothing.
//! - `TYPE: NAME` at the start of a line begins a section; `TYPE` in any case, the space is optional.
//! - An empty line ends the section. A line of spaces and tabs does not.
//! - In a section, a line that is indented is a property: its name, spaces or tabs, its value up to the last visible
//!   character. A name alone has no value.
//!
//! Where Proxmox drops a line with a warning, an `openid` section records the line's number and is refused: an
//! unindented `public-override` must not be ignored silently. Proxmox also drops a header without an empty line before
//! it, and gives its properties to the section above; here the header begins a section. In a file whose lines all end
//! with CR LF, Proxmox finds no empty line; here they are lines like others.

use std::ops::Range;
use std::path::Path;

use crate::error::Problem;
use crate::names::{begins_with_known, known};

/// One section of any type.
pub(crate) struct Section<'t> {
    pub(crate) kind: &'t str,
    pub(crate) name: &'t str,
    /// The header's line number.
    pub(crate) line: usize,
    /// From the header to the last property, in bytes of the text.
    pub(crate) place: Range<usize>,
    pub(crate) properties: Vec<Property<'t>>,
    /// The first unreadable line, and why.
    pub(crate) fault: Option<(usize, Problem)>,
}

/// One line of a section; the value is empty if there is none.
pub(crate) struct Property<'t> {
    pub(crate) name: &'t str,
    pub(crate) value: &'t str,
    pub(crate) line: usize,
}

impl Section<'_> {
    pub(crate) fn is_openid(&self) -> bool {
        self.kind.eq_ignore_ascii_case("openid")
    }

    /// Whether all its lines are read, and have known names: then nothing is to be said of it before it is used.
    pub(crate) fn is_sound(&self) -> bool {
        self.fault.is_none() && self.properties.iter().all(|found| known(found.name).is_some())
    }
}

/// Splits a file into its sections. `warn` gets the lines that are dropped, or that Proxmox would drop, and why.
pub(crate) fn parse<'t>(text: &'t str, warn: &dyn Fn(usize, &str)) -> Vec<Section<'t>> {
    // Some editors write a mark that no editor shows. It must not hide the first section.
    let marked = text.strip_prefix('\u{feff}');
    if marked.is_some() {
        warn(
            1,
            "the file begins with a byte order mark: save it without, or Proxmox won't see a section here",
        );
    }
    let mut sections = parse_lines(marked.unwrap_or(text), line_end(text.as_bytes()), 1, warn);
    let mark = text.len() - marked.unwrap_or(text).len();
    for section in sections.iter_mut().filter(|_| mark > 0) {
        section.place = section.place.start + mark..section.place.end + mark;
    }
    sections
}

/// The same for a part of a file, whose lines have this end, and this number first.
pub(crate) fn parse_lines<'t>(
    text: &'t str,
    end: &str,
    first: usize,
    warn: &dyn Fn(usize, &str),
) -> Vec<Section<'t>> {
    let mut sections = Sections { warn, list: Vec::new(), open: false, at: 0 };
    // By one byte, which is found fast; each line of a file of Windows has the other one before it.
    for (number, line) in (first..).zip(text.split_inclusive('\n')) {
        sections.line(number, line.strip_suffix(end).unwrap_or(line));
        sections.at += line.len();
    }
    sections.list
}

/// What ends each line of the file: CR LF if it ends all of them, as in files of Windows. In any other file, a CR is a
/// control character.
pub(crate) fn line_end(file: &[u8]) -> &'static str {
    let mut ended =
        file.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let is_windows = ended.next().is_some_and(is_windows_line) && ended.all(is_windows_line);
    if is_windows { "\r\n" } else { "\n" }
}

fn is_windows_line(line: &[u8]) -> bool {
    line.ends_with(b"\r\n")
}

/// Logs what [`parse`] has to say of a line.
pub(crate) fn warn(path: &Path, line: usize, what: &str) {
    log::warn!("{}, line {line}: {what}", path.display());
}

struct Sections<'t, 'w> {
    warn: &'w dyn Fn(usize, &str),
    list: Vec<Section<'t>>,
    /// Whether the last section is still open.
    open: bool,
    /// Where the line begins, in bytes of the text.
    at: usize,
}

impl<'t> Sections<'t, '_> {
    fn line(&mut self, number: usize, line: &'t str) {
        let content = line.trim_matches(is_space);
        if content.starts_with('#') {
            return;
        }
        if line.is_empty() {
            self.open = false;
        } else if let Some((kind, name)) = header(line) {
            self.begin(number, line, kind, name);
        } else if !content.is_empty() {
            self.content(number, line, content);
        }
        if !is_text(line) {
            self.fault(number, Problem::NotText);
        }
    }

    fn begin(&mut self, line: usize, whole: &str, kind: &'t str, name: &'t str) {
        if self.open {
            (self.warn)(line, "put an empty line before it, or Proxmox won't see this section");
        }
        self.open = true;
        let place = self.at..self.at + whole.len();
        self.list.push(Section { kind, name, line, place, properties: Vec::new(), fault: None });
    }

    fn content(&mut self, line: usize, whole: &str, content: &'t str) {
        let indented = whole.starts_with(is_space);
        let (name, value) = content.split_once(is_space).unwrap_or((content, ""));
        match self.list.last_mut() {
            Some(section) if self.open && indented => {
                let value = value.trim_start_matches(is_space);
                section.properties.push(Property { name, value, line });
                section.place.end = self.at + whole.len();
            }
            Some(section) if self.open && section.is_openid() => {
                self.fault(line, Problem::NotAProperty)
            }
            Some(section) if section.is_openid() && (indented || begins_with_known(content)) => {
                self.list_fault(line, Problem::AfterBlankLine);
            }
            _ => {
                (self.warn)(line, "expected a section or an indented property; the line is ignored")
            }
        }
    }

    /// Records a mistake in a line of the open section.
    fn fault(&mut self, line: usize, problem: Problem) {
        if self.open {
            self.list_fault(line, problem);
        }
    }

    fn list_fault(&mut self, line: usize, problem: Problem) {
        if let Some(section) = self.list.last_mut() {
            section.fault.get_or_insert((line, problem));
        }
    }
}

/// `TYPE: NAME`, both without spaces. The last colon counts, as in Proxmox.
fn header(line: &str) -> Option<(&str, &str)> {
    if line.starts_with(is_space) {
        return None;
    }
    let line = line.trim_end_matches(is_space);
    let (kind, name) = match line.rsplit_once(is_space) {
        Some((before, name)) => (before.trim_end_matches(is_space).strip_suffix(':')?, name),
        None => line.rsplit_once(':')?,
    };
    let whole = !kind.is_empty() && !name.is_empty() && !kind.contains(is_space);
    // `client-key: x` with its tab missing is not a section.
    (whole && !begins_with_known(kind)).then_some((kind, name))
}

/// What Perl's `\s` matches in a line.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\x0b' | '\x0c')
}

/// Whether everything in the line would be visible in an editor; bytes that are not UTF-8 have become the replacement
/// character.
pub(crate) fn is_text(line: &str) -> bool {
    // All bytes of a line are looked at, several at once, as hardly any line has another.
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t');
    if line.as_bytes().iter().fold(true, |all, byte| all & is_plain(byte)) {
        return true;
    }
    !line.chars().any(|c| (c.is_control() && c != '\t') || c == char::REPLACEMENT_CHARACTER)
}
