//! The settings that a realm of the caller's product has, and advice that names no others.

use std::collections::BTreeSet;

use onerealm::Warning;

/// The settings that not every product has for its realms. `public` is the parameter of the first step.
const NOT_EVERYWHERE: [&str; 22] = [
    "assertion-audience",
    "ca-file",
    "client-cert-file",
    "client-key-file",
    "client-key-id",
    "client-type",
    "clock-skew",
    "discovery-url",
    "groups-autocreate",
    "groups-claim",
    "groups-overwrite",
    "max-age",
    "native-client-id",
    "native-client-key",
    "public-override",
    "query-userinfo",
    "redirect-urls",
    "require-acr",
    "require-amr",
    "token-auth-method",
    "userinfo-signed",
    "public",
];

/// Those of them that the caller has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings(BTreeSet<&'static str>);

impl Settings {
    /// Of the names that the caller gave, with `-` or `_`.
    pub(crate) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let names: BTreeSet<String> =
            names.into_iter().map(|name| name.replace('_', "-")).collect();
        Settings(NOT_EVERYWHERE.into_iter().filter(|name| names.contains(*name)).collect())
    }

    /// The advice without what the caller can't do; `None` if nothing is left.
    ///
    /// The advice has parts, separated by `; `. A part is a list of alternatives, separated by `, or `, perhaps after a
    /// reason and `: `.
    pub(crate) fn in_advice(&self, fix: &str) -> Option<String> {
        let fix = self.with_parameter(fix);
        let parts: Vec<_> = outside_brackets(&fix, "; ")
            .into_iter()
            .filter_map(|part| self.in_part(part))
            .collect();
        let mut advice = parts.join("; ");
        // What it was an alternative to may be gone.
        if let Some(rest) = advice.strip_prefix("or ") {
            advice = rest.to_owned();
        }
        Some(advice).filter(|advice| !advice.is_empty())
    }

    fn in_part(&self, part: &str) -> Option<String> {
        if self.has_all_of(part) {
            return Some(part.to_owned());
        }
        let (reason, alternatives) = match outside_brackets(part, ": ").as_slice() {
            [reason, _, ..] if self.has_all_of(reason) => {
                (Some(*reason), part.get(reason.len() + 2..).unwrap_or_default())
            }
            _ => (None, part),
        };
        let alternatives: Vec<_> = outside_brackets(alternatives, ", or ")
            .into_iter()
            .filter(|alternative| self.has_all_of(alternative))
            .collect();
        match (reason, alternatives.join(", or ")) {
            (Some(reason), none) if none.is_empty() => Some(reason.to_owned()),
            (Some(reason), alternatives) => Some(format!("{reason}: {alternatives}")),
            (None, none) if none.is_empty() => None,
            (None, alternatives) => Some(alternatives),
        }
    }

    /// The sentence of an error, whose words about settings are few.
    pub(crate) fn in_sentence(&self, sentence: &str) -> String {
        const WORDS: [(&str, &str, &str); 6] = [
            (
                ": set the realm's query-userinfo to 0 if the ID token says enough",
                "",
                "query-userinfo",
            ),
            (
                "; set the realm's query-userinfo to 0 if the ID token says enough",
                "",
                "query-userinfo",
            ),
            (", or set the realm's query-userinfo to 0", "", "query-userinfo"),
            ("the realm's clock-skew of", "an allowed clock skew of", "clock-skew"),
            ("issuer-url or discovery-url was changed", "issuer-url was changed", "discovery-url"),
            (
                "doesn't offer the realm's token-auth-method (without one: client_secret_basic or client_secret_post)",
                "offers neither client_secret_basic nor client_secret_post",
                "token-auth-method",
            ),
        ];
        let lacked = WORDS.into_iter().filter(|(.., setting)| !self.0.contains(setting));
        lacked.fold(sentence.to_owned(), |sentence, (words, others, _)| {
            sentence.replace(words, others)
        })
    }

    /// What callers are told beside the claims.
    pub(crate) fn in_warning(&self, warning: &Warning) -> String {
        let fix = warning.explanation().fix.as_deref().and_then(|fix| self.in_advice(fix));
        fix.map_or_else(|| warning.to_string(), |fix| format!("{warning}; {fix}"))
    }

    /// Where the command has an option, the API has a parameter.
    fn with_parameter(&self, fix: &str) -> String {
        match self.0.contains("public") {
            true => fix.replace("--public", "public=1"),
            false => fix.to_owned(),
        }
    }

    fn has_all_of(&self, text: &str) -> bool {
        let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let words = text.split(|c: char| !is_of_a_name(c));
        words.into_iter().all(|word| {
            !word.starts_with("--")
                && (word == "public" || !NOT_EVERYWHERE.contains(&word) || self.0.contains(word))
        })
    }
}

/// Splits at `separator`, but not within round brackets.
fn outside_brackets<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => (),
        }
        let (Some(before), Some(rest)) = (text.get(begin..at), text.get(at..)) else { continue };
        if depth == 0 && rest.starts_with(separator) {
            parts.push(before);
            begin = at + separator.len();
        }
    }
    parts.extend(text.get(begin..));
    parts
}

#[cfg(test)]
mod tests;
