//! A browser and its user, just enough to sign in at the [`DemoProvider`](crate::DemoProvider).
//!
//! It speaks plain HTTP to loopback addresses only, and returns the callback URL instead of opening it.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, TcpStream};
use std::time::Duration;

use url::form_urlencoded;

/// The time limit of each read. The provider answers immediately.
const READ_TIME: Duration = Duration::from_secs(30);

/// Far longer than any of the provider's pages.
const MAX_ANSWER: u64 = 1024 * 1024;

/// Signs a user in with a new browser, and returns the callback URL.
///
/// # Errors
///
/// Any error of the connection; `PermissionDenied` if the provider shows another page, for example because the user or
/// the application is unknown; `Unsupported` if the URL is not plain HTTP on a loopback address.
pub fn sign_in(authorization_url: &str, user_name: &str) -> io::Result<String> {
    Browser::new().sign_in(authorization_url, user_name)
}

/// Presses "Cancel" on the sign-in page, and returns the callback URL with the error.
///
/// # Errors
///
/// As for [`sign_in`].
pub fn deny(authorization_url: &str) -> io::Result<String> {
    Browser::new().deny(authorization_url)
}

/// A browser that stays signed in.
#[derive(Default)]
pub struct Browser {
    cookie: Option<String>,
}

/// A page opened by the browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The redirect target, if any.
    pub location: Option<String>,
    /// The content.
    pub body: String,
}

impl Browser {
    /// A browser without cookies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Signs a user in, and returns the callback URL. If this browser is already signed in, the provider shows no page
    /// and `user_name` is ignored.
    ///
    /// # Errors
    ///
    /// As for [`sign_in`].
    pub fn sign_in(&mut self, authorization_url: &str, user_name: &str) -> io::Result<String> {
        self.answer_page(authorization_url, &[("user_name", user_name), ("choice", "sign_in")])
    }

    /// Presses "Cancel", and returns the callback URL with the error.
    ///
    /// # Errors
    ///
    /// As for [`sign_in`].
    pub fn deny(&mut self, authorization_url: &str) -> io::Result<String> {
        self.answer_page(authorization_url, &[("user_name", ""), ("choice", "cancel")])
    }

    /// Opens a page without following redirects.
    ///
    /// # Errors
    ///
    /// Any error of the connection; `Unsupported` if the URL is not plain HTTP on a loopback address.
    pub fn open(&mut self, url: &str) -> io::Result<Page> {
        self.exchange(url, "GET", "")
    }

    /// Opens a page, and goes where it redirects to, once.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn follow(&mut self, url: &str) -> io::Result<Page> {
        let page = self.open(url)?;
        match &page.location {
            Some(location) => self.open(location),
            None => Ok(page),
        }
    }

    fn answer_page(
        &mut self,
        authorization_url: &str,
        filled_in: &[(&str, &str)],
    ) -> io::Result<String> {
        let page = self.open(authorization_url)?;
        if let Some(callback) = page.location {
            return Ok(callback);
        }
        let not_the_form = || unexpected(page.status);
        let login_token =
            attribute(&page.body, "name=\"login_token\"", "value").ok_or_else(not_the_form)?;
        let action = attribute(&page.body, "<form", "action").ok_or_else(not_the_form)?;
        let (origin, _) = split_url(authorization_url)?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("login_token", &login_token)
            .extend_pairs(filled_in)
            .finish();
        let answer = self.exchange(&format!("http://{origin}{action}"), "POST", &form)?;
        answer.location.ok_or_else(|| unexpected(answer.status))
    }

    fn exchange(&mut self, url: &str, method: &str, form: &str) -> io::Result<Page> {
        let (authority, target) = split_url(url)?;
        let mut stream = connect(authority)?;
        let cookie = self.cookie.as_ref().map(|cookie| format!("Cookie: {cookie}\r\n"));
        let content = match method {
            "POST" => format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                form.len()
            ),
            _ => String::new(),
        };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nAccept: text/html\r\n{}{content}Connection: close\r\n\r\n{form}",
            cookie.unwrap_or_default()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
        self.read_page(&answer)
    }

    /// Parses an answer that ends when the connection closes, and stores its cookie.
    fn read_page(&mut self, answer: &[u8]) -> io::Result<Page> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head) = parsed.parse(answer).map_err(io::Error::other)?
        else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let header = |name: &str| {
            let found = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            found.map(|header| String::from_utf8_lossy(header.value).into_owned())
        };
        if let Some(cookie) = header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let body = answer.get(head..).unwrap_or_default();
        Ok(Page {
            status: parsed.code.unwrap_or_default(),
            location: header("location"),
            body: String::from_utf8_lossy(body).into_owned(),
        })
    }
}

fn unexpected(status: u16) -> io::Error {
    let text = format!("the provider shows another page, with status {status}");
    io::Error::new(io::ErrorKind::PermissionDenied, text)
}

/// The authority and the target of a plain HTTP URL.
fn split_url(url: &str) -> io::Result<(&str, &str)> {
    let rest = url.strip_prefix("http://").ok_or(io::ErrorKind::Unsupported)?;
    let path = rest.find('/').ok_or(io::ErrorKind::Unsupported)?;
    let (authority, target) = rest.split_at(path);
    let (target, _fragment) = target.split_once('#').unwrap_or((target, ""));
    Ok((authority, target))
}

fn connect(authority: &str) -> io::Result<TcpStream> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(io::Error::other)?),
        None => (authority, 80_u16),
    };
    // Any other name could resolve to any address.
    let stream = match host {
        "127.0.0.1" => TcpStream::connect((Ipv4Addr::LOCALHOST, port))?,
        "[::1]" => TcpStream::connect((Ipv6Addr::LOCALHOST, port))?,
        "localhost" => TcpStream::connect(("localhost", port))?,
        _ => return Err(io::ErrorKind::Unsupported.into()),
    };
    stream.set_read_timeout(Some(READ_TIME))?;
    Ok(stream)
}

/// The value of an attribute, after `mark` in the same tag.
fn attribute(page: &str, mark: &str, name: &str) -> Option<String> {
    let (_, after_mark) = page.split_once(mark)?;
    let (tag, _) = after_mark.split_once('>')?;
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = value.split_once('"')?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
