//! The groups of an end user.

use std::collections::HashSet;

use onerealm_core::Identity;
use onerealm_core::wire::Value;

use crate::claims::{claim_at, roots, tokens};
use crate::codes::codes;
use crate::error::difference::Difference;
use crate::error::explanation::Explanation;
use crate::error::{advice, shown};

/// The value of the claim that the realm's `groups-claim` names.
///
/// The caller decides which groups to add the end user to. Only [`Listed`](Self::Listed) is
/// definite: leave the groups unchanged in every other case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    /// The realm has no `groups-claim`.
    NotConfigured,
    /// The claim is missing or null: the end user is in no group, or the provider doesn't send it.
    Absent,
    /// The end user is in more groups than fit into a token: the provider left the claim out and
    /// said so (`_claim_names`, or Entra ID's `hasgroups`). The groups are unknown.
    Overage,
    /// The claim is a string, an array of strings, or an object whose member names are the groups.
    Listed {
        /// Names that Proxmox products accept (ASCII letters, digits, `.`, `-` and `_`), each once,
        /// in the claim's order. They are never rewritten, and have no `-REALM` suffix.
        valid: Vec<String>,
        /// The others, each once: names with other characters, and the JSON text of items that are
        /// not strings; `(a token)` in place of those with a token in them. Not safe to show
        /// unescaped.
        invalid: Vec<String>,
    },
}

impl Groups {
    pub(crate) fn of(identity: &Identity<'_>, claim: Option<&str>) -> Self {
        let Some(claim) = claim else { return Groups::NotConfigured };
        // Each item, and whether it is a string.
        let names: Vec<(String, bool)> = match claim_at(identity, claim) {
            None | Some(Value::Null) if is_left_out(identity, claim) => return Groups::Overage,
            None | Some(Value::Null) => return Groups::Absent,
            Some(Value::Array(items)) => items.items().map(name).collect(),
            Some(Value::Object(object)) => {
                object.members().map(|(member, _)| name(Value::String(member))).collect()
            }
            Some(other) => vec![name(other)],
        };
        let (mut valid, mut invalid) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for (name, is_text) in names {
            if seen.insert((name.clone(), is_text)) {
                let is_valid = is_text && is_group_name(&name);
                let list = if is_valid { &mut valid } else { &mut invalid };
                list.push(name);
            }
        }
        Groups::Listed { valid, invalid }
    }

    /// The groups, if known, with names that Proxmox products accept.
    pub fn valid(&self) -> &[String] {
        match self {
            Groups::Listed { valid, .. } => valid,
            Groups::NotConfigured | Groups::Absent | Groups::Overage => &[],
        }
    }
}

/// An item of the claim: its characters or its JSON text, and whether it is a string.
fn name(item: Value<'_>) -> (String, bool) {
    let text = shown::plain(item);
    // No group, and not to be shown as one that can't be used.
    if tokens::is_in(&text) {
        return ("(a token)".to_owned(), false);
    }
    (text, matches!(item, Value::String(_)))
}

/// Whether the provider says that the claim exists but is not in the token.
fn is_left_out(identity: &Identity<'_>, claim: &str) -> bool {
    // Entra ID, when a response would get too long. It does so for `groups` only.
    let is_true = |value: Value<'_>| match value {
        Value::Bool(is_true) => is_true,
        Value::String(text) => text == *"true",
        _ => false,
    };
    identity.is_elsewhere(claim)
        || roots(claim).any(|root| identity.claim(root).is_none() && identity.is_elsewhere(root))
        || (claim == "groups" && identity.claim("hasgroups").is_some_and(is_true))
}

/// What pve-access-control 9.1.1 accepts as a group's name (`groupname_regex`), of any length.
fn is_group_name(name: &str) -> bool {
    let is_allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_');
    !name.is_empty() && name.bytes().all(is_allowed)
}

/// Something the realm asks for and the provider didn't send; the login succeeds without it.
///
/// `Display` is one line without secrets; [`code`](Self::code) is stable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The end user's groups are unknown: [`Groups::Overage`].
    GroupsOverage {
        /// The claim that `groups-claim` names.
        claim: String,
    },
    /// Some groups were left out: `invalid` of [`Groups::Listed`].
    GroupsInvalid {
        /// The claim that `groups-claim` names.
        claim: String,
        /// The names, unescaped.
        names: Vec<String>,
    },
}

codes! {
    Warning {
        warning @ Self::GroupsOverage { .. } => "groups_overage",
            "the end user is in more groups than the ID token has room for, so that none of them is known ({})",
            warning.difference();
        warning @ Self::GroupsInvalid { .. } => "groups_invalid",
            "groups whose names Proxmox products don't take are left out ({})", warning.difference();
    }
}

impl Warning {
    pub(crate) fn of(groups: &Groups, claim: Option<&str>) -> Vec<Self> {
        let claim = claim.unwrap_or_default().to_owned();
        match groups {
            Groups::Overage => vec![Warning::GroupsOverage { claim }],
            Groups::Listed { invalid, .. } if !invalid.is_empty() => {
                vec![Warning::GroupsInvalid { claim, names: invalid.clone() }]
            }
            _ => Vec::new(),
        }
    }

    /// What to tell people. `Display` is the sentence with both values.
    pub fn explanation(&self) -> Explanation {
        let Difference { expected, came, advice } = self.difference();
        Explanation {
            code: self.code(),
            sentence: self.to_string(),
            expected: Some(expected),
            came: Some(came),
            who: advice.who,
            fix: Some(advice.fix),
        }
    }

    fn difference(&self) -> Difference {
        match self {
            Warning::GroupsOverage { claim } => Difference::new(
                format!("the claim {}, as groups-claim says", shown::quoted(claim)),
                "a note in its place that it is left out (_claim_names or hasgroups)".to_owned(),
                if claim == "roles" { advice::ROLES_OVERAGE } else { advice::GROUPS_OVERAGE },
            ),
            Warning::GroupsInvalid { claim, names } => Difference::new(
                format!(
                    "names of letters, digits, '.', '-' and '_' in the claim {}, as groups-claim says",
                    shown::quoted(claim)
                ),
                shown::list(names.iter().map(|name| shown::quoted_item(name))),
                advice::GROUPS_INVALID,
            ),
        }
    }
}
