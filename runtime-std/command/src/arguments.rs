//! The command line.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};
use onerealm::Requested;

use crate::state_directory;

pub(crate) const HELP: &str = "\
onerealm: OpenID Connect logins where one realm serves both client types

usage: onerealm [--config FILE] [--state-dir DIR] [--sealed-key FILE] [--json] [-v] COMMAND

  demo [--keep]                  both client types against an embedded provider
  auth-url [REALM] --redirect-url URL [--public]
                                 begins a login, prints the URL for the browser
  finish (--callback URL | --code C --state S [--iss I]) [--redirect-url URL]
                                 finishes it, prints the identity
  login [REALM] [--public] [--no-browser] [--port N] [--redirect-url URL]
                                 the whole of it, on this machine
  check [REALM] [--redirect-url URL]
                                 what a login would do, and whether it can
  set REALM PROPERTY VALUE       changes one line of the file with the realms
  unset REALM PROPERTY           removes one

  REALM            without it, the realm with `default 1`, or the only one
  VALUE -          reads the value from standard input, as it must be for a key

  --config FILE      realms, as Proxmox has them (/etc/pve/domains.cfg)
  --state-dir DIR    where pending logins are kept
  --sealed-key FILE  they travel in their state instead, sealed with this key
  --public           ask for the login of a public client: no secret is sent
  --callback -       reads the URL from standard input
  --json             output and errors as JSON
  -v, -vv            log what happens, and each request, on stderr

exit status: 0 done, 1 demo failed, 2 usage, 3 realm or configuration, 4 authorization
response refused, 5 token or userinfo endpoint refused, 6 ID token refused,
7 network or TLS, 8 storage";

const DEFAULT_CONFIG: &str = "/etc/pve/domains.cfg";

pub(crate) struct Arguments {
    pub(crate) config: PathBuf,
    pub(crate) state_directory: PathBuf,
    pub(crate) sealed_key: Option<PathBuf>,
    pub(crate) json: bool,
    pub(crate) verbosity: u8,
    pub(crate) command: Command,
}

pub(crate) enum Command {
    Help,
    Version,
    AuthUrl {
        realm: Option<String>,
        redirect_url: String,
        requested: Requested,
    },
    Finish(Finish),
    Login(Login),
    Check {
        realm: Option<String>,
        redirect_url: Option<String>,
    },
    Change(Change),
    #[cfg(feature = "demo")]
    Demo {
        keep: bool,
    },
}

pub(crate) struct Finish {
    pub(crate) callback: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) iss: Option<String>,
    pub(crate) redirect_url: Option<String>,
}

pub(crate) struct Login {
    pub(crate) realm: Option<String>,
    pub(crate) requested: Requested,
    pub(crate) browser: Browser,
    pub(crate) port: Option<u16>,
    pub(crate) redirect_url: Option<String>,
}

/// Of the file with the realms.
pub(crate) struct Change {
    pub(crate) realm: String,
    pub(crate) property: String,
    /// `-` stands for standard input; `None` removes the property.
    pub(crate) value: Option<String>,
}

/// Who opens the URL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Browser {
    /// This machine's browser.
    Open,
    /// The end user, somewhere.
    EndUser,
}

/// Everything that may stand on the command line, before it is known whether it belongs together.
#[derive(Default)]
struct Given {
    words: Vec<String>,
    config: Option<PathBuf>,
    state_directory: Option<PathBuf>,
    sealed_key: Option<PathBuf>,
    json: bool,
    verbosity: u8,
    options: Vec<(&'static str, String)>,
    flags: Vec<&'static str>,
}

impl Arguments {
    pub(crate) fn parse(parser: Parser) -> Result<Self, String> {
        let mut given = Given::read(parser).map_err(|error| error.to_string())?;
        let command = given.command()?;
        if let Some(name) =
            given.options.first().map(|(name, _)| *name).or_else(|| given.flags.first().copied())
        {
            return Err(format!("--{name} doesn't belong to this command"));
        }
        Ok(Arguments {
            config: given.config.unwrap_or_else(|| DEFAULT_CONFIG.into()),
            state_directory: given
                .state_directory
                .unwrap_or_else(|| state_directory::unless_named(|name| std::env::var(name).ok())),
            sealed_key: given.sealed_key,
            json: given.json,
            verbosity: given.verbosity,
            command,
        })
    }
}

impl Given {
    fn read(mut parser: Parser) -> Result<Self, lexopt::Error> {
        const OPTIONS: [&str; 6] = ["redirect-url", "callback", "code", "state", "iss", "port"];
        const FLAGS: [&str; 5] = ["public", "no-browser", "keep", "help", "version"];
        let mut given = Given::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(word) => given.words.push(word.string()?),
                Arg::Short('v') => given.verbosity = given.verbosity.saturating_add(1),
                Arg::Short('h') => given.flags.push("help"),
                Arg::Short('V') => given.flags.push("version"),
                Arg::Long("config") => once(&mut given.config, parser.value()?, "config")?,
                Arg::Long("state-dir") => {
                    once(&mut given.state_directory, parser.value()?, "state-dir")?;
                }
                Arg::Long("sealed-key") => {
                    once(&mut given.sealed_key, parser.value()?, "sealed-key")?;
                }
                Arg::Long("json") => given.json = true,
                Arg::Long("verbose") => given.verbosity = given.verbosity.saturating_add(1),
                Arg::Long(name) => {
                    let option = OPTIONS.iter().find(|option| **option == name);
                    let flag = FLAGS.iter().find(|flag| **flag == name);
                    match (option, flag) {
                        (Some(option), _) => {
                            given.options.push((option, parser.value()?.string()?))
                        }
                        (None, Some(flag)) => given.flags.push(flag),
                        (None, None) => return Err(argument.unexpected()),
                    }
                }
                Arg::Short(_) => return Err(argument.unexpected()),
            }
        }
        Ok(given)
    }

    fn command(&mut self) -> Result<Command, String> {
        if self.flag("help") {
            return Ok(Command::Help);
        }
        if self.flag("version") {
            return Ok(Command::Version);
        }
        let mut words = std::mem::take(&mut self.words).into_iter();
        let name = words.next().ok_or("a command is missing")?;
        let mut needed = |what: &str| words.next().ok_or_else(|| format!("{name} needs {what}"));
        let command = match name.as_str() {
            "help" => Command::Help,
            "auth-url" => Command::AuthUrl {
                realm: words.next(),
                redirect_url: self
                    .option("redirect-url")?
                    .ok_or("auth-url needs --redirect-url")?,
                requested: self.requested(),
            },
            "finish" => Command::Finish(self.finish()?),
            "login" => Command::Login(Login {
                realm: words.next(),
                requested: self.requested(),
                browser: if self.flag("no-browser") { Browser::EndUser } else { Browser::Open },
                port: self.port()?,
                redirect_url: self.option("redirect-url")?,
            }),
            "check" => {
                Command::Check { realm: words.next(), redirect_url: self.option("redirect-url")? }
            }
            "set" | "unset" => Command::Change(Change {
                realm: needed("the name of a realm")?,
                property: needed("the name of a property")?,
                value: if name == "set" { Some(needed("a value")?) } else { None },
            }),
            #[cfg(feature = "demo")]
            "demo" => Command::Demo { keep: self.flag("keep") },
            _ => return Err(format!("there is no command {name:?}")),
        };
        match words.next() {
            None => Ok(command),
            Some(word) => Err(format!("{word:?} is one argument too many")),
        }
    }

    fn finish(&mut self) -> Result<Finish, String> {
        let finish = Finish {
            callback: self.option("callback")?,
            code: self.option("code")?,
            state: self.option("state")?,
            iss: self.option("iss")?,
            redirect_url: self.option("redirect-url")?,
        };
        let parts = finish.code.is_some() || finish.state.is_some() || finish.iss.is_some();
        match &finish {
            Finish { callback: Some(_), .. } if !parts => Ok(finish),
            Finish { callback: None, code: Some(_), state: Some(_), .. } => Ok(finish),
            _ => Err("finish needs either --callback, or --code and --state".to_owned()),
        }
    }

    fn port(&mut self) -> Result<Option<u16>, String> {
        match self.option("port")? {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(port) if port > 0 => Ok(Some(port)),
                _ => Err(format!("--port must be a number from 1 to 65535, not {text:?}")),
            },
        }
    }

    fn requested(&mut self) -> Requested {
        if self.flag("public") { Requested::Public } else { Requested::Default }
    }

    fn option(&mut self, name: &str) -> Result<Option<String>, String> {
        let place = self.options.iter().position(|(option, _)| *option == name);
        let value = place.map(|place| self.options.remove(place).1);
        match self.options.iter().any(|(option, _)| *option == name) {
            true => Err(format!("--{name} is given twice")),
            false => Ok(value),
        }
    }

    fn flag(&mut self, name: &str) -> bool {
        let before = self.flags.len();
        self.flags.retain(|flag| *flag != name);
        self.flags.len() < before
    }
}

fn once(
    place: &mut Option<PathBuf>,
    value: std::ffi::OsString,
    name: &str,
) -> Result<(), lexopt::Error> {
    match place.replace(value.into()) {
        None => Ok(()),
        Some(_) => Err(format!("--{name} is given twice").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        let words = std::iter::once("onerealm").chain(line.split_whitespace());
        Arguments::parse(Parser::from_iter(words))
    }

    #[test]
    fn options_may_stand_anywhere() {
        let arguments =
            parse("--json auth-url sso -v --public --redirect-url https://h --config c -v")
                .unwrap();
        assert!(arguments.json && arguments.verbosity == 2);
        assert_eq!(arguments.config, PathBuf::from("c"));
        assert!(matches!(
            arguments.command,
            Command::AuthUrl { realm, redirect_url, requested: Requested::Public }
                if realm.as_deref() == Some("sso") && redirect_url == "https://h"
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
            "set sso client-type auto --redirect-url x",
            "unset sso",
            "unset sso client-type auto",
            "--unknown",
            "-x",
            "auth-url sso --redirect-url",
            "auth-url sso --redirect-url a --sealed-key k --sealed-key k",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
