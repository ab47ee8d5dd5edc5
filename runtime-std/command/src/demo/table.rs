//! What the provider received and what came of it, as a table.

use std::fmt;

use onerealm::{ClientType, Error, User};
use onerealm_demo_provider::Recorded;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::scene::{Expected, Scene};

pub(super) struct Table {
    issuer: String,
    rows: Vec<Row>,
}

/// One login.
pub(super) struct Row {
    title: &'static str,
    realm: &'static str,
    redirect_url: &'static str,
    client_type: ClientType,
    requests: Vec<Request>,
    outcome: Result<User, Error>,
    surprise: Option<&'static str>,
}

/// One token request as the provider's record has it: names, not values.
struct Request {
    authorization: Option<String>,
    parameters: Vec<String>,
    status: u16,
    error_code: Option<u64>,
}

impl Row {
    pub(super) fn new(
        scene: &Scene,
        client_type: ClientType,
        received: Vec<Recorded>,
        outcome: Result<User, Error>,
    ) -> Self {
        let requests: Vec<_> = received.iter().map(Request::of).collect();
        let surprise = match (&scene.expected, &outcome, requests.as_slice()) {
            (_, _, [] | [_, _, ..]) => Some("there was not exactly one token request"),
            (Expected::Identity, Ok(_), [_]) => None,
            (Expected::Identity, Err(_), [_]) => Some("a login failed that had to succeed"),
            (Expected::Refused(code), Err(_), [only]) if only.error_code == Some(*code) => None,
            (Expected::Refused(_), _, [_]) => Some("a login was not refused as it had to be"),
        };
        Row {
            title: scene.title,
            realm: scene.realm,
            redirect_url: scene.redirect_url,
            client_type,
            requests,
            outcome,
            surprise,
        }
    }

    /// What each column says.
    fn cells(&self) -> [String; 6] {
        let request = |text: fn(&Request) -> String| {
            self.requests.iter().map(text).collect::<Vec<_>>().join(" | ")
        };
        [
            self.title.to_owned(),
            self.realm.to_owned(),
            self.redirect_url.to_owned(),
            self.client_type.as_str().to_owned(),
            request(Request::sent),
            request(Request::answered),
        ]
    }

    fn came_of_it(&self) -> String {
        match &self.outcome {
            Ok(user) => format!("{} (subject {})", user.username, user.subject),
            Err(error) => {
                let fix = error.explanation().fix.as_deref();
                let fix = fix.map(|fix| format!("\n   fix: {fix}")).unwrap_or_default();
                format!("{error} [{}]{fix}", error.code())
            }
        }
    }

    fn to_json(&self) -> Value {
        let requests: Vec<_> = self
            .requests
            .iter()
            .map(|request| {
                json!({
                    "authorization": request.authorization,
                    "parameters": request.parameters,
                    "status": request.status,
                    "aadsts": request.error_code,
                })
            })
            .collect();
        let (username, subject, error) = match &self.outcome {
            Ok(user) => (Some(&user.username), Some(&user.subject), None),
            Err(error) => (None, None, Some(error.code())),
        };
        json!({
            "login": self.title,
            "realm": self.realm,
            "redirect_url": self.redirect_url,
            "client_type": self.client_type.as_str(),
            "token_requests": requests,
            "username": username,
            "subject": subject,
            "error": error,
        })
    }
}

impl Request {
    fn of(recorded: &Recorded) -> Self {
        let scheme = |value: &str| value.split(' ').next().unwrap_or_default().to_owned();
        let mut parameters: Vec<String> = form_urlencoded::parse(&recorded.request.body)
            .map(|(name, _)| name.into_owned())
            .collect();
        parameters.sort();
        Request {
            authorization: recorded.request.header("authorization").map(scheme),
            parameters,
            status: recorded.status().unwrap_or_default(),
            error_code: recorded.error_code(),
        }
    }

    fn sent(&self) -> String {
        let header = match &self.authorization {
            Some(scheme) => format!("[{scheme}] "),
            None => String::new(),
        };
        header + &self.parameters.join(" ")
    }

    fn answered(&self) -> String {
        match self.error_code {
            Some(code) => format!("{} AADSTS{code}", self.status),
            None => self.status.to_string(),
        }
    }
}

impl Table {
    pub(super) fn new(issuer: &str, rows: Vec<Row>) -> Self {
        Table { issuer: issuer.to_owned(), rows }
    }

    /// What is not as it had to be.
    pub(super) fn surprise(&self) -> Option<String> {
        let in_a_row = self.rows.iter().find_map(|row| {
            row.surprise.map(|surprise| format!("{}: {surprise}: {}", row.title, row.came_of_it()))
        });
        let mut users = self.rows.iter().filter_map(|row| row.outcome.as_ref().ok());
        let who = |user: &User| (user.username.clone(), user.subject.clone());
        let first = users.next().map(who);
        let differ = !users.all(|user| Some(who(user)) == first);
        in_a_row.or(differ.then(|| "the logins gave different end users".to_owned()))
    }

    pub(super) fn to_json(&self) -> Value {
        let rows: Vec<_> = self.rows.iter().map(Row::to_json).collect();
        json!({"issuer": self.issuer, "logins": rows})
    }
}

const HEADINGS: [&str; 6] =
    ["login", "client-type", "redirect URL", "so it is", "the token request had", "answer"];

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "One registration at a provider that behaves like Entra ID ({}).",
            self.issuer
        )?;
        writeln!(f, "What its token endpoint received, and what came of it:\n")?;
        let rows: Vec<_> = self.rows.iter().map(Row::cells).collect();
        let mut widths = HEADINGS.map(str::len);
        for cells in &rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
        write_line(f, "  ", &HEADINGS.map(str::to_owned), &widths)?;
        for (i, cells) in rows.iter().enumerate() {
            write_line(f, &format!("{} ", i + 1), cells, &widths)?;
        }
        writeln!(f)?;
        for (i, row) in self.rows.iter().enumerate() {
            writeln!(f, "{}  {}", i + 1, row.came_of_it())?;
        }
        Ok(())
    }
}

fn write_line(
    f: &mut fmt::Formatter<'_>,
    margin: &str,
    cells: &[String; 6],
    widths: &[usize; 6],
) -> fmt::Result {
    let mut line = margin.to_owned();
    for (cell, width) in cells.iter().zip(widths) {
        line += &format!(" {cell:<width$} ");
    }
    writeln!(f, "{}", line.trim_end())
}
