//! API tokens: made, deleted, and remembered by name.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::args::{Format, Token};
use super::format::{backup_server, exports};
use super::private_file;
use super::problem::{ANSWER, FILE_DAMAGED, REFUSED, TICKET_EXPIRED};
use super::product::Product;
use super::refusal::Refusal;
use super::session::Session;
use super::ticket::Ticket;
use super::token_arguments::parse_name;
use crate::failure::Failure;
use crate::outcome::Outcome;

const NOT_MADE: &str = "if there is a token of this name already, choose another name, or delete that one with --delete; a missing permission is for the node's administrator to give";
const NOT_DELETED: &str = "look in the web UI under API Tokens whether there is a token of this name; a missing permission is for the node's administrator to give";

#[derive(Deserialize)]
struct TokenData {
    value: Zeroizing<String>,
}

/// Makes or deletes a token of whom the ticket is for.
pub(crate) fn run(
    session: &Session,
    ticket: &Ticket,
    args: &Token,
    format: Format,
) -> Result<Outcome, Failure> {
    let product = session.node.product;
    if args.delete {
        let _lock = session.kept.lock()?;
        delete(session, ticket, &args.name).map_err(|refusal| of_token(refusal, NOT_DELETED))?;
        let mut made = Made::read(session)?;
        made.forget(&ticket.username, &args.name)?;
        return Ok(Outcome::text(&format!("{}!{} is deleted", ticket.username, args.name)));
    }
    let expires = session.now().saturating_add(args.expires.0);
    let expire = expires.to_string();
    let mut form = vec![("expire", expire.as_str()), ("comment", "made by onerealm")];
    if product == Product::Pve {
        form.push(("privsep", if args.no_privsep { "0" } else { "1" }));
    }
    // The names are one file: nobody else writes it meanwhile.
    let _lock = session.kept.lock()?;
    // Its name is known before it is made: what was made can always be deleted.
    let mut made = Made::read(session)?;
    let before = made.tokens.clone();
    made.add(&ticket.username, &args.name, expires)?;
    let cookie = ticket.cookie(product);
    let path = path(ticket, &args.name);
    let answer = session.node.post::<TokenData>(&path, &form, Some(ticket.credentials(&cookie)));
    let answer = match answer {
        Ok(answer) => answer,
        Err(refusal) => {
            // One of this name may have been made earlier; without an answer, this one may be there.
            if refusal.is_certain() {
                made.tokens = before;
                made.write()?;
            }
            return Err(of_token(refusal, NOT_MADE));
        }
    };
    let value = answer.data.value;
    let is_value = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if value.is_empty() || value.len() > 256 || !value.bytes().all(is_value) {
        return Err(ANSWER.says("the node's answer has a token that can't be one"));
    }
    Ok(show(session, ticket, args, &value, expires, format)?.only_here())
}

/// Checks what can be said before anything is sent.
pub(crate) fn check(args: &Token) -> Result<(), Failure> {
    let product = args.way.node.product;
    match product {
        Product::Pve => Ok(()),
        Product::Pbs if !args.no_privsep => Ok(()),
        Product::Pbs => Err(Failure::usage(
            "Proxmox Backup Server has no --no-privsep: a token has the permissions that it is given".to_owned(),
        )),
        Product::Pdm | Product::Pmg => Err(Failure::usage(format!(
            "no API token is made at {}: that is for Proxmox VE and Proxmox Backup Server",
            product.name()
        ))),
    }
}

fn show(
    session: &Session,
    ticket: &Ticket,
    args: &Token,
    value: &Zeroizing<String>,
    expires: u64,
    format: Format,
) -> Result<Outcome, Failure> {
    let node = &session.node;
    let id = format!("{}!{}", ticket.username, args.name);
    let separator = if node.product == Product::Pbs { ':' } else { '=' };
    let whole = Zeroizing::new(format!("{id}{separator}{}", value.as_str()));
    Ok(match format {
        Format::Text => Outcome::text(&whole),
        Format::Env if node.product == Product::Pbs => {
            Outcome::text(&exports(&backup_server(value, session.pin))?)
        }
        Format::Env => Outcome::text(&exports(&vec![
            ("PROXMOX_VE_ENDPOINT", Zeroizing::new(node.address.endpoint())),
            ("PROXMOX_VE_API_TOKEN", whole),
        ])?),
        Format::Json => Outcome::text(
            &json!({
                "product": node.product.short(),
                "endpoint": node.address.endpoint(),
                "token_id": id,
                "value": value.as_str(),
                "expires_at": expires,
            })
            .to_string(),
        ),
    })
}

pub(crate) fn delete(session: &Session, ticket: &Ticket, name: &str) -> Result<(), Refusal> {
    let cookie = ticket.cookie(session.node.product);
    let who = ticket.credentials(&cookie);
    session.node.delete(&path(ticket, name), who)
}

/// Why no token was made or deleted.
///
/// Proxmox VE gives its reason in the status line alone, which the HTTP client leaves out, so the advice names the usual one.
fn of_token(refusal: Refusal, advice: &'static str) -> Failure {
    match refusal {
        Refusal::Unauthorized(_) => TICKET_EXPIRED
            .says("the node takes the ticket no more: it expired, or its user was changed"),
        refusal => {
            let failure = refusal.into_failure();
            if failure.code() == REFUSED.code { failure.fixed_by(advice) } else { failure }
        }
    }
}

fn path(ticket: &Ticket, name: &str) -> String {
    let user: String = url::form_urlencoded::byte_serialize(ticket.username.as_bytes()).collect();
    format!("/access/users/{user}/token/{name}")
}

/// The names of the tokens that were made at a node, for `logout`.
pub(crate) struct Made {
    file: PathBuf,
    pub(crate) tokens: Vec<MadeToken>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MadeToken {
    pub(crate) username: String,
    pub(crate) name: String,
    expires: u64,
}

impl Made {
    pub(crate) fn read(session: &Session) -> Result<Self, Failure> {
        let node = &session.node;
        let name = Sha256::digest(format!("{}\0{}", node.product.short(), node.address));
        let name: String = name.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let folder = session.state.join("nodes");
        private_file::make_directory(&folder)?;
        let file = folder.join(format!("{name}.tokens"));
        let damaged =
            || FILE_DAMAGED.says(format!("{} isn't what was written there", file.display()));
        let mut tokens: Vec<MadeToken> = match private_file::read(&file)? {
            Some(text) => serde_json::from_str(&text).map_err(|_| damaged())?,
            None => Vec::new(),
        };
        if tokens.iter().any(|token| parse_name(&token.name).is_err()) {
            return Err(damaged());
        }
        let now = session.now();
        tokens.retain(|token| token.expires > now);
        Ok(Made { file, tokens })
    }

    fn add(&mut self, username: &str, name: &str, expires: u64) -> Result<(), Failure> {
        self.tokens.retain(|token| token.username != username || token.name != name);
        self.tokens.push(MadeToken {
            username: username.to_owned(),
            name: name.to_owned(),
            expires,
        });
        self.write()
    }

    pub(crate) fn forget(&mut self, username: &str, name: &str) -> Result<(), Failure> {
        self.tokens.retain(|token| token.username != username || token.name != name);
        self.write()
    }

    fn write(&self) -> Result<(), Failure> {
        if self.tokens.is_empty() {
            return private_file::remove(&self.file);
        }
        private_file::write(&self.file, &serde_json::to_string(&self.tokens).unwrap_or_default())
    }
}
