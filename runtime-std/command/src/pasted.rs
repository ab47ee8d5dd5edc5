//! What people paste as the address that their browser ended at, in the form that the core reads.
//!
//! The core reads one URL or one query, strictly, and still has the last word. Here is undone what
//! terminals, mails and shells do to such a text; none of it can be part of a URL, so it has one
//! reading.

use onerealm::Callback;
use onerealm_core::AuthorizationResponse;
use onerealm_core::wire::FormPairs;
use zeroize::Zeroizing;

/// Pairs of characters that people and programs put around an address.
const QUOTES: [(char, char); 11] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('<', '>'),
    ('(', ')'),
    ('“', '”'),
    ('„', '“'),
    ('”', '”'),
    ('‘', '’'),
    ('«', '»'),
    ('»', '«'),
];

/// What terminals send around a paste, where they are asked to.
const BRACKETS: [&str; 2] = ["\u{1b}[200~", "\u{1b}[201~"];

/// How hosts of this machine begin, which browsers show without the scheme.
const HOSTS: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// An address, or its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pasted {
    Url(Zeroizing<String>),
    Query(Zeroizing<String>),
}

/// Why a text is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It doesn't begin like one.
    NoAddress,
    /// There are several.
    Several,
}

impl Pasted {
    /// Reads a text of one line or several.
    pub(crate) fn read(text: &str) -> Result<Self, Unreadable> {
        let text = Zeroizing::new(BRACKETS.iter().fold(text.to_owned(), |t, b| t.replace(b, "")));
        let text = unquoted(&text);
        if !text.contains(is_blank) {
            return Self::of_one_word(text).map(|pasted| pasted.or_unescaped());
        }
        if let Some(decoded) = of_quoted_printable(text) {
            let decoded = joined(&decoded).and_then(|text| Self::of_one_word(&text));
            if let Some(pasted) = decoded.ok().filter(Pasted::is_response) {
                return Ok(pasted);
            }
        }
        Ok(Self::of_one_word(&joined(text)?)?.or_unescaped())
    }

    /// Whether a text can begin with this line.
    pub(crate) fn may_begin(line: &str) -> bool {
        let line = line.strip_prefix(BRACKETS[0]).unwrap_or(line);
        let is_before = |c| is_blank(c) || QUOTES.iter().any(|(before, _)| *before == c);
        let word = line.trim_start_matches(is_before).split(is_blank).next().unwrap_or_default();
        Self::of_one_word(word).is_ok()
    }

    pub(crate) fn callback(&self) -> Callback<'_> {
        match self {
            Pasted::Url(url) => Callback::Url(url),
            Pasted::Query(query) => Callback::Query(query),
        }
    }

    pub(crate) fn response(
        &self,
    ) -> Result<AuthorizationResponse<'_>, onerealm_core::AuthorizationResponseError> {
        match self {
            Pasted::Url(url) => AuthorizationResponse::from_url(url),
            Pasted::Query(query) => AuthorizationResponse::from_query(query),
        }
    }

    /// The query, without its `?` and without a fragment.
    pub(crate) fn query(&self) -> &str {
        let text = match self {
            Pasted::Url(url) => url.split_once('?').map_or("", |(_, query)| query),
            Pasted::Query(query) => query,
        };
        text.split('#').next().unwrap_or_default()
    }

    /// Whether a shell read the rest as another command, which is what an unquoted `&` does.
    pub(crate) fn is_cut(&self) -> bool {
        let has = |name: &str| {
            let pairs = FormPairs::new(self.query());
            pairs.flatten().any(|(key, value)| key == *name && !value.is_empty())
        };
        match (has("code"), has("state")) {
            (true, false) => true,
            (false, true) => !has("error") && !self.query().contains('&'),
            (false, false) | (true, true) => false,
        }
    }

    fn of_one_word(word: &str) -> Result<Self, Unreadable> {
        let owned = |text: &str| Zeroizing::new(text.to_owned());
        if has_scheme(word) {
            return Ok(Pasted::Url(owned(word)));
        }
        if HOSTS.iter().any(|host| {
            word.strip_prefix(host).is_some_and(|rest| rest.starts_with([':', '/', '?']))
        }) {
            return Ok(Pasted::Url(Zeroizing::new(format!("http://{word}"))));
        }
        let query = word.strip_prefix('?').unwrap_or(word);
        let (name, _) = query.split_once('=').ok_or(Unreadable::NoAddress)?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(Unreadable::NoAddress);
        }
        Ok(Pasted::Query(owned(query)))
    }

    fn is_response(&self) -> bool {
        self.response().is_ok()
    }

    /// Without the backslashes of a shell, and where it is no response otherwise, without the
    /// escapes of HTML.
    fn or_unescaped(self) -> Self {
        match &self {
            // Browsers write a slash for a backslash before the query.
            Pasted::Url(url) if url.split('?').next().is_some_and(|url| url.ends_with('\\')) => {
                let plain = url.replace("\\?", "?").replace("\\&", "&").replace("\\=", "=");
                Pasted::Url(Zeroizing::new(plain))
            }
            _ if self.is_response() => self,
            Pasted::Url(url) => Pasted::Url(Zeroizing::new(url.replace("&amp;", "&"))),
            Pasted::Query(query) => Pasted::Query(Zeroizing::new(query.replace("&amp;", "&"))),
        }
    }
}

/// Without white space and quotation marks around it.
fn unquoted(text: &str) -> &str {
    let mut text = text.trim_matches(is_blank);
    // Deeper than anybody quotes.
    for _ in 0..4 {
        let inner = QUOTES.iter().find_map(|(before, after)| {
            text.strip_prefix(*before).and_then(|text| text.strip_suffix(*after))
        });
        match inner {
            Some(inner) => text = inner.trim_matches(is_blank),
            None => break,
        }
    }
    text
}

/// Its words in one, as they were before something wrapped them: a URL has no white space.
fn joined(text: &str) -> Result<Zeroizing<String>, Unreadable> {
    let mut joined = Zeroizing::new(String::with_capacity(text.len()));
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
        // After `=`, it is the value of `iss`.
        if !joined.is_empty() && !joined.ends_with('=') && has_authority(word) {
            return Err(Unreadable::Several);
        }
        if joined.is_empty() {
            // Words of a sentence are not joined with the address in it.
            Pasted::of_one_word(word)?;
        }
        joined.push_str(word);
    }
    Ok(joined)
}

/// The text of a mail's source, in which each `=` is `=3D` and a line is broken with `=` (RFC 2045
/// section 6.7); nothing unless all of it is so.
fn of_quoted_printable(text: &str) -> Option<Zeroizing<String>> {
    let text = Zeroizing::new(text.replace("\r\n", "\n"));
    if !text.contains("=\n") {
        return None;
    }
    let text = Zeroizing::new(text.replace("=\n", ""));
    let mut pieces = text.split('=');
    let first = pieces.next()?;
    let mut decoded = Zeroizing::new(String::with_capacity(text.len()));
    decoded.push_str(first);
    for piece in pieces {
        decoded.push('=');
        decoded.push_str(piece.strip_prefix("3D").or(piece.strip_prefix("3d"))?);
    }
    Some(decoded)
}

/// White space, and what is as good as none.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Whether it begins with a scheme and a path.
fn has_scheme(word: &str) -> bool {
    let Some((scheme, rest)) = word.split_once(':') else { return false };
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(is_scheme)
        && rest.starts_with('/')
}

fn has_authority(word: &str) -> bool {
    has_scheme(word) && word.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//"))
}

#[cfg(test)]
mod tests;
