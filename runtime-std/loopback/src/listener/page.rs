//! The pages that the browser shows: plain, without scripts or links, and never with anything that was sent.

use crate::http_server::Response;

/// A page for the end user. All texts are escaped.
#[derive(Clone, Debug)]
pub struct Page {
    status: u16,
    title: String,
    heading: String,
    facts: Vec<(String, String)>,
    paragraphs: Vec<String>,
}

const STYLE: &str = include_str!("page.css");

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// A tick, where it went well; otherwise an exclamation mark.
const TICK: &str = "M15 24.5l6.5 6.5L33 18.5";
const EXCLAMATION_MARK: &str = "M24 14v12m0 7.5v.01";

impl Page {
    /// A page with this HTTP status, which says too whether it went well; `title` names the program.
    pub fn new(status: u16, title: &str, heading: &str) -> Self {
        Page {
            status,
            title: title.to_owned(),
            heading: heading.to_owned(),
            facts: Vec::new(),
            paragraphs: Vec::new(),
        }
    }

    /// The page with another fact, as `Signed in as` and a name. Facts are above the paragraphs.
    pub fn with_fact(mut self, name: &str, value: &str) -> Self {
        self.facts.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The page with another paragraph.
    pub fn with_paragraph(mut self, text: &str) -> Self {
        self.paragraphs.push(text.to_owned());
        self
    }

    pub(super) fn response(&self) -> Response {
        let (class, mark) = match self.status {
            200..=299 => ("done", TICK),
            _ => ("problem", EXCLAMATION_MARK),
        };
        let (title, heading) = (escaped(&self.title), escaped(&self.heading));
        let content = self.content();
        let body = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{heading} - {title}</title>\n<style>\n{STYLE}</style>\n\
             <main class=\"{class}\">\n\
             <svg viewBox=\"0 0 48 48\" aria-hidden=\"true\"><circle cx=\"24\" cy=\"24\" r=\"24\"/><path d=\"{mark}\"/></svg>\n\
             <h1>{heading}</h1>\n{content}</main>\n<footer>{title}</footer>\n</html>\n"
        );
        bare(self.status).with_body("text/html; charset=utf-8", body)
    }

    fn content(&self) -> String {
        let facts = self.facts.iter().map(|(name, value)| {
            format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(name), escaped(value))
        });
        let facts: String = facts.collect();
        let facts = if facts.is_empty() { facts } else { format!("<dl>\n{facts}</dl>\n") };
        let paragraphs = self.paragraphs.iter().map(|text| format!("<p>{}</p>\n", escaped(text)));
        facts + &paragraphs.collect::<String>()
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
        let page = Page::new(200, "t<", "<h\"").with_fact("<", "</dd>");
        let page = page.with_paragraph("<script>a & 'b'</script>");
        let body = String::from_utf8(page.response().body).unwrap();
        assert!(body.contains("<title>&lt;h&quot; - t&lt;</title>"), "{body}");
        assert!(body.contains("<dt>&lt;</dt><dd>&lt;/dd&gt;</dd>"), "{body}");
        assert!(body.contains("<p>&lt;script&gt;a &amp; &#39;b&#39;&lt;/script&gt;</p>"), "{body}");
    }
}
