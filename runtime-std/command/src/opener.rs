//! Starts the end user's browser, without a shell, and looks at what became of that.

use std::env;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// Tells why no browser was started, if the program that should have done so says it.
pub(crate) type Failed = Receiver<String>;

/// Why none is started here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoBrowser {
    /// It would open on the other machine.
    Ssh,
    /// There is no display to open it on.
    NoDisplay,
}

/// Why the end user's browser can't be opened from here, as far as the environment tells.
///
/// With `BROWSER`, somebody has said what to start all the same.
pub(crate) fn no_browser() -> Option<NoBrowser> {
    no_browser_in(&|name| env::var(name).ok().filter(|value| !value.is_empty()))
}

fn no_browser_in(variable: &dyn Fn(&str) -> Option<String>) -> Option<NoBrowser> {
    let is_set = |name: &&str| variable(name).is_some();
    let is_unix = cfg!(unix) && !cfg!(target_os = "macos");
    if is_unix && is_set(&"BROWSER") {
        return None;
    }
    if ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].iter().any(is_set) {
        return Some(NoBrowser::Ssh);
    }
    let displays = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];
    (is_unix && !displays.iter().any(is_set)).then_some(NoBrowser::NoDisplay)
}

/// Starts the first program there is, with `address` as an argument, which every user of the machine
/// can read. When it fails, `then` is called, and the reason is there.
pub(crate) fn open(address: &str, then: impl FnOnce() + Send + 'static) -> Result<Failed, String> {
    let mut reason = "there is no program that opens a browser (xdg-open, or BROWSER)".to_owned();
    for mut command in commands(address) {
        let program = command.get_program().to_string_lossy().into_owned();
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match apart(quiet).spawn() {
            Ok(mut child) => {
                let (sender, failed) = channel();
                std::thread::spawn(move || {
                    // It may end with the browser, or long before.
                    let Ok(status) = child.wait() else { return };
                    if !status.success() {
                        let _ = sender.send(format!("{program} {}", ended(status)));
                        then();
                    }
                });
                return Ok(failed);
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => reason = format!("{program} can't be started: {error}"),
        }
    }
    Err(reason)
}

/// Ctrl-C in our terminal is not meant for the browser.
fn apart(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0)
    }
    #[cfg(not(unix))]
    command
}

/// The exit status, in the words of xdg-open's manual where it has some.
fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code @ 3) => {
            format!("ended with exit status {code}: a program that it needs is missing")
        }
        Some(code @ 4) => format!("ended with exit status {code}: it did not work"),
        Some(code) => format!("ended with exit status {code}"),
        None => format!("was ended ({status})"),
    }
}

#[cfg(windows)]
fn commands(address: &str) -> Vec<Command> {
    // What `start` does, without the shell that it belongs to.
    vec![command("rundll32", &["url.dll,FileProtocolHandler", address])]
}

#[cfg(target_os = "macos")]
fn commands(address: &str) -> Vec<Command> {
    vec![command("open", &[address])]
}

#[cfg(not(any(windows, target_os = "macos")))]
fn commands(address: &str) -> Vec<Command> {
    let named = env::var("BROWSER").unwrap_or_default();
    let mut commands = vec![command("xdg-open", &[address])];
    commands.extend(named_in(&named, address));
    // Where there is no display, xdg-open would look for a browser in the terminal.
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        commands.remove(0);
    }
    if is_set("WSL_DISTRO_NAME") {
        commands.push(command("wslview", &[address]));
        commands.push(command("rundll32.exe", &["url.dll,FileProtocolHandler", address]));
    }
    commands
}

/// The programs of `BROWSER`: separated by colons, with `%s` for the address, or else before it.
#[cfg(not(any(windows, target_os = "macos")))]
fn named_in(browser: &str, address: &str) -> Vec<Command> {
    let named = browser.split(':').filter_map(|line| {
        let mut words = line.split_whitespace();
        let program = words.next()?;
        let mut arguments: Vec<_> = words.map(|word| word.replace("%s", address)).collect();
        if !line.contains("%s") {
            arguments.push(address.to_owned());
        }
        Some(command(program, &arguments.iter().map(String::as_str).collect::<Vec<_>>()))
    });
    named.collect()
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

#[cfg(all(test, not(any(windows, target_os = "macos"))))]
mod tests {
    use super::*;

    #[test]
    fn the_variable_browser_is_read_as_xdg_open_reads_it() {
        let lines = |browser| -> Vec<Vec<String>> {
            let commands = named_in(browser, "http://127.0.0.1:1/start/x");
            let words = |command: &Command| {
                [command.get_program()]
                    .into_iter()
                    .chain(command.get_args())
                    .map(|word| word.to_str().unwrap().to_owned())
                    .collect()
            };
            commands.iter().map(words).collect()
        };
        assert_eq!(lines("firefox"), [["firefox", "http://127.0.0.1:1/start/x"]]);
        assert_eq!(
            lines("w --url=%s; touch x::links %s"),
            [
                &["w", "--url=http://127.0.0.1:1/start/x;", "touch", "x"][..],
                &["links", "http://127.0.0.1:1/start/x"]
            ]
        );
        assert!(lines("").is_empty() && lines(": :").is_empty());
    }

    #[test]
    fn nothing_is_opened_on_the_wrong_machine() {
        for (set, expected) in [
            (&["DISPLAY"][..], None),
            (&["WAYLAND_DISPLAY"], None),
            (&["WSL_DISTRO_NAME"], None),
            (&["BROWSER"], None),
            (&["BROWSER", "SSH_CONNECTION"], None),
            (&[], Some(NoBrowser::NoDisplay)),
            (&["SSH_CONNECTION"], Some(NoBrowser::Ssh)),
            (&["SSH_TTY", "DISPLAY"], Some(NoBrowser::Ssh)),
        ] {
            let variable = |name: &str| set.contains(&name).then(|| "x".to_owned());
            assert_eq!(no_browser_in(&variable), expected, "{set:?}");
        }
    }
}
