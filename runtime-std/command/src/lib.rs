//! What the command does: reads its arguments, runs one of the commands, and tells the outcome.

#![forbid(unsafe_code)]

mod arguments;
mod browser_arguments;
mod callback_at_terminal;
mod change;
mod check;
mod client_key;
mod config_directory;
#[cfg(feature = "demo")]
mod demo;
mod end_user;
mod failure;
mod given_callback;
mod init;
mod input;
mod interrupt;
mod lines;
mod login;
#[cfg(feature = "completions")]
mod man;
mod named_realm;
mod opener;
mod outcome;
mod output;
mod own_path;
mod paste_prompt;
mod pasted;
mod prompt;
#[cfg(feature = "pve")]
mod pve;
mod realm_options;
mod realms_file;
mod refused_arguments;
mod result_page;
mod say;
mod shown;
mod standard_input;
mod state_directory;
mod status_line;
mod stderr_log;
mod terminal;
mod wait;

use std::path::PathBuf;
use std::process::ExitCode;

use onerealm::{
    Begun, Callback, DirectoryStore, Logins, Network, SealedOrDirectoryStore, UnixTime, User,
};
use serde_json::json;

use arguments::{Arguments, Command, Finish, help};
use failure::Failure;
use given_callback::given_callback;
use named_realm::named_or_default;
use outcome::Outcome;
use realm_options::RealmOptions;
use realms_file::RealmsFile;
pub use refused_arguments::{Refused, refused_arguments};

/// Does what the process was called for, and gives its exit status.
pub fn run() -> ExitCode {
    run_with_clock(onerealm::now)
}

/// The codes of errors that are the command's own, as `docs/errors.md` lists them.
pub fn codes() -> impl Iterator<Item = &'static str> {
    let of_every_command = [
        "usage",
        "output",
        "browser_timeout",
        "listener",
        "demo",
        "interrupted",
        "check_failed",
        "one_time_address_used",
    ];
    #[cfg(feature = "pve")]
    let of_pve = pve::CODES;
    #[cfg(not(feature = "pve"))]
    let of_pve: &[&str] = &[];
    of_every_command.into_iter().chain(of_pve.iter().copied())
}

/// The same with another clock for the tickets of `pve`, for tests.
#[doc(hidden)]
pub fn run_with_clock(clock: fn() -> UnixTime) -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os(), wants_json()) {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    stderr_log::start(arguments.verbose);
    let json = arguments.json;
    match execute(arguments, clock) {
        Ok(outcome) => outcome.print(json),
        Err(failure) => failure.with_help(help(std::env::args_os())).report(json),
    }
}

/// Whether errors are to be JSON even if the arguments can't be read.
fn wants_json() -> bool {
    let own = std::env::args_os().take_while(|argument| argument != "--");
    own.into_iter().any(|argument| argument == "--json")
}

#[cfg_attr(not(feature = "pve"), expect(unused_variables, reason = "only tickets need them"))]
fn execute(arguments: Arguments, clock: fn() -> UnixTime) -> Result<Outcome, Failure> {
    let state_directory = arguments.state_directory();
    let Arguments { config, sealed_key, json, command, .. } = arguments;
    let of_realms = Context { config, sealed_key, state_directory };
    match command {
        Command::AuthUrl { realm, redirect_url, public, options } => {
            of_realms.with(&options, realm.name.as_deref(), |logins| {
                let logins = logins.with_network(of_realms.kept());
                let realm = named_or_default(&logins, realm.name.as_deref())?;
                Ok(begun(logins.begin(realm, &redirect_url, public.requested())?))
            })
        }
        Command::Finish(finish) => of_realms.with(&finish.options, None, |logins| {
            let logins = logins.with_network(of_realms.kept());
            Ok(identity(finish_login(&logins, &finish)?))
        }),
        Command::Login(login) => {
            of_realms.with(&login.options, login.realm.name.as_deref(), |logins| {
                // Its user waits, and it knows nothing that a later login could use.
                let logins = logins.with_network(Network::new().fetching_ahead_when_told());
                Ok(identity(login::run(&logins, &login)?))
            })
        }
        Command::Check { realm, redirect_url, probe, options } => {
            of_realms.with(&options, realm.name.as_deref(), |logins| {
                let realm = named_or_default(&logins, realm.name.as_deref())?;
                check::run(&logins, realm, redirect_url.as_deref(), probe)
            })
        }
        Command::Init(init) => init::run(&init, of_realms.config, &of_realms.state_directory),
        Command::Set { realm, property, value } => {
            change::run(&RealmsFile::find(of_realms.config)?.path, &realm, &property, Some(&value))
        }
        Command::Unset { realm, property } => {
            change::run(&RealmsFile::find(of_realms.config)?.path, &realm, &property, None)
        }
        #[cfg(feature = "demo")]
        Command::Demo { keep } => demo::run(keep),
        #[cfg(feature = "pve")]
        Command::Pve(arguments) => pve::run(arguments, &of_realms.state_directory, json, clock),
        #[cfg(feature = "completions")]
        Command::Completions { shell } => Ok(completions(shell)),
        #[cfg(feature = "completions")]
        Command::Man { directory } => man::run(directory.as_deref()),
    }
}

/// Where the commands that log in find what they need.
struct Context {
    config: Option<PathBuf>,
    sealed_key: Option<PathBuf>,
    state_directory: PathBuf,
}

impl Context {
    /// Runs a command with the realm of its options, or with those of the file.
    fn with(
        &self,
        options: &RealmOptions,
        named: Option<&str>,
        command: impl FnOnce(Logins) -> Result<Outcome, Failure>,
    ) -> Result<Outcome, Failure> {
        let realms = match options.realms(named, self.config.is_some())? {
            Some(realms) => realms,
            None => RealmsFile::find(self.config.clone())?.read()?,
        };
        let source = realms.source().to_owned();
        let state = &self.state_directory;
        let logins = match &self.sealed_key {
            Some(key) => Logins::new(realms, SealedOrDirectoryStore::new(key, state)),
            None => Logins::new(realms, DirectoryStore::new(state)),
        };
        command(logins).map_err(|failure| failure.in_realms_of(&source))
    }

    /// For the two calls of a login, which are two processes. `login` leaves nothing behind, and `check` asks the
    /// provider, whatever is known from before.
    fn kept(&self) -> Network {
        Network::with_cache(self.state_directory.join("providers"))
    }
}

#[cfg(feature = "completions")]
fn completions(shell: clap_complete::Shell) -> Outcome {
    use clap::CommandFactory as _;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "onerealm", &mut script);
    Outcome::text(&String::from_utf8_lossy(&script)).in_part()
}

fn finish_login(logins: &Logins, finish: &Finish) -> Result<User, Failure> {
    let redirect_url = finish.redirect_url.as_deref();
    let pasted;
    let callback = match (&finish.callback, &finish.code, &finish.state) {
        (Some(given), _, _) => {
            pasted = given_callback(given)?;
            pasted.callback()
        }
        (None, Some(code), Some(state)) => {
            Callback::Parts { code, state, iss: finish.iss.as_deref() }
        }
        _ => return Err(Failure::usage("finish needs --callback, or --code and --state")),
    };
    Ok(logins.finish(callback, redirect_url)?)
}

fn begun(begun: Begun) -> Outcome {
    let json = json!({
        "url": begun.url,
        "state": begun.state,
        "client_type": begun.client_type.as_str(),
        "expires_at": begun.expires_at.0,
    });
    Outcome::of(json, begun.url).only_here()
}

fn identity(user: User) -> Outcome {
    let json = end_user::to_json(user);
    let text = serde_json::to_string_pretty(&json).unwrap_or_default();
    Outcome::of(json, text).only_here()
}
