//! A whole login on this machine: the browser is sent to the provider and comes back to a
//! listener on the loopback interface.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use onerealm::loopback::{ListenerError, LoopbackHost, LoopbackListener};
use onerealm::{Callback, Logins, User};
use onerealm_core::wire::Uri;
use onerealm_core::{AuthorizationResponse, PendingKey, RedirectUri, RedirectUriKind, policy};

use crate::arguments::Login;
use crate::browser_arguments::Browser;
use crate::callback_at_terminal::Pasted;
use crate::failure::Failure;
use crate::named_realm::named_or_default;
use crate::say::say;

/// The path of the redirect URL unless told otherwise.
const PATH: &str = "/callback";

pub(crate) fn run(logins: &Logins, login: &Login) -> Result<User, Failure> {
    let realm = named_or_default(logins, login.realm.name.as_deref())?;
    let listener = listen(&login.browser)?;
    let (begun, pending) =
        logins.start(realm, listener.redirect_url(), login.public.requested())?;
    let callback = wait(listener, &login.browser, &begun.url, pending.key())?;
    Ok(logins.complete(pending, Callback::Url(&callback))?)
}

/// Sends the browser to `url`, and gives the callback with the state of `key` that comes of it.
pub(crate) fn wait(
    listener: LoopbackListener,
    browser: &Browser,
    url: &str,
    key: PendingKey,
) -> Result<String, Failure> {
    #[cfg(feature = "pve")]
    crate::interrupt::wait_with(Some(listener.canceller()));
    show(url, browser);
    let pasted = Pasted::default();
    if browser.no_browser {
        let canceller = listener.canceller();
        pasted.read(move |line| belongs_to(key, line), move || canceller.cancel());
    }
    let deadline = Instant::now() + Duration::from_secs(policy::LOGIN_LIFETIME);
    let came = listener.wait(deadline, |url| belongs_to(key, url));
    #[cfg(feature = "pve")]
    {
        crate::interrupt::wait_with(None);
        crate::interrupt::check()?;
    }
    match came {
        Ok(url) => Ok(url),
        Err(ListenerError::Cancelled) => Ok(pasted.take().unwrap_or_default()),
        Err(error) => Err(Failure::new("browser_timeout", error.to_string(), 4)),
    }
}

/// Whether `url` is a callback of the login with that key. Any other is somebody else's.
fn belongs_to(key: PendingKey, url: &str) -> bool {
    AuthorizationResponse::from_url(url).is_ok_and(|response| response.key() == key)
}

/// Listens for the browser's return.
pub(crate) fn listen(browser: &Browser) -> Result<LoopbackListener, Failure> {
    let (host, port, path) = match &browser.redirect_url {
        None => (LoopbackHost::V4, None, PATH),
        Some(url) => parts(url)?,
    };
    let port = browser.port.or(port);
    LoopbackListener::bind(host, port, path).map_err(|error| {
        Failure::new(
            "listener",
            format!("can't listen for the browser's return on this machine: {error}"),
            7,
        )
        .fixed_by("choose another --port, or leave it out")
    })
}

/// Host, port and path of a redirect URL on the loopback interface.
fn parts(url: &str) -> Result<(LoopbackHost, Option<u16>, &str), Failure> {
    let elsewhere = || {
        Failure::usage(
            "login waits on this machine: --redirect-url must be http on 127.0.0.1, [::1] or localhost, with a path and without a query"
                .to_owned(),
        )
    };
    let uri = RedirectUri::parse(url)?;
    let parsed = Uri::parse(url).map_err(|_| elsewhere())?;
    let authority = parsed.authority.filter(|_| uri.kind() == RedirectUriKind::Loopback);
    let authority = authority.ok_or_else(elsewhere)?;
    let host = match authority.host {
        "127.0.0.1" => LoopbackHost::V4,
        "[::1]" => LoopbackHost::V6,
        host if host.eq_ignore_ascii_case("localhost") => LoopbackHost::Localhost,
        _ => return Err(elsewhere()),
    };
    if parsed.query.is_some() || parsed.path.is_empty() {
        return Err(elsewhere());
    }
    Ok((host, authority.port, parsed.path))
}

fn show(url: &str, browser: &Browser) {
    if !browser.no_browser && open(url) {
        say!("The browser was sent to the provider. If it doesn't open, go to:\n{url}");
        return;
    }
    say!("Sign in at:\n{url}");
    if browser.no_browser {
        say!(
            "If the browser is on another machine, paste the URL here that it is sent to in the end:"
        );
    }
}

/// Starts the end user's browser, without a shell. The URL is http or https: the core takes no
/// other endpoint.
fn open(url: &str) -> bool {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
    };
    quiet(Command::new(program).arg(url))
}
