//! Makes foreign text safe to show: bounded, and unable to forge what surrounds it.

#[cfg(test)]
mod tests;

use onerealm_core::HttpRequest;
use onerealm_core::wire::{FormText, Value, is_invisible};
use url::form_urlencoded;
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

/// The same with the other spelling of its escapes: `%2b` for `%2B`.
fn with_small_digits(encoded: &str) -> String {
    let mut digits = 0_u8;
    let spell = |c: char| {
        let is_digit = digits > 0;
        digits = if c == '%' { 2 } else { digits.saturating_sub(1) };
        if is_digit { c.to_ascii_lowercase() } else { c }
    };
    encoded.chars().map(spell).collect()
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

    /// Hides them, as they are and as they are spelled in a form.
    pub(crate) fn hide(&self, mut text: String) -> String {
        for secret in &self.0 {
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let encoded = Zeroizing::new(encoded);
            let small = Zeroizing::new(with_small_digits(&encoded));
            for spelling in [secret, &encoded, &small] {
                if text.contains(spelling.as_str()) {
                    text = text.replace(spelling.as_str(), "(hidden)");
                }
            }
        }
        text
    }
}
