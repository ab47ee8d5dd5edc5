//! A provider that tells which token requests it got, for programs in other languages:
//!
//!     cargo run -p onerealm-demo-provider --example with_record -- CLIENT_ID SECRET WEB_REDIRECT_URL USER..
//!
//! It prints its issuer, and then a line of JSON for each token request: its `code`, the `secret` that came with it (in
//! the `header`, in the `form`, or null), and the `status` of the answer. Answers take a tenth of a second, so that
//! requests are under way for a while. It ends with its standard input.

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Recorded, Registration, Response, Setup, User,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("CLIENT_ID, SECRET and WEB_REDIRECT_URL are needed");
    let (client_id, secret, web) = (next()?, next()?, next()?);
    let provider = DemoProvider::start(Setup {
        registrations: vec![Registration {
            client_id,
            secret: Some(secret),
            redirect_uris: vec![
                (web, Platform::Web),
                ("http://127.0.0.1/callback".to_owned(), Platform::Native),
            ],
        }],
        users: arguments.map(|name| User::new(&name, &name)).collect(),
        bend_answer: Some(Arc::new(told)),
        ..Setup::default()
    })?;
    println!("{}", provider.issuer());
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn told(endpoint: Endpoint, recorded: &Recorded, response: Response) -> Response {
    thread::sleep(Duration::from_millis(100));
    if endpoint == Endpoint::Token {
        let form: Vec<_> = url::form_urlencoded::parse(&recorded.request.body).collect();
        let field = |name| form.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_ref());
        let secret = match (recorded.request.header("authorization"), field("client_secret")) {
            (None, None) => None,
            (Some(_), None) => Some("header"),
            (None, Some(_)) => Some("form"),
            (Some(_), Some(_)) => Some("both"),
        };
        let line = serde_json::json!({
            "code": field("code"), "secret": secret, "status": response.status,
        });
        // Whoever reads it may have gone.
        let _ = writeln!(io::stdout().lock(), "{line}");
    }
    response
}
