//! A line of the report.

use serde_json::{Map, Value, json};

use crate::exchanges::{Exchanges, Most};

/// Which table a row is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Section {
    /// One that the limit and the peers are compared in.
    #[default]
    Steps,
    /// How cost grows.
    Growth,
    /// Begin or finish by the number of pending logins.
    Pending,
}

/// What the table shows of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shown {
    #[default]
    Time,
    /// How many in a second.
    Rate,
    Memory,
}

/// What the three measured, or nanoseconds, or bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compared {
    pub ours: f64,
    pub limit: Option<f64>,
    pub peers: Vec<(String, f64)>,
}

#[derive(Debug, Default)]
pub struct Row {
    pub section: Section,
    pub case: String,
    pub shown: Shown,
    pub nanoseconds: Compared,
    /// The most bytes of memory at once.
    pub bytes: Option<Compared>,
    pub allocations: Option<u64>,
    /// Of one login of ours.
    pub exchanges: Option<Exchanges>,
    pub most: Most,
}

impl Row {
    pub fn to_json(&self) -> Value {
        let Compared { ours, limit, peers } = &self.nanoseconds;
        let mut row = json!({
            "case": self.case,
            "ours_ns": rounded(*ours),
            "limit_ns": limit.map(rounded),
            "peers": by_name(peers),
            "ours_allocs": self.allocations,
        });
        if let Some(Exchanges { requests, handshakes }) = self.exchanges {
            row["requests"] = requests.into();
            row["handshakes"] = handshakes.into();
        }
        if let Some(Compared { ours, limit, peers }) = &self.bytes {
            row["ours_bytes"] = rounded(*ours);
            row["limit_bytes"] = json!(limit.map(rounded));
            row["peers_bytes"] = by_name(peers);
        }
        row
    }

    /// As a row of the table that [`HEAD`] begins.
    pub fn to_table(&self) -> String {
        let compared = match (self.shown, &self.bytes) {
            (Shown::Memory, Some(bytes)) => bytes,
            _ => &self.nanoseconds,
        };
        let shown = |value: f64| match self.shown {
            Shown::Time => duration(value),
            Shown::Rate => format!("{} a second", thousands(1e9 / value)),
            Shown::Memory => format!("{:.1} MB", value / 1e6),
        };
        let limit = compared.limit.map_or("-".to_owned(), shown);
        let to_limit = compared.limit.map_or("-".to_owned(), |limit| times(compared.ours / limit));
        let mut counts = Vec::new();
        if let Some(allocations) = self.allocations {
            counts.push(format!("allocations: {allocations}"));
        }
        if let Some(Exchanges { requests, handshakes }) = self.exchanges {
            counts.push(format!("requests: {requests}, handshakes: {handshakes}"));
        }
        let peers: Vec<String> = compared
            .peers
            .iter()
            .map(|(name, value)| {
                format!("{name} {} ({})", shown(*value), times(value / compared.ours))
            })
            .collect();
        let ours = shown(compared.ours);
        format!(
            "| {} | {limit} | {ours} | {to_limit} | {} | {} |",
            self.case,
            counts.join(", "),
            peers.join(", "),
        )
    }
}

/// The head of a table of rows.
pub const HEAD: &str = "\
| case | limit | ours | to the limit | counted | peers (to ours) |
|---|---|---|---|---|---|";

fn by_name(peers: &[(String, f64)]) -> Value {
    let peers: Map<_, _> =
        peers.iter().map(|(name, value)| (name.clone(), rounded(*value))).collect();
    peers.into()
}

fn rounded(value: f64) -> Value {
    json!((value * 10.0).round() / 10.0)
}

fn times(ratio: f64) -> String {
    match ratio {
        0.0..10.0 => format!("{ratio:.2} x"),
        _ => format!("{} x", thousands(ratio)),
    }
}

/// In the unit that leaves one to three digits before the point.
pub fn duration(ns: f64) -> String {
    match ns {
        0.0..1e3 => format!("{ns:.0} ns"),
        1e3..1e6 => format!("{:.2} us", ns / 1e3),
        _ => format!("{:.2} ms", ns / 1e6),
    }
}

/// Without fractions, with a comma before every third digit from the end.
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            case: "a login".to_owned(),
            nanoseconds: Compared {
                ours: 2000.0,
                limit: Some(1000.04),
                peers: vec![("another".to_owned(), 30_000.0)],
            },
            allocations: Some(0),
            ..Row::default()
        }
    }

    #[test]
    fn a_line_of_json_has_the_members_that_are_promised() {
        let promised = json!({
            "case": "a login", "ours_ns": 2000.0, "limit_ns": 1000.0, "peers": {"another": 30_000.0},
            "ours_allocs": 0,
        });
        assert_eq!(row().to_json(), promised);
        let bare = Row { allocations: None, nanoseconds: Compared::default(), ..row() };
        let promised = json!({"case": "a login", "ours_ns": 0.0, "limit_ns": null, "peers": {}, "ours_allocs": null});
        assert_eq!(bare.to_json(), promised);
    }

    #[test]
    fn requests_handshakes_and_bytes_are_members_where_they_were_counted() {
        let exchanges = Some(Exchanges { requests: 2, handshakes: 1 });
        let peers = vec![("another".to_owned(), 3e6)];
        let bytes = Some(Compared { ours: 2e6, limit: Some(1e6), peers });
        let json = Row { exchanges, bytes, ..row() }.to_json();
        let counted = json!([json["requests"], json["handshakes"]]);
        assert_eq!(counted, json!([2, 1]));
        let bytes = json!([json["ours_bytes"], json["limit_bytes"], json["peers_bytes"]]);
        assert_eq!(bytes, json!([2e6, 1e6, {"another": 3e6}]));
    }

    #[test]
    fn a_row_of_the_table_has_a_cell_for_each_heading() {
        let shown =
            "| a login | 1.00 us | 2.00 us | 2.00 x | allocations: 0 | another 30.00 us (15 x) |";
        assert_eq!(row().to_table(), shown);
        let cells = |line: &str| line.matches('|').count();
        assert_eq!(cells(shown), cells(HEAD.lines().next().unwrap()));
        let rate = Row { shown: Shown::Rate, ..row() }.to_table();
        assert!(rate.starts_with("| a login | 999,960 a second | 500,000 a second | 2.00 x |"));
    }

    #[test]
    fn every_third_digit_has_a_comma() {
        let all = [0.0, 999.4, 1000.0, 123_456.0, 1_234_567.0].map(thousands);
        assert_eq!(all, ["0", "999", "1,000", "123,456", "1,234,567"]);
    }

    #[test]
    fn times_are_told_in_their_unit() {
        let all = [999.0, 1000.0, 1_500_000.0].map(duration);
        assert_eq!(all, ["999 ns", "1.00 us", "1.50 ms"]);
    }
}
