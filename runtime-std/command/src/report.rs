//! What `check` found, for people and for programs.

use onerealm::{ClientType, Report};
use serde_json::{Value, json};

/// `realm`, `comment`, `issuer`, `usable_keys`, `logins` and `notes`.
pub(crate) fn to_json(report: &Report) -> Value {
    let login = |(url, decided): &(String, ClientType)| json!({"redirect_url": url, "client_type": decided.as_str()});
    json!({
        "realm": report.realm,
        "comment": report.comment,
        "issuer": report.issuer,
        "usable_keys": report.usable_keys,
        "logins": report.logins.iter().map(login).collect::<Vec<_>>(),
        "notes": report.notes,
    })
}

/// A line for the realm, one for each login and one for each note.
pub(crate) fn to_text(report: &Report) -> String {
    let Report { realm, issuer, usable_keys, logins, notes, .. } = report;
    let comment = report.comment.as_ref().map(|comment| format!(" ({comment})"));
    let comment = comment.unwrap_or_default();
    let realm =
        format!("realm {realm}{comment}: provider {issuer} answers; usable keys: {usable_keys}");
    let logins =
        logins.iter().map(|(url, decided)| format!("  {url}: a {} login", decided.as_str()));
    let notes = notes.iter().map(|note| format!("  note: {note}"));
    let lines: Vec<_> = [realm].into_iter().chain(logins).chain(notes).collect();
    lines.join("\n")
}
