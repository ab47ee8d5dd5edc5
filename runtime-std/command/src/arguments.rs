//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand};

use crate::browser_arguments::{Browser, Public};
use crate::failure::Failure;
use crate::init::Init;
use crate::realm_options::RealmOptions;
use crate::state_directory;

pub(crate) const EXIT_STATUSES: &str = "\
exit status: 0 done, 1 demo failed, 2 usage, 3 realm or configuration, 4 authorization
response refused, 5 token or userinfo endpoint refused, 6 ID token refused,
7 network or TLS, 8 storage or output, 127 command of pve exec not started, 130 interrupted";

const OF_EVERY_COMMAND: &str = "Options of every command";

/// OpenID Connect logins where one realm serves both client types
#[derive(Parser)]
#[command(
    name = "onerealm",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = EXIT_STATUSES
)]
pub(crate) struct Arguments {
    /// The file with the realms; without it, your own (see onerealm init), or else /etc/pve/domains.cfg
    #[arg(long, global = true, value_name = "FILE", help_heading = OF_EVERY_COMMAND)]
    pub(crate) config: Option<PathBuf>,
    /// Where pending logins are kept
    #[arg(long, global = true, value_name = "DIR", help_heading = OF_EVERY_COMMAND)]
    state_dir: Option<PathBuf>,
    /// Pending logins travel in their state instead, sealed with this key
    #[arg(long, global = true, value_name = "FILE", help_heading = OF_EVERY_COMMAND)]
    pub(crate) sealed_key: Option<PathBuf>,
    /// Output and errors as JSON
    #[arg(long, global = true, help_heading = OF_EVERY_COMMAND)]
    pub(crate) json: bool,
    /// Log what happens, and with -vv each request, on stderr
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = OF_EVERY_COMMAND)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Both client types against a demo provider
    #[cfg(feature = "demo")]
    Demo {
        /// Keep the provider running, to try it with a browser
        #[arg(long)]
        keep: bool,
    },
    /// Begins a login, prints the URL for the browser
    AuthUrl {
        #[command(flatten)]
        realm: RealmName,
        /// Where the provider sends the browser
        #[arg(long, value_name = "URL")]
        redirect_url: String,
        #[command(flatten)]
        public: Public,
        #[command(flatten)]
        options: RealmOptions,
    },
    /// Finishes a login, prints the identity
    Finish(Finish),
    /// A whole login on this machine
    Login(Login),
    /// What a login would do, and whether it can
    Check {
        #[command(flatten)]
        realm: RealmName,
        /// Where the provider would send the browser
        #[arg(long, value_name = "URL")]
        redirect_url: Option<String>,
        /// Ask the provider whether it knows the redirect URLs and takes the credentials
        ///
        /// For each redirect URL and client type, one authorization request that lets nobody sign in, and one token
        /// request with a code that nobody issued. A provider that counts failures may lock the client out.
        #[arg(long)]
        probe: bool,
        #[command(flatten)]
        options: RealmOptions,
    },
    /// Asks for a realm, looks at its provider, and writes the realm into your own file
    Init(Init),
    /// Sets one property of a realm, and nothing else in the file
    Set {
        /// The name of the realm
        realm: String,
        /// The name of the property
        property: String,
        /// Its value; - reads it from standard input, as it must be for a key
        // A value that begins with a hyphen must not end up in a message as an unknown option.
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Removes one property of a realm
    Unset {
        /// The name of the realm
        realm: String,
        /// The name of the property
        property: String,
    },
    /// Tickets of Proxmox VE, Backup Server, Datacenter Manager and Mail Gateway
    #[cfg(feature = "pve")]
    Pve(crate::pve::args::Pve),
    /// Prints completions for a shell
    #[cfg(feature = "completions")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Writes a man page for each command into a directory
    #[cfg(feature = "completions")]
    Man {
        /// The directory; without it, the page of onerealm itself is printed
        directory: Option<PathBuf>,
    },
}

#[derive(Args)]
pub(crate) struct RealmName {
    /// The realm; without it, the one with `default 1`, or the only one
    #[arg(value_name = "REALM")]
    pub(crate) name: Option<String>,
}

#[derive(Args)]
pub(crate) struct Finish {
    /// The whole URL that the browser was sent to; - reads it from standard input
    #[arg(long, value_name = "URL", conflicts_with_all = ["code", "state", "iss"], required_unless_present = "code")]
    pub(crate) callback: Option<String>,
    /// The parameter `code` of that URL, decoded
    // It may begin with a hyphen, as a state may.
    #[arg(long, requires = "state", allow_hyphen_values = true)]
    pub(crate) code: Option<String>,
    /// Its parameter `state`
    #[arg(long, requires = "code", allow_hyphen_values = true)]
    pub(crate) state: Option<String>,
    /// Its parameter `iss`, where there is one
    #[arg(long, requires = "code", allow_hyphen_values = true)]
    pub(crate) iss: Option<String>,
    /// Refuse a login that began with another redirect URL
    #[arg(long, value_name = "URL")]
    pub(crate) redirect_url: Option<String>,
    #[command(flatten)]
    pub(crate) options: RealmOptions,
}

#[derive(Args)]
pub(crate) struct Login {
    #[command(flatten)]
    pub(crate) realm: RealmName,
    #[command(flatten)]
    pub(crate) public: Public,
    #[command(flatten)]
    pub(crate) browser: Browser,
    #[command(flatten)]
    pub(crate) options: RealmOptions,
}

impl Arguments {
    /// What the arguments ask for; else what to print, and the exit status.
    pub(crate) fn parse(
        arguments: impl IntoIterator<Item = OsString>,
        wants_json: bool,
    ) -> Result<Self, ExitCode> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let help = help(arguments.iter().cloned());
        Arguments::try_parse_from(arguments).map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                // Whoever closed the other end wants no help.
                let _ = error.print();
                ExitCode::from(error.exit_code() as u8)
            }
            _ => Failure::usage(sentence(&error)).fixed_by(help).report(wants_json),
        })
    }

    pub(crate) fn state_directory(&self) -> PathBuf {
        self.state_dir.clone().unwrap_or_else(state_directory::unless_named)
    }
}

/// The property whose value is never an argument of its own.
const SECRET: &str = "--client-key";

/// What is wrong, and what may have been meant, in one line.
///
/// A word too many may be the rest of a secret, so it isn't repeated.
fn sentence(error: &clap::Error) -> String {
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        return match error.get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(similar))
                if word == SECRET && similar.starts_with(SECRET) =>
            {
                format!(
                    "there is no option {SECRET}, as others can read arguments: '{SECRET}-file' names a file with the secret, or - for standard input"
                )
            }
            Some(ContextValue::String(similar)) => {
                format!("there is an option that is not known; a similar one is '{similar}'")
            }
            _ if word.starts_with('-') => "there is an option that is not known".to_owned(),
            _ => "there is one argument too many".to_owned(),
        };
    }
    let rendered = error.render().to_string();
    let text = rendered.split("\n\nUsage:").next().unwrap_or_default();
    let text = text.split("\n\nFor more information").next().unwrap_or_default();
    let text = text.trim().strip_prefix("error: ").unwrap_or(text);
    text.replace("\n\n  tip:", ";").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the options of the command that was meant are listed.
pub(crate) fn help(arguments: impl IntoIterator<Item = OsString>) -> String {
    let of_all = Arguments::command();
    let (mut command, mut said) = (&of_all, "see onerealm".to_owned());
    for word in arguments.into_iter().skip(1).take_while(|word| word != "--") {
        // Options may stand before a command.
        if let Some(named) = command.find_subcommand(&word) {
            said = format!("{said} {}", named.get_name());
            command = named;
        } else if !command.has_subcommands() {
            break;
        }
    }
    said + " --help"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once("onerealm").chain(line.split_whitespace()))
    }

    #[test]
    fn options_may_stand_anywhere() {
        let line = "--json auth-url sso -v --public --redirect-url https://h --config c -v";
        let arguments = parsed(line).unwrap();
        assert!(arguments.json && arguments.verbose == 2);
        assert_eq!(arguments.config, Some(PathBuf::from("c")));
        assert!(matches!(
            arguments.command,
            Command::AuthUrl { realm, redirect_url, public, .. }
                if public.requested() == onerealm::Requested::Public && realm.name.as_deref() == Some("sso") && redirect_url == "https://h"
        ));
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        for line in [
            "",
            "nothing",
            "auth-url sso",
            "auth-url",
            "auth-url sso --redirect-url a --redirect-url b",
            "auth-url sso x --redirect-url a",
            "finish",
            "finish --callback u --code c",
            "finish --code c",
            "finish --state s --iss i",
            "finish --callback u --public",
            "login sso --port 0",
            "login sso --port 65536",
            "login sso --keep",
            "check sso --public",
            "check sso x",
            "set sso client-type",
            "set sso client-type auto x",
            "unset sso",
            "unset sso client-type auto",
            "--unknown",
            "-x",
            "auth-url sso --redirect-url",
            "auth-url sso --redirect-url a --sealed-key k --sealed-key k",
        ] {
            let error = parsed(line).err().unwrap_or_else(|| panic!("{line}"));
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn a_mistyped_word_is_answered_with_the_right_one() {
        for (line, meant) in [
            ("logn", "'login'"),
            ("login --hlep", "'--help'"),
            ("login --no-browzer", "'--no-browser'"),
            ("chek sso", "'check'"),
        ] {
            let said = sentence(&parsed(line).err().unwrap());
            assert!(said.contains(meant) && !said.contains('\n'), "{line}: {said}");
        }
    }

    #[test]
    fn the_help_of_the_command_that_was_meant_is_named() {
        for (line, named) in [
            ("logn", "see onerealm --help"),
            ("finish", "see onerealm finish --help"),
            ("login --no-browzer", "see onerealm login --help"),
            ("--json auth-url sso --config c", "see onerealm auth-url --help"),
            ("set sso client-key canary canary", "see onerealm set --help"),
            ("check sso --redirect-url a --redirect-url b", "see onerealm check --help"),
            ("login --timeout 0", "see onerealm login --help"),
            ("completions bsh", "see onerealm completions --help"),
            ("--json auth-url auth-url --redirect-url", "see onerealm auth-url --help"),
        ] {
            assert!(parsed(line).is_err(), "{line}");
            let words = std::iter::once("onerealm").chain(line.split_whitespace());
            assert_eq!(help(words.map(OsString::from)), named, "{line}");
        }
    }

    #[test]
    fn a_value_is_not_repeated() {
        for line in [
            "set sso client-key canary canary",
            "set sso client-key pass canary",
            "finish --code canary --code canary --state canary",
            "finish --callback canary --state canary",
            "login --client-key=canary",
            "set sso client-key pass --canary",
            "finish --canary --state x",
        ] {
            let said = sentence(&parsed(line).err().unwrap());
            assert!(!said.contains("canary"), "{line}: {said}");
        }
        let taken = parsed("set sso client-key --canary --json").unwrap();
        assert!(taken.json);
        assert!(matches!(taken.command, Command::Set { value, .. } if value == "--canary"));
    }

    #[test]
    fn code_and_state_may_begin_with_a_hyphen() {
        let taken = parsed("finish --code -c --state --s --iss -i").unwrap();
        let Command::Finish(finish) = taken.command else { panic!("finish") };
        let values = [finish.code, finish.state, finish.iss].map(Option::unwrap_or_default);
        assert_eq!(values, ["-c", "--s", "-i"]);
    }

    #[test]
    fn the_definitions_are_consistent() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }
}
