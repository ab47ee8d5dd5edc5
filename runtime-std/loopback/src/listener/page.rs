//! The pages that the browser shows: plain, without scripts or links, and never with anything that was sent.

use crate::http_server::Response;

/// A page for the end user. All texts are escaped.
#[derive(Clone, Debug)]
pub struct Page {
    status: u16,
    title: String,
    heading: String,
    paragraphs: Vec<String>,
}

const STYLE: &str = ":root { color-scheme: light dark } \
     body { font: 1.1em/1.5 system-ui, sans-serif; margin: 4em auto; max-width: 32em; padding: 0 1em } \
     h1 { font-size: 1.5em }";

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

impl Page {
    /// A page with this HTTP status; `title` names the program.
    pub fn new(status: u16, title: &str, heading: &str) -> Self {
        Page {
            status,
            title: title.to_owned(),
            heading: heading.to_owned(),
            paragraphs: Vec::new(),
        }
    }

    /// The page with another paragraph.
    pub fn with_paragraph(mut self, text: &str) -> Self {
        self.paragraphs.push(text.to_owned());
        self
    }

    pub(super) fn response(&self) -> Response {
        let paragraphs: String =
            self.paragraphs.iter().map(|text| format!("<p>{}</p>\n", escaped(text))).collect();
        let (title, heading) = (escaped(&self.title), escaped(&self.heading));
        let body = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{heading} - {title}</title>\n\
             <style>{STYLE}</style>\n<h1>{heading}</h1>\n{paragraphs}</html>\n"
        );
        bare(self.status).with_body("text/html; charset=utf-8", body)
    }
}

/// Sends the browser on, without a trace of where it was.
pub(super) fn redirect(url: &str) -> Response {
    bare(303).with_header("Location", url)
}

fn bare(status: u16) -> Response {
    Response::new(status)
        .with_header("Cache-Control", "no-store")
        .with_header("Referrer-Policy", "no-referrer")
        .with_header("Content-Security-Policy", POLICY)
        .with_header("X-Content-Type-Options", "nosniff")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let page = Page::new(200, "t<", "<h\"").with_paragraph("<script>a & 'b'</script>");
        let body = String::from_utf8(page.response().body).unwrap();
        assert!(body.contains("<title>&lt;h&quot; - t&lt;</title>"), "{body}");
        assert!(body.contains("<p>&lt;script&gt;a &amp; &#39;b&#39;&lt;/script&gt;</p>"), "{body}");
    }
}
