//! `onerealm pve`: tickets of Proxmox hosts by their own OpenID Connect realms.

mod address;
pub(crate) mod args;
mod certificate;
mod credentials;
mod exec;
mod format;
mod kept;
mod lock;
mod login;
mod node;
mod obtain;
mod pins;
mod private_file;
mod problem;
mod product;
mod realms;
mod refusal;
mod session;
mod ticket;
mod token;
mod token_arguments;
mod transport;

use std::path::Path;

use onerealm::UnixTime;

use args::{Format, NodeArgs, Pve, PveCommand};
use obtain::Wanted;
pub(crate) use problem::CODES;
use session::Session;
use ticket::Ticket;

use crate::failure::Failure;
use crate::interrupt;
use crate::outcome::Outcome;

pub(crate) fn run(
    pve: Pve,
    state: &Path,
    json: bool,
    clock: fn() -> UnixTime,
) -> Result<Outcome, Failure> {
    interrupt::watch();
    let format = |given: Option<Format>| match given {
        Some(format) => format,
        None if json => Format::Json,
        None => Format::Text,
    };
    match pve.command {
        PveCommand::Login(args::Ticket { way, format: given }) => {
            let mut session = Session::new(&way.node, state, clock)?;
            let ticket = obtain::ticket(&mut session, &way, Wanted::New)?;
            show(&session, &ticket, format(given))
        }
        PveCommand::Ticket(args::Ticket { way, format: given }) => {
            let mut session = Session::new(&way.node, state, clock)?;
            let ticket = obtain::ticket(&mut session, &way, Wanted::Any)?;
            Ok(show(&session, &ticket, format(given))?.only_here())
        }
        PveCommand::Exec { way, command } => {
            let mut session = Session::new(&way.node, state, clock)?;
            let ticket = obtain::ticket(&mut session, &way, Wanted::Any)?;
            let node = &session.node;
            let variables = format::variables(&ticket, node.product, &node.address, session.pin);
            exec::run(&command, &variables, node.product, &node.address)
        }
        PveCommand::Token(args) => {
            token::check(&args)?;
            let mut session = Session::new(&args.way.node, state, clock)?;
            let ticket = obtain::ticket(&mut session, &args.way, Wanted::Any)?;
            token::run(&session, &ticket, &args, format(args.format))
        }
        PveCommand::Logout(args) => logout(&args, state, clock),
    }
}

fn show(session: &Session, ticket: &Ticket, format: Format) -> Result<Outcome, Failure> {
    format::ticket(ticket, session.node.product, &session.node.address, session.pin, format)
}

/// Deletes the tokens that were made, as far as there is a ticket to do it with, and forgets the tickets.
fn logout(args: &NodeArgs, state: &Path, clock: fn() -> UnixTime) -> Result<Outcome, Failure> {
    let session = Session::new(args, state, clock)?;
    let _lock = session.kept.lock()?;
    let mut tickets = session.kept.all(session.now())?;
    tickets.retain(|ticket| args.realm.as_ref().is_none_or(|realm| *realm == ticket.realm));
    let mut made = token::Made::read(&session)?;
    let mut lines = Vec::new();
    for ticket in &tickets {
        for token in made.tokens.clone().iter().filter(|t| t.username == ticket.username) {
            match token::delete(&session, ticket, &token.name) {
                Ok(()) => {
                    made.forget(&token.username, &token.name)?;
                    lines.push(format!("{}!{} is deleted", token.username, token.name));
                }
                // Whatever the node says, the ticket is forgotten. Where it says nothing, there is another time.
                Err(_) if session.node.has_answered() => {}
                Err(refusal) => return Err(refusal.into_failure()),
            }
        }
    }
    for ticket in &tickets {
        session.kept.remove(&ticket.realm)?;
    }
    let left: Vec<_> =
        made.tokens.iter().map(|token| format!("{}!{}", token.username, token.name)).collect();
    if args.realm.is_none() && !left.is_empty() {
        return Err(problem::TOKENS_LEFT.says(format!(
            "these API tokens are not deleted, as there is no ticket that the node takes for that: {}",
            left.join(", ")
        )));
    }
    lines.push(match tickets.len() {
        0 => "no ticket was kept".to_owned(),
        _ => "the ticket is forgotten".to_owned(),
    });
    Ok(Outcome::text(&lines.join("\n")))
}
