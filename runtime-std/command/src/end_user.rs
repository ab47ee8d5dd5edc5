//! The end user, for programs.

use onerealm::{Explanation, Groups, User, Warning};
use serde_json::{Value, json};

use crate::output::visible_line;
use crate::say::say;

/// The names of what is left out that are listed.
const LISTED: usize = 8;

/// The longest of them, in characters.
const LISTED_LEN: usize = 80;

/// `realm`, `username`, `client_type`, `issuer`, `subject`, `groups`, `warnings` and `claims`.
///
/// Tokens among the claims are left out, with a word on standard error.
pub(crate) fn to_json(user: User) -> Value {
    let (claims, removed) = user.claims.without_tokens();
    if !removed.is_empty() {
        let more = if removed.len() > LISTED { " and more" } else { "" };
        let short = |path: &String| path.chars().take(LISTED_LEN).collect::<String>();
        let names = removed.iter().take(LISTED).map(short).collect::<Vec<_>>().join(", ");
        say!("Tokens among the claims are left out: {}{more}.", visible_line(&names));
    }
    json!({
        "realm": user.realm,
        "username": user.username,
        "client_type": user.client_type.as_str(),
        "issuer": user.issuer,
        "subject": user.subject,
        "groups": groups(&user.groups),
        "warnings": user.warnings.iter().map(warning).collect::<Vec<_>>(),
        "claims": Value::from(claims),
    })
}

/// `status` (`not_configured`, `absent`, `overage` or `listed`), `valid` and `invalid`.
fn groups(groups: &Groups) -> Value {
    let (status, invalid) = match groups {
        Groups::NotConfigured => ("not_configured", &[][..]),
        Groups::Absent => ("absent", &[][..]),
        Groups::Overage => ("overage", &[][..]),
        Groups::Listed { invalid, .. } => ("listed", &invalid[..]),
    };
    json!({ "status": status, "valid": groups.valid(), "invalid": invalid })
}

/// `code`, `message`, `advice`, `expected` and `came`.
fn warning(warning: &Warning) -> Value {
    let Explanation { code, sentence, expected, came, fix, .. } = warning.explanation();
    json!({
        "code": code, "message": sentence, "advice": fix, "expected": expected, "came": came,
    })
}
