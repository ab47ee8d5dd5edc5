//! Makes foreign text safe to show: bounded, and unable to forge what surrounds it.

#[cfg(test)]
mod tests;

use onerealm_core::HttpRequest;
use onerealm_core::wire::{FormText, Value, is_invisible};
use zeroize::Zeroizing;

/// The longest piece of foreign text in a message, in characters as shown.
const SHOWN: usize = 400;

/// The longest item of a list,
const SHOWN_ITEM: usize = 80;

/// and the most items.
pub(crate) const SHOWN_ITEMS: usize = 8;

/// A text within a sentence.
pub(crate) fn shown(text: &str) -> String {
    within(SHOWN, text, false)
}

/// A text in quotation marks.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", within(SHOWN, text, true))
}

/// The same in a list.
pub(crate) fn quoted_item(text: &str) -> String {
    format!("\"{}\"", within(SHOWN_ITEM, text, true))
}

/// A name in a list, in quotation marks if it is unusual.
pub(crate) fn name(text: &str) -> String {
    let is_usual = |c: char| c.is_ascii_alphanumeric() || "_-.:/#".contains(c);
    if !text.is_empty() && text.len() <= SHOWN_ITEM && text.chars().all(is_usual) {
        text.to_owned()
    } else {
        quoted_item(text)
    }
}

/// The first items, and the number of the rest.
pub(crate) fn list(items: impl Iterator<Item = String>) -> String {
    let mut items = items.peekable();
    let some: Vec<_> = items.by_ref().take(SHOWN_ITEMS).collect();
    match (some.len(), items.count()) {
        (0, _) => "none".to_owned(),
        (_, 0) => some.join(", "),
        (_, more) => format!("{} and {more} more", some.join(", ")),
    }
}

/// A value of a document: strings in quotation marks, `none` for a missing one.
pub(crate) fn value(value: Option<Value<'_>>, secrets: &Secrets) -> String {
    let text = |text: Value<'_>| secrets.hide(plain(text));
    match value {
        None => "none".to_owned(),
        Some(string @ Value::String(_)) => quoted(&text(string)),
        Some(Value::Array(items)) => format!("[{}]", list(items.items().map(|i| item(i, secrets)))),
        Some(other) => shown(&text(other)),
    }
}

/// The same in a list.
pub(crate) fn item(value: Value<'_>, secrets: &Secrets) -> String {
    let text = secrets.hide(plain(value));
    match value {
        Value::String(_) => quoted_item(&text),
        _ => within(SHOWN_ITEM, &text, false),
    }
}

/// The characters of a string; the JSON text of any other value.
pub(crate) fn plain(value: Value<'_>) -> String {
    match value {
        Value::String(text) => text.chars().collect(),
        other => other.text().to_owned(),
    }
}

/// The characters of a parameter, with replacement characters for invalid UTF-8.
pub(crate) fn decoded(text: FormText<'_>) -> String {
    String::from_utf8_lossy(&text.bytes().collect::<Vec<_>>()).into_owned()
}

fn within(limit: usize, text: &str, is_quoted: bool) -> String {
    let mut shown = String::new();
    let mut room = limit;
    for c in text.chars() {
        let len = shown.len();
        match c {
            '"' | '\\' if is_quoted => shown.extend(['\\', c]),
            c if is_invisible(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
        let width = shown.get(len..).map_or(0, |piece| piece.chars().count());
        match room.checked_sub(width) {
            Some(left) => room = left,
            None => {
                shown.truncate(len);
                shown.push('…');
                break;
            }
        }
    }
    shown
}

/// Secrets that must not be shown, even if a provider repeats them.
#[derive(Default)]
pub(crate) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    /// The secret parts of a request.
    pub(crate) fn add_request(&mut self, request: &HttpRequest<'_>) {
        request.secrets().map(decoded).for_each(|secret| self.add(secret));
    }

    pub(crate) fn add(&mut self, secret: String) {
        if !secret.is_empty() {
            self.0.push(Zeroizing::new(secret));
        }
    }

    /// Hides them, as they are and as URLs and forms spell them, whichever characters they escape.
    pub(crate) fn hide(&self, mut text: String) -> String {
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), HIDDEN);
            }
            for plus in ['+', ' '] {
                if text.contains(['%', '+']) {
                    text = Decoded::of(&text, plus).without(secret, &text);
                }
            }
        }
        text
    }
}

const HIDDEN: &str = "(hidden)";

/// A text without its percent-encoding, each byte as a character of its own.
struct Decoded {
    bytes: Zeroizing<String>,
    /// Where each byte of `bytes` comes from, and the end of the text.
    places: Vec<usize>,
}

impl Decoded {
    /// Reads `+` as `plus`.
    fn of(text: &str, plus: char) -> Self {
        // No byte becomes longer than two, and a growing string leaves copies behind.
        let mut bytes = Zeroizing::new(String::with_capacity(2 * text.len()));
        let mut places = Vec::with_capacity(2 * text.len() + 1);
        let mut rest = text.as_bytes();
        while let [first, after @ ..] = rest {
            let place = text.len() - rest.len();
            let after_sign = after;
            let (decoded, after) = match (first, after) {
                (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                    (Some(high), Some(low)) => (char::from(high << 4 | low), after),
                    _ => ('%', after_sign),
                },
                (b'+', _) => (plus, after),
                _ => (char::from(*first), after),
            };
            bytes.push(decoded);
            places.resize(bytes.len(), place);
            rest = after;
        }
        places.push(text.len());
        Decoded { bytes, places }
    }

    /// `text` with each piece hidden that is `secret` here.
    fn without(&self, secret: &str, text: &str) -> String {
        let secret: Zeroizing<String> = Zeroizing::new(secret.bytes().map(char::from).collect());
        let mut kept = String::with_capacity(text.len());
        let mut end = 0;
        for (start, _) in self.bytes.match_indices(secret.as_str()) {
            let place = |index: usize| self.places.get(index).copied().unwrap_or(text.len());
            kept.push_str(text.get(end..place(start)).unwrap_or_default());
            kept.push_str(HIDDEN);
            end = place(start + secret.len());
        }
        kept.push_str(text.get(end..).unwrap_or_default());
        kept
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
