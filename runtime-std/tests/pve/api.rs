//! The API methods of a Proxmox host, as far as a tool that logs in meets them: paths, parameters, statuses and bodies of
//! each product.

use std::collections::BTreeMap;

use onerealm::{Callback, Requested};
use serde_json::{Value, json};

use crate::node::Host;
use crate::sessions::random;
use crate::tls::{Request, Response};

/// A product, by what differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Product {
    Pve,
    Pbs,
    Pdm,
    Pmg,
}

pub const PRODUCTS: [Product; 4] = [Product::Pve, Product::Pbs, Product::Pdm, Product::Pmg];

impl Product {
    pub fn short(self) -> &'static str {
        ["pve", "pbs", "pdm", "pmg"][self as usize]
    }

    fn prefix(self) -> &'static str {
        ["PVE", "PBS", "PDM", "PMG"][self as usize]
    }

    pub fn cookie(self) -> &'static str {
        ["PVEAuthCookie", "PBSAuthCookie", "__Host-PDMAuthCookie", "PMGAuthCookie"][self as usize]
    }

    /// The face of `proxmox-rest-server`, whose errors are plain text; the others' are objects.
    fn is_rust(self) -> bool {
        matches!(self, Product::Pbs | Product::Pdm)
    }
}

type Form = BTreeMap<String, String>;

/// Answers a request as the product does.
pub fn answer(host: &Host, request: &Request) -> Response {
    let Some(path) = request.path.strip_prefix("/api2/json") else {
        return error(host, 404, "no such file");
    };
    let pairs = url::form_urlencoded::parse(&request.body).into_owned();
    let form: Form = pairs.collect();
    let (realms, openid) = match host.product {
        Product::Pmg => ("/access/auth-realm", "/access/oidc"),
        _ => ("/access/domains", "/access/openid"),
    };
    match (request.method.as_str(), path) {
        ("GET", path) if path == realms => data(host.realms.lock().unwrap().clone()),
        ("GET", "/version") => with_user(host, request, |_| data(json!({"version": "9.1"}))),
        ("POST", path) if path.strip_prefix(openid) == Some("/auth-url") => auth_url(host, &form),
        ("POST", path) if path.strip_prefix(openid) == Some("/login") => login(host, &form),
        ("POST", "/access/ticket") => renew(host, &form),
        (method, path) if path.starts_with("/access/users/") => {
            with_user(host, request, |user| token(host, method, path, user, &form))
        }
        _ => error(host, if host.product.is_rust() { 404 } else { 501 }, "not implemented"),
    }
}

fn auth_url(host: &Host, form: &Form) -> Response {
    let mut known = vec!["realm", "redirect-url"];
    known.extend(host.has_the_change.then_some("public"));
    if let Err(refused) = check(host, form, &known, &["realm", "redirect-url"]) {
        return refused;
    }
    let requested = match form.get("public").map(String::as_str) {
        Some("1") => Requested::Public,
        _ => Requested::Default,
    };
    match host.logins().begin(&form["realm"], &form["redirect-url"], requested) {
        Ok(begun) => data(begun.url.into()),
        Err(failure) => {
            error(host, if host.product.is_rust() { 400 } else { 500 }, &failure.to_string())
        }
    }
}

fn login(host: &Host, form: &Form) -> Response {
    let mut known = vec!["code", "state", "redirect-url"];
    known.extend(host.has_the_change.then_some("iss"));
    if let Err(refused) = check(host, form, &known, &["code", "state", "redirect-url"]) {
        return refused;
    }
    let (code, state) = (form["code"].as_str(), form["state"].as_str());
    let callback = match form.get("iss") {
        Some(iss) => Callback::Parts { code, state, iss: Some(iss) },
        None => Callback::CodeAndState { code, state },
    };
    match host.logins().finish(callback, Some(&form["redirect-url"])) {
        Ok(user) => signed_in(host, &format!("{}@{}", user.username, user.realm)),
        // Only the products in Rust say why.
        Err(failure) if host.product.is_rust() => error(host, 401, &failure.to_string()),
        Err(_) => error(host, 401, "authentication failure"),
    }
}

/// A ticket is a password, too.
fn renew(host: &Host, form: &Form) -> Response {
    if let Err(refused) =
        check(host, form, &["username", "password", "realm"], &["username", "password"])
    {
        return refused;
    }
    let mut username = form["username"].clone();
    if host.product == Product::Pmg {
        username = format!("{username}@{}", form.get("realm").map_or("quarantine", String::as_str));
    }
    let now = host.now();
    let known = host.sessions.lock().unwrap();
    let user = known.user(&form["password"], now).map(|(user, _)| user.to_owned());
    drop(known);
    match user {
        Some(user) if user == username => signed_in(host, &user),
        _ => error(host, 401, "authentication failure"),
    }
}

fn signed_in(host: &Host, user: &str) -> Response {
    let (ticket, csrf) =
        host.sessions.lock().unwrap().sign_in(host.product.prefix(), user, host.now());
    if host.product != Product::Pdm {
        return data(json!({"username": user, "ticket": ticket, "CSRFPreventionToken": csrf}));
    }
    let info = format!("PDM:{user}:{:X}::ticket-info", host.now());
    let mut response =
        data(json!({"username": user, "ticket-info": info, "CSRFPreventionToken": csrf}));
    let cookie =
        format!("{}={ticket}; Path=/; Secure; HttpOnly; SameSite=Lax", host.product.cookie());
    response.headers.push(("Set-Cookie", cookie));
    response
}

/// `/access/users/{userid}/token/{tokenid}`
fn token(host: &Host, method: &str, path: &str, user: &str, form: &Form) -> Response {
    let parts: Vec<_> = path.split('/').collect();
    let ["", "access", "users", of, "token", name] = parts[..] else {
        return error(host, 404, "no such method");
    };
    let of: String = percent_decoded(of);
    if !matches!(host.product, Product::Pve | Product::Pbs) {
        return error(host, 501, "not implemented");
    }
    if of != user {
        return error(host, 403, "Permission check failed");
    }
    let key = (of.clone(), name.to_owned());
    let mut sessions = host.sessions.lock().unwrap();
    match method {
        "POST" if sessions.tokens.contains_key(&key) => error(host, 400, "Token already exists."),
        "POST" => {
            let mut known = vec!["expire", "comment"];
            known.extend((host.product == Product::Pve).then_some("privsep"));
            if let Err(refused) = check(host, form, &known, &[]) {
                return refused;
            }
            let value = random();
            let expire = form.get("expire").map_or(0, |expire| expire.parse().unwrap());
            sessions.tokens.insert(key, (value.clone(), expire, form.get("privsep").cloned()));
            let id = if host.product == Product::Pve { "full-tokenid" } else { "tokenid" };
            data(json!({id: format!("{of}!{name}"), "value": value}))
        }
        "DELETE" => match sessions.tokens.remove(&key) {
            Some(_) => data(Value::Null),
            None => error(host, 400, "no such token"),
        },
        _ => error(host, 501, "not implemented"),
    }
}

/// Who asks, by ticket or by API token; whatever changes something with a ticket needs the CSRF prevention token.
fn with_user(host: &Host, request: &Request, then: impl FnOnce(&str) -> Response) -> Response {
    let (sessions, now) = (host.sessions.lock().unwrap(), host.now());
    let scheme = format!("{}APIToken=", host.product.prefix());
    let of_token = request.header("authorization").and_then(|value| {
        let (id, value) = value.strip_prefix(&scheme)?.rsplit_once(['=', ':'])?;
        let (user, name) = id.split_once('!')?;
        sessions.of_token(user, name, value, now).then(|| user.to_owned())
    });
    let of_ticket = || {
        let cookie =
            request.header("cookie")?.strip_prefix(host.product.cookie())?.strip_prefix('=')?;
        let (user, csrf) = sessions.user(&percent_decoded(cookie), now)?;
        let is_safe =
            request.method == "GET" || request.header("csrfpreventiontoken") == Some(csrf);
        is_safe.then(|| user.to_owned())
    };
    let user = of_token.or_else(of_ticket);
    drop(sessions);
    match user {
        Some(user) => then(&user),
        None => error(host, 401, "permission denied - invalid ticket"),
    }
}

/// Refuses parameters that the schema doesn't have, and the lack of those that it needs.
fn check(host: &Host, form: &Form, known: &[&str], needed: &[&str]) -> Result<(), Response> {
    const UNKNOWN: &str =
        "property is not defined in schema and the schema does not allow additional properties";
    let unknown = form.keys().filter(|name| !known.contains(&name.as_str()));
    let mut errors: BTreeMap<&str, &str> = unknown.map(|name| (name.as_str(), UNKNOWN)).collect();
    let missing = needed.iter().filter(|name| !form.contains_key(**name));
    errors.extend(missing.map(|name| (*name, "property is missing and it is not optional")));
    if errors.is_empty() {
        return Ok(());
    }
    if host.product.is_rust() {
        let lines: String = errors
            .keys()
            .map(|name| {
                format!("parameter '{name}': schema does not allow additional properties\n")
            })
            .collect();
        return Err(error(host, 400, &format!("parameter verification errors\n\n{lines}")));
    }
    let body =
        json!({"errors": errors, "message": "Parameter verification failed.\n", "data": null});
    Err(json_body(400, body.to_string()))
}

pub fn error(host: &Host, status: u16, text: &str) -> Response {
    match host.product.is_rust() {
        true => json_body(status, text.to_owned()),
        // The text is in the status line alone, which no client library shows.
        false => json_body(status, json!({"data": null}).to_string()),
    }
}

pub fn data(data: Value) -> Response {
    json_body(200, json!({"data": data}).to_string())
}

fn json_body(status: u16, body: String) -> Response {
    let headers = vec![("Content-Type", "application/json;charset=UTF-8".to_owned())];
    Response { status, headers, body: body.into_bytes() }
}

fn percent_decoded(text: &str) -> String {
    // No plus sign means a space here.
    let form = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().unwrap().1.into_owned()
}
