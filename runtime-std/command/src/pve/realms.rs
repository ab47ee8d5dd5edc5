//! Which realm of a node a login is for.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use serde::Deserialize;

use super::node::Node;
use super::problem::{
    ANSWER, NO_OPENID_REALM, OTHER_PRODUCT, REALM_CHOICE, REALM_TYPE, REALM_UNKNOWN, shown,
};
use super::product::Product;
use crate::failure::Failure;
use crate::output::say_text;
use crate::say::say;

/// How many realms are listed in a message.
const LISTED: usize = 20;

#[derive(Deserialize)]
struct Realm {
    realm: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    comment: Option<String>,
}

/// The realm to log in to: the one that is named, the only one at an OpenID Provider, or what the end user answers.
pub(crate) fn choose(node: &Node, named: Option<&str>) -> Result<String, Failure> {
    let mut realms: Vec<Realm> =
        node.get(node.product.realms_path()).map_err(|refusal| refusal.into_failure())?.data;
    check_product(node, &realms)?;
    if let Some(name) = named {
        return of_right_type(node, &realms, name).map(|()| name.to_owned());
    }
    realms.retain(|realm| realm.kind == node.product.realm_type());
    if realms.iter().any(|realm| !is_name(&realm.realm)) {
        return Err(ANSWER.says(format!("{} has a realm whose name can't be one", node.address)));
    }
    match realms.as_slice() {
        [] => {
            Err(NO_OPENID_REALM
                .says(format!("{} has no realm at an OpenID Provider", node.address)))
        }
        [only] => Ok(only.realm.clone()),
        several => ask(several),
    }
}

/// A realm that each product has under its own name tells which one it is.
fn check_product(node: &Node, realms: &[Realm]) -> Result<(), Failure> {
    let others = Product::ALL.into_iter().filter(|product| *product != node.product);
    for other in others {
        if realms.iter().any(|realm| realm.kind == other.short()) {
            return Err(OTHER_PRODUCT.says(format!(
                "{} is {}, not {}: give --product {}",
                node.address,
                other.name(),
                node.product.name(),
                other.short()
            )));
        }
    }
    Ok(())
}

fn of_right_type(node: &Node, realms: &[Realm], name: &str) -> Result<(), Failure> {
    let right = node.product.realm_type();
    match realms.iter().find(|realm| realm.realm == name) {
        Some(realm) if realm.kind == right && is_name(name) => Ok(()),
        Some(realm) if realm.kind != right => Err(REALM_TYPE.says(format!(
            "the realm {name} of {} is of type {}, not {right}",
            node.address,
            shown(&realm.kind)
        ))),
        // A ticket of it would be kept in a file of that name.
        Some(_) | None => Err(REALM_UNKNOWN.says(format!(
            "{} has no realm {}; those at an OpenID Provider: {}",
            node.address,
            shown(name),
            list(realms.iter().filter(|realm| realm.kind == right))
        ))),
    }
}

/// A question on a terminal; an error with the list elsewhere.
fn ask(realms: &[Realm]) -> Result<String, Failure> {
    let choice = || {
        REALM_CHOICE.says(format!(
            "there are several realms at an OpenID Provider: {}",
            list(realms.iter())
        ))
    };
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(choice());
    }
    for (number, realm) in realms.iter().take(LISTED).enumerate() {
        let comment = realm.comment.as_deref().map(shown).unwrap_or_default();
        say!("{:>3}  {}  {comment}", number + 1, realm.realm);
    }
    for _ in 0..3 {
        say_text("Log in to which realm? ");
        let mut line = String::new();
        let read = std::io::stdin().lock().take(1024).read_line(&mut line);
        if !matches!(read, Ok(length) if length > 0) {
            return Err(choice());
        }
        let answer = line.trim();
        let number = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let chosen = number.and_then(|at| realms.iter().take(LISTED).nth(at));
        if let Some(realm) = chosen.or_else(|| realms.iter().find(|realm| realm.realm == answer)) {
            return Ok(realm.realm.clone());
        }
    }
    Err(choice())
}

fn list<'a>(realms: impl Iterator<Item = &'a Realm>) -> String {
    let names: Vec<_> = realms.take(LISTED).map(|realm| shown(&realm.realm)).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Whether it can be the name of a realm, and of a file.
pub(crate) fn is_name(text: &str) -> bool {
    (2..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}
