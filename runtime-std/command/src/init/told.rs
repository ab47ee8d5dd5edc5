//! What is left to do when the realm is written.

use std::path::Path;

use onerealm::RealmConfig;
use onerealm_core::ClientTypeSetting;
use serde_json::json;

use crate::outcome::Outcome;

/// Providers that know installed applications take any port there.
const LOOPBACK: &str = "http://127.0.0.1/callback";

/// An example, as only the administrator of a web UI knows its address.
const WEB: &str = "https://pve.example:8006";

pub(super) fn outcome(realm: &RealmConfig, path: &Path, is_new: bool, is_named: bool) -> Outcome {
    let name = realm.name();
    let config = match is_named {
        true => format!("--config {} ", quoted(&path.display().to_string())),
        false => String::new(),
    };
    let next = [
        format!("onerealm {config}check {name} --probe"),
        format!("onerealm {config}login {name}"),
    ];
    let urls = redirect_urls(realm);
    let how = if is_new { "which is new, and only yours to read" } else { "after what was there" };
    let mut lines = vec![
        format!("The realm {name} is in {}, {how}.", path.display()),
        format!(
            "Register at the provider, for the client {}:",
            realm.realm.registration.client_id.as_str()
        ),
    ];
    lines.extend(urls.iter().map(|(url, _, meaning)| format!("  {url}  {meaning}")));
    lines.extend(credential(realm));
    lines.push("Then:".to_owned());
    lines.extend(next.iter().map(|command| format!("  {command}")));
    let urls = urls
        .iter()
        .map(|(url, client_type, _)| json!({"redirect_url": url, "client_type": client_type}));
    let json = json!({
        "realm": name,
        "file": path.display().to_string(),
        "is_new": is_new,
        "redirect_urls": urls.collect::<Vec<_>>(),
        "next": next,
    });
    Outcome::of(json, lines.join("\n"))
}

/// What the provider must have of a private key.
fn credential(realm: &RealmConfig) -> Option<String> {
    let files = realm.client_key.as_ref()?;
    Some(match &files.certificate {
        Some(certificate) => format!("  {}  the certificate", certificate.display()),
        None => format!(
            "  the public key, as `openssl pkey -in {} -pubout` prints it",
            quoted(&files.key.display().to_string())
        ),
    })
}

/// Each redirect URL with the client type of its logins, and for whom it is.
fn redirect_urls(realm: &RealmConfig) -> Vec<(&'static str, &'static str, &'static str)> {
    let has_secret = realm.realm.registration.credential.is_some();
    let public = (
        LOOPBACK,
        "public",
        "for this command: an installed (native, desktop) application, a public client; any port",
    );
    let web =
        |client_type| (WEB, client_type, "for a web UI: its address, exactly as browsers show it");
    match (realm.realm.client_type, has_secret) {
        (ClientTypeSetting::Auto, true) => vec![web("confidential"), public],
        (ClientTypeSetting::Auto, false) => vec![web("public"), public],
        (ClientTypeSetting::Public, _) | (_, false) => vec![public],
        (_, true) => vec![
            web("confidential"),
            (
                LOOPBACK,
                "confidential",
                "for this command, if the provider takes the secret from there; any port",
            ),
        ],
    }
}

/// As a shell reads it.
fn quoted(path: &str) -> String {
    let is_plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+:\\".contains(c));
    if is_plain { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}
