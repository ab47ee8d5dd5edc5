//! What the pages write of `onerealm` as arguments that it can read.

use onerealm_cli::{Refused, refused_arguments};

use crate::lines::COMMANDS;

const SHA256: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// Words that stand for a value, and one.
const PLACEHOLDERS: [(&str, &str); 21] = [
    ("ARG...", "x"),
    ("C", "x"),
    ("COMMAND", "login"),
    ("DIR", "x"),
    ("DIRECTORY", "x"),
    ("FILE", "x"),
    ("HOST", "pve.example"),
    ("HOST[:PORT]", "pve.example:8006"),
    ("I", "x"),
    ("ID", "x"),
    ("N", "1"),
    ("NAME", "sso"),
    ("PROPERTY", "client-type"),
    ("REALM", "sso"),
    ("S", "x"),
    ("SECONDS", "60"),
    ("SHA256", SHA256),
    ("SHELL", "bash"),
    ("TIME", "8h"),
    ("URL", "http://127.0.0.1/callback"),
    ("VALUE", "auto"),
];

/// What a command line of `onerealm` is.
#[derive(PartialEq, Eq, Debug)]
pub enum Kind {
    /// It could be typed so.
    Whole,
    /// It has placeholders, or names a command, or lacks arguments.
    Form,
}

/// Reads the arguments in each way that a form allows.
///
/// # Panics
///
/// `onerealm` doesn't take them, or they lack something where a whole line must stand.
pub fn read(text: &str, is_mention: bool) -> Kind {
    let mut kind = Kind::Whole;
    for call in calls(text) {
        let words = shlex::split(&call).unwrap();
        if is_form(&words) {
            kind = Kind::Form;
        }
        for words in ways(&words) {
            match refused_arguments(&words) {
                None => {}
                Some(Refused::Unfinished) if is_mention => kind = Kind::Form,
                Some(Refused::Unfinished) => panic!("{text}: arguments are missing: {words:?}"),
                Some(Refused::Wrong(why)) => panic!("{text}: {words:?}: {why}"),
            }
        }
        let names_only = words[1..].iter().all(|word| COMMANDS.contains(&word.as_str()));
        if is_mention && names_only {
            kind = Kind::Form;
        }
    }
    kind
}

/// The calls of `onerealm` in a line for a shell, without redirections and what follows.
fn calls(text: &str) -> Vec<String> {
    let starts = text.match_indices("onerealm ").map(|(at, _)| at);
    let starts = starts.filter(|at| {
        let before = text[..*at].trim_end();
        before.is_empty() || before.ends_with("$(") || before.ends_with(['|', ';', '&'])
    });
    starts.map(|at| call(&text[at..])).collect()
}

/// Up to what ends a call, outside of quotation marks and brackets.
fn call(text: &str) -> String {
    let (mut quote, mut depth) = (None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth -= 1,
            (None, '|') if depth == 0 && text[..at].ends_with(' ') => return text[..at].to_owned(),
            (None, '>' | '&' | ')' | ';') => return text[..at].to_owned(),
            _ => {}
        }
    }
    text.to_owned()
}

fn is_form(words: &[String]) -> bool {
    words.iter().any(|word| {
        is_placeholder(word) || word.starts_with('[') || word == ".." || word.contains("...")
    })
}

fn is_placeholder(word: &str) -> bool {
    PLACEHOLDERS.iter().any(|(name, _)| *name == word)
}

/// The words without what is optional, and with each optional part, in each of its alternatives.
fn ways(words: &[String]) -> Vec<Vec<String>> {
    let (mut base, mut options) = (Vec::new(), Vec::new());
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let Some(mut inner) = word.strip_prefix('[') else {
            base.push(word);
            continue;
        };
        let mut option = Vec::new();
        while !inner.ends_with(']') {
            option.push(inner);
            inner = words.next().expect("a bracket that is closed");
        }
        option.push(inner.trim_end_matches(']'));
        options.extend(option.split(|word| *word == "|").map(<[&str]>::to_vec));
    }
    let mut ways = vec![base.clone()];
    ways.extend(options.iter().filter(|option| **option != [".."]).map(|option| {
        // Before what is another program's.
        let end = base.iter().position(|word| *word == "--").unwrap_or(base.len());
        [&base[..end], option, &base[end..]].concat()
    }));
    ways.iter().flat_map(|way| alternatives(way)).collect()
}

/// With values for placeholders, and a way for each of `one|other`.
fn alternatives(words: &[&str]) -> Vec<Vec<String>> {
    let mut ways = vec![Vec::new()];
    for word in words {
        let values: Vec<_> = word.split('|').map(value).collect();
        ways = ways
            .iter()
            .flat_map(|way: &Vec<String>| {
                values.iter().map(|value| [&way[..], std::slice::from_ref(value)].concat())
            })
            .collect();
    }
    ways
}

fn value(word: &str) -> String {
    let named = PLACEHOLDERS.iter().find(|(name, _)| *name == word);
    match named {
        Some((_, value)) => (*value).to_owned(),
        None if is_short_fingerprint(word) => SHA256.to_owned(),
        None => word.to_owned(),
    }
}

/// A fingerprint whose middle is left out.
pub fn is_short_fingerprint(word: &str) -> bool {
    let is_byte = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let mut parts = word.split(':');
    word.contains("...") && parts.all(|part| is_byte(part) || ["...", "[...]"].contains(&part))
}
