//! Cookies: the three that there are, and how they are read.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};

/// The cookie of a browser that is at the provider.
pub const LOGIN: &str = "__Host-login";
/// The cookie of a browser that is signed in at the page.
pub const SESSION: &str = "__Host-session";

/// A cookie that no script can read, and that comes from this host over https: browsers let no other host of the same
/// domain set one whose name begins with `__Host-`.
///
/// `Lax` and not `Strict`: the callback is opened from the provider's site. A provider that answers by a form post
/// needs `None`.
pub fn set(name: &'static str, value: &str, lifetime: u64) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, value)).path("/").http_only(true).secure(true);
    let cookie = cookie.same_site(SameSite::Lax).build().to_string();
    HeaderValue::try_from(format!("{cookie}; Max-Age={lifetime}")).ok()
}

/// The value of a cookie as it was sent. Names are not decoded: `%5F%5FHost-login` is another cookie, which another host
/// may set.
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == name)?.value_raw()
}
