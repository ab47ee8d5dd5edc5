//! The end user, for programs.

use onerealm::{Explanation, Groups, User, Warning};
use serde_json::{Value, json};

/// `realm`, `username`, `client_type`, `issuer`, `subject`, `groups`, `warnings` and `claims`.
pub(crate) fn to_json(user: User) -> Value {
    json!({
        "realm": user.realm,
        "username": user.username,
        "client_type": user.client_type.as_str(),
        "issuer": user.issuer,
        "subject": user.subject,
        "groups": groups(&user.groups),
        "warnings": user.warnings.iter().map(warning).collect::<Vec<_>>(),
        "claims": Value::from(user.claims),
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
