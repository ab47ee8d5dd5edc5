//! The properties of the new realm: options first, and questions for what they leave open.

use onerealm::RealmConfig;
use zeroize::Zeroizing;

use super::provider::Provider;
use crate::failure::Failure;
use crate::prompt::{confirm, hidden, until};
use crate::realm_options::{NAME, Properties, RealmOptions, realm};
use crate::say::say;

const METADATA: &str = "/.well-known/openid-configuration";

/// The client types, as they are numbered.
const CLIENT_TYPES: [(&str, &str); 3] = [
    ("public", "a command or an application on somebody's machine; there is no client secret"),
    ("confidential", "a server, which keeps a client secret"),
    ("auto", "both through one registration: a web UI with the secret, a command without"),
];

pub(super) struct Answers {
    pub(super) name: String,
    pub(super) properties: Properties,
    /// Whether the provider doesn't answer, and is known not to.
    pub(super) is_offline: bool,
}

impl Answers {
    pub(super) fn has_secret(&self) -> bool {
        self.properties.iter().any(|(name, _)| *name == "client-key")
    }

    /// What the options say alone.
    pub(super) fn given(options: &RealmOptions, taken: &[String]) -> Result<Self, Failure> {
        let name = options.realm_name.as_deref().unwrap_or(NAME);
        let is_confidential = options.client_type.as_deref() == Some("confidential");
        let needs_key = is_confidential || options.has_private_key();
        let missing: Vec<_> = [
            ("--issuer", options.issuer.is_none()),
            ("--client-id", options.client_id.is_none()),
            ("--client-key-file", needs_key && options.client_key_file.is_none()),
            ("--name", options.realm_name.is_none() && is_taken(taken, name)),
        ]
        .into_iter()
        .filter_map(|(option, is_missing)| is_missing.then_some(option))
        .collect();
        if !missing.is_empty() {
            return Err(Failure::usage(format!(
                "there is no terminal to ask at, and these options are missing: {}",
                missing.join(", ")
            ))
            .fixed_by("see onerealm init --help"));
        }
        if is_taken(taken, name) {
            return Err(Failure::usage(format!("there is a realm {name} in the file already"))
                .fixed_by("give another --name, or change that realm with onerealm set"));
        }
        let mut properties = Properties::new();
        let first = [("issuer-url", &options.issuer), ("client-id", &options.client_id)];
        for (property, value) in first {
            properties.extend(value.clone().map(|value| (property, Zeroizing::new(value))));
        }
        properties.extend(options.rest()?);
        Ok(Answers { name: name.to_owned(), properties, is_offline: false })
    }

    /// The same with a question for each that is missing.
    pub(super) fn ask(
        options: &RealmOptions,
        taken: &[String],
        provider: Option<&Provider<'_>>,
    ) -> Result<Self, Failure> {
        options.private_key_is_named()?;
        let mut open = options.open()?;
        let (issuer, is_offline) = ask_for_issuer(options, &mut open, provider)?;
        let client_id = until("Client identifier", None, options.client_id.clone(), |answer| {
            judged(&issuer, answer, &Properties::new()).map(|_| answer.to_owned())
        })?;
        let client_type = ask_for_client_type(options.client_type.clone())?;
        open.retain(|(name, _)| *name != "client-type");
        let key = match (&options.client_key_file, client_type) {
            (Some(_), _) => options.rest()?.into_iter().find(|(name, _)| *name == "client-key"),
            (None, "public") => None,
            (None, _) => Some(("client-key", ask_for_secret()?)),
        };
        let default = free_name(taken);
        let name =
            until("Name of the realm", Some(&default), options.realm_name.clone(), |answer| {
                if is_taken(taken, answer) {
                    return Err(format!("there is a realm {answer} in the file already"));
                }
                let properties = pair(&issuer, &client_id);
                realm(answer, &properties).map(|_| answer.to_owned()).map_err(sentence)
            })?;
        let mut properties = pair(&issuer, &client_id);
        properties.extend(key);
        properties.push(("client-type", Zeroizing::new(client_type.to_owned())));
        properties.extend(open);
        Ok(Answers { name, properties, is_offline })
    }
}

/// The issuer, and whether it doesn't answer.
fn ask_for_issuer(
    options: &RealmOptions,
    open: &mut Properties,
    provider: Option<&Provider<'_>>,
) -> Result<(String, bool), Failure> {
    let mut given = options.issuer.clone();
    loop {
        let issuer = until("Issuer (the provider's URL)", None, given.take(), |answer| {
            if let Some(issuer) = answer.strip_suffix(METADATA) {
                return Err(format!(
                    "that is where its metadata is; the issuer is what the metadata says, probably {issuer}"
                ));
            }
            judged(answer, "x", &Properties::new()).map(|_| answer.to_owned())
        })?;
        let Some(provider) = provider else { return Ok((issuer, false)) };
        let failure = match judged(&issuer, "x", open) {
            Err(reason) => {
                return Err(Failure::usage(format!("the options can't be used: {reason}")));
            }
            Ok(realm) => match provider.answers(&realm) {
                Ok(()) => return Ok((issuer, false)),
                Err(failure) => failure,
            },
        };
        say!("{}", failure.text());
        if is_about_certificates(&failure) && ask_for_ca_file(open)? {
            given = Some(issuer);
        } else if confirm("Go on with this issuer all the same?")? {
            return Ok((issuer, true));
        }
    }
}

fn is_about_certificates(failure: &Failure) -> bool {
    let (code, _) = failure.code_and_status();
    code.starts_with("tls_unknown_issuer") || ["no_ca", "ca_file"].contains(&code)
}

/// Asks for certificates to trust; whether there is an answer.
fn ask_for_ca_file(open: &mut Properties) -> Result<bool, Failure> {
    let question = "File with certificates to trust, in PEM format (none: the system's)";
    let path = until(question, Some("none"), None, |answer| {
        if answer == "none" {
            return Ok(None);
        }
        let path = std::path::absolute(answer).map_err(|error| error.to_string())?;
        match onerealm::open_regular_file(&path) {
            Ok(_) => Ok(Some(path.display().to_string())),
            Err(error) => Err(format!("can't read {}: {error}", path.display())),
        }
    })?;
    let is_given = path.is_some();
    open.retain(|(name, _)| *name != "ca-file");
    open.extend(path.map(|path| ("ca-file", Zeroizing::new(path))));
    Ok(is_given)
}

fn ask_for_client_type(given: Option<String>) -> Result<&'static str, Failure> {
    if given.is_none() {
        say!("Who logs in through this client:");
        for (number, (name, meaning)) in (1..).zip(CLIENT_TYPES) {
            say!("  {number}  {name:<12}  {meaning}");
        }
    }
    until("Client type", Some("public"), given, |answer| {
        let numbered = (1..).zip(CLIENT_TYPES);
        let mut chosen =
            numbered.filter(|(number, (name, _))| answer == *name || answer == number.to_string());
        let chosen = chosen.next().map(|(_, (name, _))| name);
        chosen.ok_or_else(|| "answer public, confidential or auto, or 1, 2 or 3".to_owned())
    })
}

fn ask_for_secret() -> Result<Zeroizing<String>, Failure> {
    loop {
        let answer = hidden("Client secret (not shown): ")?;
        let key = Zeroizing::new(answer.trim().to_owned());
        if key.is_empty() {
            say!(
                "  a confidential client has a client secret: the provider shows it with the registration."
            );
            continue;
        }
        let properties = vec![("client-key", key.clone())];
        match judged("https://login.example", "x", &properties) {
            Ok(_) => return Ok(key),
            Err(reason) => say!("  {reason}."),
        }
    }
}

/// A realm with these properties, or why there is none.
fn judged(issuer: &str, client_id: &str, more: &Properties) -> Result<RealmConfig, String> {
    let mut properties = pair(issuer, client_id);
    properties.extend(more.iter().cloned());
    realm(NAME, &properties).map_err(sentence)
}

fn sentence(problem: onerealm_domains_cfg::Problem) -> String {
    problem.to_string()
}

fn pair(issuer: &str, client_id: &str) -> Properties {
    let values = [("issuer-url", issuer), ("client-id", client_id)];
    values.into_iter().map(|(name, value)| (name, Zeroizing::new(value.to_owned()))).collect()
}

fn is_taken(taken: &[String], name: &str) -> bool {
    taken.iter().any(|other| other == name)
}

/// The first name that no realm has.
fn free_name(taken: &[String]) -> String {
    let numbered = (2..).map(|number| format!("{NAME}{number}"));
    let mut names = std::iter::once(NAME.to_owned()).chain(numbered);
    names.find(|name| !is_taken(taken, name)).unwrap_or_default()
}
