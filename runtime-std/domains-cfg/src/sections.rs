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
//! it, and gives its properties to the section above; here the header begins a section.

use std::path::Path;

use crate::error::Problem;
use crate::names::begins_with_known;

/// One section of any type.
pub(crate) struct Section<'t> {
    pub(crate) kind: &'t str,
    pub(crate) name: &'t str,
    /// The header's line number.
    pub(crate) line: usize,
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
}

/// Splits a file into its sections. `warn` gets the lines that are dropped, or that Proxmox would drop, and why.
pub(crate) fn parse<'t>(text: &'t str, warn: &dyn Fn(usize, &str)) -> Vec<Section<'t>> {
    let mut sections = Sections { warn, list: Vec::new(), open: false };
    // Some editors write a mark that no editor shows. It must not hide the first section.
    let marked = text.strip_prefix('\u{feff}');
    if marked.is_some() {
        warn(
            1,
            "the file begins with a byte order mark: save it without, or Proxmox won't see a section here",
        );
    }
    for (number, line) in (1..).zip(marked.unwrap_or(text).split('\n')) {
        sections.line(number, without_return(line));
    }
    sections.list
}

/// On Windows, where editors write it before each line end, a carriage return is none of the line. Proxmox's hosts would
/// take it for a part of the value.
fn without_return(line: &str) -> &str {
    match cfg!(windows) {
        true => line.strip_suffix('\r').unwrap_or(line),
        false => line,
    }
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
            self.begin(number, kind, name);
        } else if !content.is_empty() {
            self.content(number, content, line.starts_with(is_space));
        }
        if !is_text(line) {
            self.fault(number, Problem::NotText);
        }
    }

    fn begin(&mut self, line: usize, kind: &'t str, name: &'t str) {
        if self.open {
            (self.warn)(line, "put an empty line before it, or Proxmox won't see this section");
        }
        self.open = true;
        self.list.push(Section { kind, name, line, properties: Vec::new(), fault: None });
    }

    fn content(&mut self, line: usize, content: &'t str, indented: bool) {
        let (name, value) = content.split_once(is_space).unwrap_or((content, ""));
        match self.list.last_mut() {
            Some(section) if self.open && indented => {
                let value = value.trim_start_matches(is_space);
                section.properties.push(Property { name, value, line });
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
fn is_text(line: &str) -> bool {
    !line.chars().any(|c| (c.is_control() && c != '\t') || c == char::REPLACEMENT_CHARACTER)
}
