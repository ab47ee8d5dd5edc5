//! What a refusal says, read leniently: for a message, and never for a decision.
//!
//! Providers, and what stands before them, refuse as JSON of many shapes, as a form, as a page or as
//! plain text, in UTF-8 or in ISO-8859-1, and in headers.

use onerealm_core::ErrorResponse;
use serde_json::Value;
use url::form_urlencoded;

use super::shown::{Secrets, list, name, shown};
use super::words::ProviderWords;
use crate::http::{Answer, Said};

/// As much of a body as is read for words, in bytes.
const READ: usize = 64 * 1024;

impl ProviderWords {
    /// The words of a refusal, if it has any; without the secrets of the request.
    pub(crate) fn of_refusal(answer: &Answer, secrets: &Secrets) -> Option<Self> {
        let strict = ErrorResponse::of(&answer.response());
        if let Some(words) = strict.map(|error| ProviderWords::of(&error, secrets)) {
            return Some(words);
        }
        // Below, there may be tokens instead of a refusal.
        if answer.status() < 300 {
            return None;
        }
        let found = of_body(answer, secrets).or_else(|| of_challenges(answer.said()))?;
        let show = |text: String| shown(&in_one_line(&secrets.hide(text)));
        let (error, description) = (show(found.error), found.description.map(show));
        let description = description.filter(|text| !text.is_empty());
        (!error.is_empty()).then_some(ProviderWords { error, description })
    }
}

/// Words before they are made safe to show.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    error: String,
    description: Option<String>,
}

impl Found {
    /// The first is what the other is about, if there are both.
    fn of(error: Option<String>, description: Option<String>) -> Option<Self> {
        let is_there = |text: &String| !text.trim().is_empty();
        let (error, description) = (error.filter(is_there), description.filter(is_there));
        match (error, description) {
            (Some(error), description) => {
                let description = description.filter(|description| *description != error);
                Some(Found { error, description })
            }
            (None, Some(description)) => Some(Found { error: description, description: None }),
            (None, None) => None,
        }
    }
}

fn of_body(answer: &Answer, secrets: &Secrets) -> Option<Found> {
    let response = answer.response();
    let text = decoded(response.body.get(..READ).unwrap_or(response.body));
    let text = text.trim();
    let content_type = response.content_type.unwrap_or_default().to_ascii_lowercase();
    let is_page = content_type.contains("html") || text.starts_with('<');
    let is_form = content_type.contains("form-urlencoded")
        || (text.starts_with(ErrorResponse::ERROR) && text.contains('='));
    match of_json(text) {
        Some(value) => words(&value, DEPTH).or_else(|| names(&value, secrets)),
        None if text.is_empty() => None,
        None if is_page => Found::of(title(text), None),
        None if is_form => of_form(text),
        None => Found::of(Some(text.to_owned()), None),
    }
}

/// Without a byte order mark, and as ISO-8859-1 where it is not UTF-8.
fn decoded(body: &[u8]) -> String {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        // Cut within a character.
        Err(error) if error.error_len().is_none() => String::from_utf8_lossy(body).into_owned(),
        Err(_) => body.iter().copied().map(char::from).collect(),
    }
}

/// An object or an array. A line break in a string counts as a space.
fn of_json(text: &str) -> Option<Value> {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let value = serde_json::from_str(&spaced).ok()?;
    matches!(value, Value::Object(_) | Value::Array(_)).then_some(value)
}

/// Members whose value names the error, as they are called in some kinds of answers, in lower case.
const NAMES: &[&str] = &["errorcode", "error_code", "code", "title", "type", "__type", "status"];

/// Members with a sentence about it.
const SENTENCES: &[&str] = &[
    "errordescription",
    "errorsummary",
    "errormessage",
    "error_message",
    "message",
    "detail",
    "details",
    "description",
    "msg",
    "reason",
    "title",
];

/// Members with an object or an array that has the rest in it.
const AROUND: &[&str] = &["errors", "fault", "faultstring", "exception"];

/// How deeply an object around the words may be nested.
const DEPTH: u8 = 4;

fn words(value: &Value, depth: u8) -> Option<Found> {
    let inner = depth.checked_sub(1)?;
    let object = match value {
        Value::Object(object) => object,
        Value::Array(items) => return words(items.first()?, inner),
        Value::String(text) => return Found::of(Some(text.clone()), None),
        _ => return None,
    };
    let member = |name: &str| {
        object.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let first = |names: &[&str]| names.iter().find_map(|name| text(member(name)?));
    let sentence = || first(&[ErrorResponse::DESCRIPTION]).or_else(|| first(SENTENCES));
    match member(ErrorResponse::ERROR) {
        Some(nested @ (Value::Object(_) | Value::Array(_))) => {
            return words(nested, inner).or_else(|| Found::of(first(NAMES), sentence()));
        }
        Some(error) => return Found::of(text(error), sentence()),
        None => {}
    }
    Found::of(first(NAMES), sentence())
        .or_else(|| AROUND.iter().find_map(|name| words(member(name)?, inner)))
}

/// What an object has, where nothing in it is known as words: its values may be anything, and a name may be all that
/// was sent.
fn names(value: &Value, secrets: &Secrets) -> Option<Found> {
    let object = value.as_object().filter(|object| !object.is_empty())?;
    let names = list(object.keys().map(|known| name(&secrets.hide(known.clone()))));
    Found::of(Some(format!("an object with {names}")), None)
}

/// A text or a number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn of_form(text: &str) -> Option<Found> {
    let value = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    Found::of(value(ErrorResponse::ERROR), value(ErrorResponse::DESCRIPTION))
}

/// The title of a page, or else its first heading.
fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    ["title", "h1", "h2", "body", "p"].iter().find_map(|tag| {
        let start = lower.find(&format!("<{tag}"))?;
        let start = start + lower.get(start..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find(&format!("</{tag}"))?;
        let inside = without_tags(page.get(start..end)?);
        (!inside.trim().is_empty()).then_some(inside)
    })
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'")];
    names.iter().fold(text, |text, (name, sign)| text.replace(name, sign)).replace("&amp;", "&")
}

/// `error`, `error_description` and `scope` of a challenge (RFC 6750 section 3).
fn of_challenges(said: &Said) -> Option<Found> {
    said.challenges.iter().find_map(|challenges| {
        let parameters = parameters(challenges);
        let parameter = |wanted: &str| {
            let mut parameters = parameters.iter();
            let found = parameters.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.clone())
        };
        let error = parameter(ErrorResponse::ERROR);
        let scope = parameter(ErrorResponse::SCOPE).map(|scope| format!("wanted scope: {scope}"));
        let description = parameter(ErrorResponse::DESCRIPTION);
        let description = description.into_iter().chain(scope).collect::<Vec<_>>().join("; ");
        Found::of(error, Some(description))
    })
}

/// The parameters of challenges (RFC 9110 section 11.6.1), whatever their schemes: names, and values
/// without quotation marks.
fn parameters(challenges: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = challenges;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before.trim_end().rsplit([' ', '\t', ',']).next().unwrap_or_default();
        let after = after.trim_start_matches([' ', '\t']);
        let (value, behind) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let end = after.find([' ', '\t', ',']).unwrap_or(after.len());
                let (value, behind) = after.split_at(end);
                (value.to_owned(), behind)
            }
        };
        found.push((name, value));
        rest = behind;
    }
    found
}

/// The characters of a quoted string up to its end (RFC 9110 section 5.6.4), and what is behind it.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next() {
            None | Some('"') => return (value, characters.as_str()),
            Some('\\') => value.extend(characters.next()),
            Some(c) => value.push(c),
        }
    }
}

/// With single spaces, and without those around it.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
