//! Runs a command with a ticket in its environment, without a shell.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use super::address::Address;
use super::format::Variables;
use super::problem::COMMAND;
use super::product::Product;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Variables of the families below that say nothing of who logs in where.
const HARMLESS: [&str; 4] =
    ["PROXMOX_VE_SSH_", "PROXMOX_VE_TMPDIR", "PBS_ENCRYPTION_PASSWORD", "PBS_LOG"];

/// Becomes the command; on Windows, waits for it and ends as it does.
pub(crate) fn run(
    command: &[OsString],
    variables: &Variables,
    product: Product,
    address: &Address,
) -> Result<Outcome, Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Failure::usage("there is no command".to_owned()));
    };
    let mut child = Command::new(program);
    child.args(arguments);
    for (name, value) in std::env::vars_os() {
        if conflicts(&name, &value, product, address) {
            child.env_remove(&name);
        }
    }
    child.envs(variables.iter().map(|(name, value)| (name, value.as_str())));
    Err(start(child, program))
}

#[cfg(unix)]
fn start(mut child: Command, program: &OsStr) -> Failure {
    use std::os::unix::process::CommandExt as _;
    not_started(program, &child.exec())
}

#[cfg(not(unix))]
fn start(mut child: Command, program: &OsStr) -> Failure {
    match child.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => not_started(program, &error),
    }
}

fn not_started(program: &OsStr, error: &std::io::Error) -> Failure {
    COMMAND.says(format!("{} can't be started: {error}", program.to_string_lossy()))
}

/// Whether a variable would send the ticket elsewhere, log in as somebody else, or turn verification off.
fn conflicts(name: &OsStr, value: &OsStr, product: Product, address: &Address) -> bool {
    let name = name.to_string_lossy();
    if name == "PBS_REPOSITORY" && product == Product::Pbs {
        return !value.to_str().is_some_and(|repository| leads_to(repository, address));
    }
    let is_of_family = name.starts_with("PROXMOX_VE_") || name.starts_with("PBS_");
    is_of_family && !HARMLESS.iter().any(|harmless| name.starts_with(harmless))
}

/// Whether `[[USER@]HOST[:PORT]:]DATASTORE` is at this address.
fn leads_to(repository: &str, address: &Address) -> bool {
    let Some((server, _datastore)) = repository.rsplit_once(':') else { return false };
    let server = server.rsplit_once('@').map_or(server, |(_, server)| server);
    server
        .parse::<super::address::GivenAddress>()
        .is_ok_and(|given| given.of(Product::Pbs) == *address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_elsewhere_is_taken_out() {
        let address = Address { host: "pbs.example".to_owned(), port: 8007 };
        for (name, value, is_taken_out) in [
            ("PROXMOX_VE_INSECURE", "true", true),
            ("PROXMOX_VE_API_TOKEN", "x", true),
            ("PROXMOX_VE_USERNAME", "x", true),
            ("PROXMOX_VE_SSH_USERNAME", "x", false),
            ("PBS_PASSWORD_FILE", "x", true),
            ("PBS_ENCRYPTION_PASSWORD_FILE", "x", false),
            ("PBS_REPOSITORY", "pbs.example:store", false),
            ("PBS_REPOSITORY", "alice@sso@pbs.example:8007:store", false),
            ("PBS_REPOSITORY", "alice@sso@evil.example:8007:store", true),
            ("PBS_REPOSITORY", "pbs.example:8008:store", true),
            ("PBS_REPOSITORY", "store", true),
            ("PATH", "x", false),
        ] {
            let conflicts = conflicts(name.as_ref(), value.as_ref(), Product::Pbs, &address);
            assert_eq!(conflicts, is_taken_out, "{name}={value}");
        }
    }
}
