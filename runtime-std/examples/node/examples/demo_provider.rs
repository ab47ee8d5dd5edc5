//! Runs the demo provider until its standard input is closed, with two registrations' worth of redirect URIs: the node's,
//! and that of tools on the user's machine. Prints a realm for the node's file.
//!
//! Usage: `demo_provider REDIRECT_URL`, such as `https://127.0.0.1:8006/callback`.

use std::error::Error;
use std::io::{self, Read as _, Write as _};

use onerealm_demo_provider::{DemoProvider, Platform, Registration, Setup, User};

const SECRET: &str = "the node's secret";

fn main() -> Result<(), Box<dyn Error>> {
    let redirect_url = std::env::args().nth(1).ok_or("usage: demo_provider REDIRECT_URL")?;
    let provider = DemoProvider::start(Setup {
        registrations: vec![Registration {
            client_id: "node".to_owned(),
            secret: Some(SECRET.to_owned()),
            redirect_uris: vec![
                (redirect_url, Platform::Web),
                ("http://127.0.0.1/callback".to_owned(), Platform::Native),
            ],
        }],
        users: vec![User::new("alice@contoso.example", "Alice Example")],
        ..Setup::default()
    })?;
    println!("openid: demo");
    for (property, value) in [
        ("issuer-url", provider.issuer()),
        ("client-id", "node"),
        ("client-key", SECRET),
        ("client-type", "auto"),
        ("username-claim", "username"),
        ("comment", "Demo provider"),
    ] {
        println!("\t{property} {value}");
    }
    println!();
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
