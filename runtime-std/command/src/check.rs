//! What `check` found, for people and for programs.

use onerealm::{Asked, Class, ClientType, Logins, Probe, Report, Verdict};
use onerealm_core::{RedirectUri, RedirectUriKind};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::outcome::Outcome;

/// Checks a realm, and asks its provider besides with `probe`. What will stop logins is told with
/// everything else, and makes it fail.
pub(crate) fn run(
    logins: &Logins,
    realm: &str,
    redirect_url: Option<&str>,
    probe: bool,
) -> Result<Outcome, Failure> {
    let report = logins.check(realm, redirect_url)?;
    let source = logins.realms().source();
    let probes = probe.then(|| logins.probe(realm, redirect_url)).transpose()?;
    let probes = probes.as_deref();
    let refused = probes.unwrap_or_default().iter().filter(|p| p.verdict == Verdict::Bad).count();
    let outcome = Outcome::of(to_json(&report, probes, source), to_text(&report, probes, source));
    Ok(match report.problems.len() + refused {
        0 => outcome,
        found => outcome.and_failure(
            Failure::new(
                "check_failed",
                format!(
                    "logins in the realm {} will fail: {found} of what was found stops them",
                    report.realm
                ),
                Class::Realm as u8,
            )
            .fixed_by("do what the lines with \"problem\" and \"bad\" say, on standard output"),
        ),
    })
}

/// `realm`, `source`, `comment`, `issuer`, `usable_keys`, `logins`, `problems`, `store`, `notes`, and `probes` if the
/// provider was asked.
fn to_json(report: &Report, probes: Option<&[Probe]>, source: &str) -> Value {
    let login = |(url, decided): &(String, ClientType)| json!({"redirect_url": url, "client_type": decided.as_str()});
    let mut json = json!({
        "realm": report.realm,
        "source": source,
        "comment": report.comment,
        "issuer": report.issuer,
        "usable_keys": report.usable_keys,
        "logins": report.logins.iter().map(login).collect::<Vec<_>>(),
        "problems": report.problems,
        "store": report.store.as_ref().map(|(code, message)| json!({"code": code, "message": message})),
        "notes": report.notes,
    });
    if let Some(probes) = probes {
        json["probes"] = probes.iter().map(probe_to_json).collect();
    }
    json
}

fn probe_to_json(probe: &Probe) -> Value {
    json!({
        "redirect_url": probe.redirect_url,
        "client_type": probe.client_type.as_str(),
        "asked": asked(probe.asked),
        "came": probe.came,
        "meaning": probe.meaning,
        "verdict": probe.verdict.as_str(),
    })
}

/// A line for the realm, one for where it is described, one for each login, problem and note, one for a store that doesn't work as it should, and some for each question.
pub(crate) fn to_text(report: &Report, probes: Option<&[Probe]>, source: &str) -> String {
    let Report { realm, issuer, usable_keys, logins, problems, notes, .. } = report;
    let comment = report.comment.as_ref().map(|comment| format!(" ({comment})"));
    let comment = comment.unwrap_or_default();
    let realm =
        format!("realm {realm}{comment}: provider {issuer} answers; usable keys: {usable_keys}");
    let logins =
        logins.iter().map(|(url, decided)| format!("  {url}: a {} login", decided.as_str()));
    let problems = problems.iter().map(|problem| format!("  problem: {problem}"));
    let store = report.store.iter().map(|(code, message)| format!("  store: {message} [{code}]"));
    let notes = notes.iter().map(|note| format!("  note: {note}"));
    let not_asked = probes.map(|probes| not_asked(report, probes)).unwrap_or_default();
    let probes = probes.unwrap_or_default().iter().map(probe_to_text);
    let lines: Vec<_> = [realm, format!("  described in {source}")]
        .into_iter()
        .chain(logins)
        .chain(problems)
        .chain(store)
        .chain(notes)
        .chain(probes)
        .chain(not_asked)
        .collect();
    lines.join("\n")
}

/// A line for each redirect URL that stands for those of a web UI and was not asked about.
fn not_asked(report: &Report, probes: &[Probe]) -> Vec<String> {
    let is_asked = |(url, _): &&(String, ClientType)| {
        is_loopback(url) || probes.iter().any(|probe| probe.redirect_url == *url)
    };
    let line = |(url, _): &(String, ClientType)| {
        format!(
            "  {url}: not asked, as it only stands for a web UI: ask with --redirect-url and the web UI's own address"
        )
    };
    report.logins.iter().filter(|login| !is_asked(login)).map(line).collect()
}

/// Whether it was asked about with a port of its own.
fn is_loopback(url: &str) -> bool {
    RedirectUri::parse(url).is_ok_and(|url| url.kind() == RedirectUriKind::Loopback)
}

fn probe_to_text(probe: &Probe) -> String {
    let Probe { redirect_url, client_type, came, meaning, .. } = probe;
    let (asked, client_type) = (asked(probe.asked), client_type.as_str());
    let verdict = probe.verdict.as_str();
    format!(
        "  {redirect_url}, {client_type}, {asked}: {verdict}\n    came: {came}\n    means: {meaning}"
    )
}

fn asked(asked: Asked) -> &'static str {
    match asked {
        Asked::Authorization => "authorization request",
        Asked::Token => "token request",
    }
}
