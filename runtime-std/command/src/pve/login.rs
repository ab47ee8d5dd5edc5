//! A login at a node: the node says where to send the browser, and takes what it comes back with.

use onerealm::Error;
use onerealm_core::AuthorizationResponse;
use onerealm_core::wire::FormText;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::args::Way;
use super::node::{Answer, Node};
use super::problem::{AUTH_URL, LACKS_PUBLIC, LOGIN_REFUSED, shown};
use super::realms;
use super::refusal::{Refusal, said};
use super::session::Session;
use super::ticket::{Ticket, TicketData};
use crate::failure::Failure;
use crate::login::listen;
use crate::pasted::Pasted;
use crate::result_page::{not_signed_in, signed_in};
use crate::say::say;
use crate::wait::wait;

/// How long the redirect URL, a state and a code may be for the API, in bytes.
const REDIRECT_URL_LEN: usize = 255;
const STATE_LEN: usize = 1024;
const CODE_LEN: usize = 4096;
/// The longest URL for the browser that is believed, in bytes.
const URL_LEN: usize = 16 * 1024;

pub(crate) fn run(session: &mut Session, way: &Way) -> Result<Ticket, Failure> {
    let realm = realms::choose(&session.node, way.node.realm.as_deref());
    session.remember()?;
    let realm = realm?;
    let node = &session.node;
    let listener = listen(&way.browser)?;
    let redirect_url = listener.redirect_url().to_owned();
    if redirect_url.len() > REDIRECT_URL_LEN {
        return Err(Failure::usage("--redirect-url is longer than a node takes".to_owned()));
    }
    let url = auth_url(node, &realm, &redirect_url, way.public.is_asked_for())?;
    let state = state(&url, &redirect_url)?;
    // The key of the state: comparing it takes the same time, whatever comes.
    let key = AuthorizationResponse::from_code_and_state("-", &state).map_err(Error::from)?.key();
    say!("Signing in to {} {} as a user of the realm {realm}.", node.product.name(), node.address);
    let returned = wait(listener, &way.browser, url.as_str(), key)?;
    let outcome = redeem(session, returned.pasted(), &realm, &state, &redirect_url);
    returned.conclude(match &outcome {
        Ok(ticket) => {
            let node = &session.node;
            signed_in(&ticket.username, &format!("{} {}", node.product.name(), node.address))
        }
        Err(failure) => not_signed_in(failure),
    });
    let ticket = outcome?;
    log::info!("signed in to {} as {}", session.node.address, ticket.username);
    Ok(ticket)
}

/// The ticket for what the browser came back with.
fn redeem(
    session: &Session,
    callback: &Pasted,
    realm: &str,
    state: &str,
    redirect_url: &str,
) -> Result<Ticket, Failure> {
    let response = callback.response().map_err(Error::from)?;
    if let Some(error) = response.error_text() {
        return Err(refused_by_provider(error, response.error_description()));
    }
    let code = parameter(callback.query(), "code").unwrap_or_default();
    let iss = response.iss().map(text);
    if code.is_empty() || code.len() > CODE_LEN {
        return Err(AUTH_URL.says("the provider's answer has no code that a node takes"));
    }
    let node = &session.node;
    let answer = finish(node, &code, state, redirect_url, iss.as_deref())?;
    Ticket::of_answer(answer, node.product, realm, session.now())
}

/// The URL to send the browser to, as the node says.
fn auth_url(node: &Node, realm: &str, redirect_url: &str, public: bool) -> Result<Url, Failure> {
    let mut form = vec![("realm", realm), ("redirect-url", redirect_url)];
    if public {
        form.push(("public", "1"));
    }
    let answer = node.post::<String>(node.product.auth_url_path(), &form, None);
    let url = answer.map_err(|refusal| match refusal {
        refusal if public && refusal.is_unknown_parameter("public") => LACKS_PUBLIC.says(format!(
            "{} doesn't know the parameter `public`: its {} lacks the change that lets a tool ask for the login of a public client",
            node.address,
            node.product.name()
        )),
        Refusal::Unauthorized(words) => {
            LOGIN_REFUSED.says(format!("{} begins no login{}", node.address, said(&words)))
        }
        refusal => refusal.into_failure(),
    })?;
    let wrong = |what| AUTH_URL.says(format!("{} gave a sign-in URL {what}", node.address));
    if url.data.len() > URL_LEN {
        return Err(wrong("that is too long"));
    }
    let url = Url::parse(&url.data).map_err(|_| wrong("that is none"))?;
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback => {}
        _ => return Err(wrong("that is not https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("with a user name in it"));
    }
    Ok(url)
}

/// The state of that URL, which must send the browser back to us.
fn state(url: &Url, redirect_url: &str) -> Result<Zeroizing<String>, Failure> {
    let only = |name: &str| {
        let mut values = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value);
        values.next().filter(|_| values.next().is_none())
    };
    if only("redirect_uri").as_deref() != Some(redirect_url) {
        return Err(AUTH_URL.says("the node's sign-in URL sends the browser elsewhere than to us"));
    }
    match only("state") {
        Some(state) if !state.is_empty() && state.len() <= STATE_LEN => {
            Ok(Zeroizing::new(state.into_owned()))
        }
        _ => Err(AUTH_URL.says("the node's sign-in URL has no state that can be compared")),
    }
}

/// Sends the code to the node, with `iss` unless its schema has no place for that.
fn finish(
    node: &Node,
    code: &str,
    state: &str,
    redirect_url: &str,
    iss: Option<&str>,
) -> Result<Answer<TicketData>, Failure> {
    let path = node.product.login_path();
    let mut form = vec![("code", code), ("state", state), ("redirect-url", redirect_url)];
    let without = form.clone();
    form.extend(iss.map(|iss| ("iss", iss)));
    let answer = match node.post(path, &form, None) {
        // The schema is looked at first: the code wasn't used.
        Err(refusal) if iss.is_some() && refusal.is_unknown_parameter("iss") => {
            log::info!("the node has no parameter iss");
            node.post(path, &without, None)
        }
        answer => answer,
    };
    answer.map_err(|refusal| match refusal {
        Refusal::Unauthorized(words) => {
            LOGIN_REFUSED.says(format!("{} refused the login{}", node.address, said(&words)))
        }
        refusal => refusal.into_failure(),
    })
}

fn refused_by_provider(error: FormText<'_>, description: Option<FormText<'_>>) -> Failure {
    let description = description.map(|words| said(&text(words))).unwrap_or_default();
    Failure::new(
        "authorization_refused",
        format!("the provider refused the login: {}{description}", shown(&text(error))),
        4,
    )
}

fn parameter(query: &str, name: &str) -> Option<Zeroizing<String>> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| Zeroizing::new(value.into_owned()))
}

fn text(text: FormText<'_>) -> String {
    String::from_utf8_lossy(&text.bytes().collect::<Vec<_>>()).into_owned()
}
