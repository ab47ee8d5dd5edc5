//! Why a node gives no answer that can be used, in its own words.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use super::problem::{OTHER_PRODUCT, REFUSED, shown};
use crate::failure::Failure;

/// Parameters that are never repeated, should a node do so.
const SECRET: [&str; 3] = ["code", "password", "state"];

/// Why there is no answer that can be used.
pub(crate) enum Refusal {
    /// The parameters (HTTP 400), by name and with the node's words.
    Parameters(BTreeMap<String, String>),
    /// Who asks (HTTP 401), with the node's words.
    Unauthorized(String),
    /// Anything else.
    Failure(Failure),
}

impl Refusal {
    /// As the end of the command, where nothing else is to be tried.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Refusal::Parameters(errors) => {
                let errors: Vec<_> = errors
                    .iter()
                    .take(8)
                    .map(|(name, text)| format!("{}: {}", shown(name), shown(text)))
                    .collect();
                REFUSED.says(format!("the node refused the request ({})", errors.join("; ")))
            }
            Refusal::Unauthorized(words) => {
                REFUSED.says(format!("the node refused the request with 401{}", said(&words)))
            }
            Refusal::Failure(failure) => failure,
        }
    }

    /// Whether the node certainly did nothing of what it was asked for.
    pub(crate) fn is_certain(&self) -> bool {
        match self {
            Refusal::Parameters(_) | Refusal::Unauthorized(_) => true,
            Refusal::Failure(failure) => {
                [REFUSED.code, OTHER_PRODUCT.code].contains(&failure.code())
            }
        }
    }

    /// Whether the node's schema has no parameter of this name.
    pub(crate) fn is_unknown_parameter(&self, name: &str) -> bool {
        match self {
            Refusal::Parameters(errors) => errors.get(name).is_some_and(|text| {
                text.contains("not defined in schema") || text.contains("schema does not allow")
            }),
            Refusal::Unauthorized(_) | Refusal::Failure(_) => false,
        }
    }
}

/// Words of the node as the end of a sentence.
pub(crate) fn said(words: &str) -> String {
    let words = shown(words);
    if words.is_empty() { words } else { format!(" (it says: {words})") }
}

#[derive(Deserialize)]
struct Errors {
    errors: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

/// What is wrong with which parameter: an object in Proxmox VE and Mail Gateway, lines in Backup Server and Datacenter
/// Manager.
pub(crate) fn refused_parameters(body: &[u8]) -> Option<BTreeMap<String, String>> {
    let of_lines = || {
        let text = std::str::from_utf8(body).ok()?.strip_prefix("parameter verification errors")?;
        let line = |line: &str| {
            let (name, text) = line.strip_prefix("parameter '")?.split_once("': ")?;
            Some((name.to_owned(), text.to_owned()))
        };
        Some(text.lines().filter_map(line).collect())
    };
    let errors = match serde_json::from_slice::<Errors>(body) {
        Ok(Errors { errors }) => Some(errors),
        Err(_) => of_lines(),
    };
    errors.filter(|errors| !errors.is_empty())
}

/// What the node says of a failure: `message`, or a body of plain text.
pub(crate) fn words(body: &[u8], is_html: bool, secrets: &Secrets) -> String {
    let words = match serde_json::from_slice::<Message>(body) {
        Ok(Message { message }) => message,
        Err(_) if is_html || body.starts_with(b"{") => String::new(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    secrets.hide(words)
}

/// What a request holds that is never repeated, as it is and as it is in a form.
pub(crate) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    /// Those of a form, and `more`.
    pub(crate) fn of<'a>(
        form: &[(&str, &'a str)],
        more: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let of_form =
            form.iter().filter(|(name, _)| SECRET.contains(name)).map(|(_, value)| *value);
        let secrets = of_form.chain(more).filter(|secret| !secret.is_empty());
        let spelled =
            |secret: &str| [secret.to_owned(), byte_serialize(secret.as_bytes()).collect()];
        Secrets(secrets.flat_map(spelled).map(Zeroizing::new).collect())
    }

    pub(crate) fn hide(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| text.replace(secret.as_str(), "(hidden)"))
    }
}
