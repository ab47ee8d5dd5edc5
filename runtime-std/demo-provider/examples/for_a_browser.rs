//! Two providers for a browser, and a folder with a `domains.cfg` whose realms show what a login can come to:
//!
//!     cargo run -p onerealm-demo-provider --example for_a_browser -- FOLDER
//!
//! `sso` signs in, `secret` has a wrong client secret, and `forged` a provider whose ID tokens are for another login.
//! It prints the providers' addresses, and ends with its standard input.

use std::error::Error;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use onerealm_demo_provider::{DemoProvider, Platform, Registration, Setup, User};

const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";
const SECRET: &str = "canary-client-key";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("a folder is missing")?;
    let right = DemoProvider::start(setup())?;
    let forging = DemoProvider::start(Setup {
        bend_claims: Some(Arc::new(|claims| claims["nonce"] = "of-another-login".into())),
        ..setup()
    })?;
    let realm = |name: &str, issuer: &str, rest: &str| {
        format!(
            "openid: {name}\n\tissuer-url {issuer}\n\tclient-id {CLIENT_ID}\n\tusername-claim username\n{rest}\n"
        )
    };
    let secret = "\tclient-type confidential\n\tclient-key wrong\n";
    let auto = format!("\tclient-type auto\n\tclient-key {SECRET}\n");
    let realms = realm("sso", right.issuer(), &auto)
        + &realm("secret", right.issuer(), secret)
        + &realm("forged", forging.issuer(), &auto);
    std::fs::write(Path::new(&folder).join("domains.cfg"), realms)?;
    println!("{}\n{}", right.issuer(), forging.issuer());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn setup() -> Setup {
    Setup {
        registrations: vec![Registration {
            client_id: CLIENT_ID.to_owned(),
            secret: Some(SECRET.to_owned()),
            redirect_uris: vec![("http://127.0.0.1/callback".to_owned(), Platform::Native)],
        }],
        users: vec![
            User::new("alice@contoso.example", "Alice Example"),
            User::new("<img>bob&\"'<b>@contoso.example", "Bob Example"),
        ],
        ..Setup::default()
    }
}
