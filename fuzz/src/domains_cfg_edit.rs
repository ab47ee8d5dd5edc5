//! The editing of `domains.cfg`. Not in the library: the core's tests have no runtime to edit it with.

use onerealm_domains_cfg::{ConfigFile, EditError, parse};

/// The input is a realm, a property, a value and a file, with a zero byte between them; a property with `-` before it is
/// removed.
///
/// An edit changes one line of the file and no other byte: another reader finds the new value, and all the rest as it
/// was. The same edit once more changes nothing. One that is refused changes nothing at all. Says whether it was made.
pub fn domains_cfg_edit(input: &[u8]) -> bool {
    let mut parts = input.splitn(4, |byte| *byte == 0);
    let mut text = || std::str::from_utf8(parts.next()?).ok();
    let (Some(realm), Some(property), Some(value)) = (text(), text(), text()) else { return false };
    let Some(before) = parts.next() else { return false };
    let (property, value) = match property.strip_prefix('-') {
        Some(property) => (property, None),
        None => (property, Some(value)),
    };
    let mut file = ConfigFile::parse(before, "domains.cfg".as_ref()).unwrap();
    let outcome = edit(&mut file, realm, property, value);
    let Ok(is_changed) = outcome else {
        assert!(file.bytes() == before);
        return false;
    };
    assert_eq!(is_changed, file.bytes() != before);
    check(before, file.bytes(), realm, property, value);
    let edited = file.bytes().to_vec();
    // An unknown property can be removed once: then there is none of that name.
    let again = edit(&mut file, realm, property, value);
    assert!(matches!(again, Ok(false)) || (value.is_none() && is_changed && again.is_err()));
    assert!(file.bytes() == edited);
    true
}

fn edit(
    file: &mut ConfigFile,
    realm: &str,
    property: &str,
    value: Option<&str>,
) -> Result<bool, EditError> {
    let outcome = match value {
        Some(value) => file.set(realm, property, value),
        None => file.unset(realm, property),
    };
    if let Err(error) = &outcome {
        assert!(!error.to_string().contains(char::is_control), "{error}");
    }
    outcome
}

fn check(before: &[u8], after: &[u8], realm: &str, property: &str, value: Option<&str>) {
    let (mut expected, found) = (sections(before), sections(after));
    let section = expected.iter_mut().find(|section| section.is_realm(realm)).unwrap();
    let place = section.properties.iter().position(|(name, _)| name == property.as_bytes());
    // A comment is stored escaped.
    let stored = |value: &str| match property {
        "comment" => found_value(&found, realm, property).filter(|stored| shows(stored, value)),
        _ => Some(value.as_bytes().to_vec()),
    };
    let value = value.map(|value| stored(value).expect("the comment"));
    let changed = match (place, &value) {
        (Some(place), Some(value)) => {
            let old = std::mem::replace(&mut section.properties[place].1, value.clone());
            if old == *value { (0, 0) } else { (1, 1) }
        }
        (Some(place), None) => {
            section.properties.remove(place);
            (1, 0)
        }
        (None, Some(value)) => {
            section.properties.push((property.as_bytes().to_vec(), value.clone()));
            (0, 1)
        }
        (None, None) => (0, 0),
    };
    assert!(found == expected, "the rest is as it was");
    assert_eq!(differing_lines(before, after), changed);
    let text = String::from_utf8_lossy(after);
    let realms = parse(&text, "domains.cfg".as_ref()).unwrap();
    // An edit that breaks its realm is refused; one that changes nothing may be of a broken one.
    if changed != (0, 0) {
        realms.get(realm).unwrap();
    }
}

fn found_value(sections: &[Section], realm: &str, property: &str) -> Option<Vec<u8>> {
    let section = sections.iter().find(|section| section.is_realm(realm))?;
    let mut properties = section.properties.iter();
    properties.find(|(name, _)| name == property.as_bytes()).map(|(_, value)| value.clone())
}

/// Whether the escapes `%XX` of a stored comment are those of this text.
fn shows(stored: &[u8], text: &str) -> bool {
    let mut stored = stored.iter().copied();
    let decoded = std::iter::from_fn(|| match stored.next()? {
        b'%' => {
            let digits = [stored.next()?, stored.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
        }
        byte => Some(byte),
    });
    decoded.eq(text.bytes())
}

#[derive(PartialEq)]
struct Section {
    kind: Vec<u8>,
    name: Vec<u8>,
    properties: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Section {
    fn is_realm(&self, name: &str) -> bool {
        self.kind.eq_ignore_ascii_case(b"openid") && self.name == name.as_bytes()
    }
}

/// Another reader: it knows the sections and properties of a usable file, and takes what else there is for nothing.
fn sections(bytes: &[u8]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut is_open = false;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    for line in unix(bytes).split(|byte| *byte == b'\n') {
        let text = trim(line);
        if text.starts_with(b"#") {
            continue;
        }
        if line.is_empty() {
            is_open = false;
        } else if is_space(line[0]) {
            if let (true, Some(section)) = (is_open && !text.is_empty(), sections.last_mut()) {
                let name = text.iter().take_while(|byte| !is_space(**byte)).count();
                let (name, value) = text.split_at(name);
                section.properties.push((name.to_vec(), trim(value).to_vec()));
            }
        } else if let Some((kind, name)) = header(text) {
            is_open = true;
            sections.push(Section {
                kind: kind.to_vec(),
                name: name.to_vec(),
                properties: Vec::new(),
            });
        }
    }
    sections
}

/// The file without the CR before each LF, if each has one: then it is a file of Windows.
fn unix(bytes: &[u8]) -> Vec<u8> {
    let is_lf = |at: &usize| bytes[*at] == b'\n';
    let has_cr = |at: usize| at > 0 && bytes[at - 1] == b'\r';
    let is_windows = (0..bytes.len()).filter(is_lf).all(has_cr);
    let goes = |at: usize| is_windows && bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
    (0..bytes.len()).filter(|at| !goes(*at)).map(|at| bytes[at]).collect()
}

/// `TYPE: NAME`, the last colon counting.
fn header(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let name = text.iter().rev().take_while(|byte| !is_space(**byte)).count();
    let (kind, name) = match name < text.len() {
        true => {
            let (before, name) = text.split_at(text.len() - name);
            (trim(before).strip_suffix(b":")?, name)
        }
        false => {
            let colon = text.iter().rposition(|byte| *byte == b':')?;
            (&text[..colon], &text[colon + 1..])
        }
    };
    let is_whole = !kind.is_empty() && !name.is_empty() && !kind.iter().any(|b| is_space(*b));
    is_whole.then_some((kind, name))
}

fn trim(text: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !is_space(*byte);
    let begin = text.iter().position(is_text).unwrap_or(text.len());
    let end = text.iter().rposition(is_text).map_or(begin, |last| last + 1);
    &text[begin..end]
}

/// What Perl's `\s` matches in a line.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

/// The number of lines found in only one of them, apart from their common start and end.
fn differing_lines(before: &[u8], after: &[u8]) -> (usize, usize) {
    let lines = |bytes: &'_ [u8]| -> Vec<Vec<u8>> {
        unix(bytes).split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    };
    let (before, after) = (lines(before), lines(after));
    let same = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let (before, after) = (&before[same..], &after[same..]);
    let same = before.iter().rev().zip(after.iter().rev());
    let same = same.take_while(|(one, other)| one == other).count();
    (before.len() - same, after.len() - same)
}
