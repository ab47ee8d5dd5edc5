//! The pages shown in the browser.

use std::fmt::Write as _;

use onerealm_loopback::http_server::Response;

const STYLE: &str = "<style>body { font: 1.1em sans-serif; margin: 4em auto; max-width: 26em } \
     input, button { font: inherit; padding: .4em; margin: .3em 0 }</style>";

/// The page that asks for a user name. Its form posts `login_token` to `action`.
pub(crate) fn sign_in(action: &str, login_token: &str, user_name: &str, notice: &str) -> Response {
    let form = format!(
        "<h1>Sign in</h1>\n<p>{}</p>\n<form method=\"post\" action=\"{}\">\n\
         <input type=\"hidden\" name=\"login_token\" value=\"{}\">\n\
         <input type=\"text\" name=\"user_name\" value=\"{}\" placeholder=\"User name\" autofocus>\n\
         <button name=\"choice\" value=\"sign_in\">Sign in</button>\n\
         <button name=\"choice\" value=\"cancel\">Cancel</button>\n</form>",
        escape(notice),
        escape(action),
        escape(login_token),
        escape(user_name),
    );
    page(200, &form)
}

/// The page for an error that must not be sent to the redirect URI.
pub(crate) fn error(status: u16, text: &str) -> Response {
    page(
        status,
        &format!(
            "<h1>Sorry, but we’re having trouble signing you in.</h1>\n<p>{}</p>",
            escape(text)
        ),
    )
}

/// A page that posts the answer to the redirect URI automatically (OAuth 2.0 Form Post Response
/// Mode).
pub(crate) fn form_post(redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
    let mut form = format!("<form method=\"post\" action=\"{}\">\n", escape(redirect_uri));
    for (name, value) in parameters {
        // Writing to a string cannot fail.
        let _ = writeln!(
            form,
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            escape(name),
            escape(value)
        );
    }
    form.push_str(
        "<button>Continue</button>\n</form>\n<script>document.forms[0].submit()</script>",
    );
    page(200, &form)
}

fn page(status: u16, content: &str) -> Response {
    let body = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Sign in</title>\n{STYLE}\n{content}\n</html>\n"
    );
    Response::new(status)
        .with_header("Cache-Control", "no-store")
        .with_header("Referrer-Policy", "no-referrer")
        .with_header("X-Content-Type-Options", "nosniff")
        .with_header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
        )
        .with_body("text/html; charset=utf-8", body)
}

/// Escapes text for HTML content and quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_comes_from_outside_leaves_its_quotation_marks() {
        let hostile = "\"'><script>alert(1)</script>&amp;";
        let pages = [
            sign_in(hostile, hostile, hostile, hostile),
            error(400, hostile),
            form_post(hostile, &[("state", hostile)]),
        ];
        for page in pages {
            let body = String::from_utf8(page.body).unwrap();
            assert!(!body.contains("<script>alert"));
            assert!(body.contains("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"));
        }
    }
}
