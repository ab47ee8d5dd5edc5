//! A program that configures its realm itself, and reads the claims into a struct of its own.
//!
//! The end user's browser may be on another machine: the user copies the URL that it is sent to in the end, which leads
//! nowhere, and gives it to the program.

use std::env;
use std::error::Error;
use std::io::{self, BufRead};
use std::process::ExitCode;

use onerealm::core::Credential;
use onerealm::{
    Callback, ClientTypeSetting, Logins, MemoryStore, RealmConfig, Realms, RedirectUri, Requested,
};
use serde::Deserialize;

const REDIRECT_URL: &str = "http://127.0.0.1/callback";

/// The claims that this program wants.
#[derive(Deserialize)]
struct Profile {
    /// Always there.
    sub: String,
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
}

fn main() -> ExitCode {
    match login() {
        Ok(profile) => {
            println!("subject: {}", profile.sub);
            println!("name: {}", profile.name.as_deref().unwrap_or("-"));
            println!("email: {}", profile.email.as_deref().unwrap_or("-"));
            println!("groups: {}", profile.groups.join(", "));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn login() -> Result<Profile, Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [issuer, client_id] = arguments.as_slice() else {
        return Err("usage: own-realm ISSUER CLIENT_ID".into());
    };
    let mut realms = Realms::new("the arguments");
    realms.add(realm(issuer, client_id)?);
    let logins = Logins::new(realms, MemoryStore::new());

    // The store keeps the login until the callback comes, and gives it away once.
    let begun = logins.begin("own", REDIRECT_URL, Requested::Default)?;
    eprintln!("Sign in at:\n{}", begun.url);
    eprintln!("and paste the URL that the browser is sent to in the end:");
    let mut callback = String::new();
    io::stdin().lock().read_line(&mut callback)?;
    let user = logins.finish(Callback::Url(callback.trim()), Some(REDIRECT_URL))?;
    Ok(user.claims_as()?)
}

fn realm(issuer: &str, client_id: &str) -> Result<RealmConfig, Box<dyn Error>> {
    let mut config = RealmConfig::new("own", issuer, client_id)?;
    // With `Auto`, the redirect URL decides: a loopback address is a public client's, and a secret isn't sent there.
    config.realm.client_type = ClientTypeSetting::Auto;
    if let Ok(secret) = env::var("CLIENT_SECRET") {
        config.realm.registration.credential = Credential::secret(secret.into());
    }
    config.redirect_urls = vec![RedirectUri::parse(REDIRECT_URL)?];
    Ok(config)
}
