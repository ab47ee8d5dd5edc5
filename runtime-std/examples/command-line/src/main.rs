//! A command-line tool whose user signs in with the browser of this machine.
//!
//! It is a public client: the provider sends the browser to a port of the loopback interface, where the tool waits
//! (RFC 8252), and no secret is sent.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use onerealm::core::{AuthorizationResponse, policy};
use onerealm::loopback::{LoopbackHost, LoopbackListener};
use onerealm::{Callback, Logins, MemoryStore, Requested, User};

fn main() -> ExitCode {
    match login() {
        Ok(user) => {
            println!("{}@{}", user.username, user.realm);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn login() -> Result<User, Box<dyn Error>> {
    let mut arguments: Vec<_> = env::args().skip(1).collect();
    let no_browser = arguments.iter().position(|argument| argument == "--no-browser");
    let opens_browser = no_browser.map(|position| arguments.remove(position)).is_none();
    let (file, realm) = match arguments.as_slice() {
        [file] => (file, None),
        [file, realm] => (file, Some(realm.as_str())),
        _ => return Err("usage: command-line [--no-browser] REALMS_FILE [REALM]".into()),
    };

    // The login stays in this process, so the store is never used.
    let realms = onerealm_domains_cfg::read(file.as_ref())?;
    let logins = Logins::new(realms, MemoryStore::new());
    let realm = match realm {
        Some(name) => name,
        None => logins.realms().default_realm()?.name(),
    };

    // Listen first: the port is part of the redirect URL.
    let listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback")?;
    let (begun, pending) = logins.start(realm, listener.redirect_url(), Requested::Public)?;
    eprintln!("Sign in at:\n{}", begun.url);
    if opens_browser {
        // Where there is no browser, the URL is there to be copied.
        let _ = open::that_detached(&begun.url);
    }

    // Everybody on this machine can reach the port; what doesn't belong to this login is refused.
    let key = pending.key();
    let belongs = |url: &str| AuthorizationResponse::from_url(url).is_ok_and(|r| r.key() == key);
    let deadline = Instant::now() + Duration::from_secs(policy::LOGIN_LIFETIME);
    let callback = listener.wait(deadline, belongs)?;
    Ok(logins.complete(pending, Callback::Url(&callback))?)
}
