//! A whole login on this machine: the browser is sent to the provider and comes back to a
//! listener on the loopback interface.

use onerealm::loopback::{LoopbackHost, LoopbackListener};
use onerealm::{Logins, User};
use onerealm_core::wire::Uri;
use onerealm_core::{RedirectUri, RedirectUriKind};

use crate::arguments::Login;
use crate::browser_arguments::Browser;
use crate::failure::Failure;
use crate::interrupt;
use crate::named_realm::named_or_default;
use crate::result_page::{PROGRAM, not_signed_in, signed_in};
use crate::say::say;
use crate::shown::shown;
use crate::wait::wait;

/// The path of the redirect URL unless told otherwise.
const PATH: &str = "/callback";

pub(crate) fn run(logins: &Logins, login: &Login) -> Result<User, Failure> {
    interrupt::watch();
    let realm = named_or_default(logins, login.realm.name.as_deref())?;
    let listener = listen(&login.browser)?;
    let (begun, pending) =
        logins.start(realm, listener.redirect_url(), login.public.requested())?;
    let returned = wait(listener, &login.browser, &begun.url, pending.key())?;
    let outcome = logins.complete(pending, returned.callback()).map_err(Failure::from);
    returned.conclude(match &outcome {
        Ok(user) => signed_in(&user.username, &format!("the realm {}", user.realm)),
        Err(failure) => not_signed_in(failure),
    });
    if let Ok(user) = &outcome {
        say!("Signed in as {}.", shown(&user.username));
    }
    outcome
}

/// Listens for the browser's return.
pub(crate) fn listen(browser: &Browser) -> Result<LoopbackListener, Failure> {
    let (host, port, path) = match &browser.redirect_url {
        None => (LoopbackHost::V4, None, PATH),
        Some(url) => parts(url)?,
    };
    let port = browser.port.or(port);
    let listener = LoopbackListener::bind(host, port, path).map_err(|error| {
        Failure::new(
            "listener",
            format!("can't listen for the browser's return on this machine: {error}"),
            7,
        )
        .fixed_by("choose another --port, or leave it out")
    })?;
    listener.name_pages(PROGRAM);
    Ok(listener)
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
