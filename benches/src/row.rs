//! A line of the report.

use serde_json::{Map, Value, json};

use crate::counts::Counts;

/// Which table a row is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Section {
    /// One that the limit and the peers are compared in.
    #[default]
    Steps,
    /// How cost grows.
    Growth,
    /// Many logins at once, and many one behind the other.
    Crowds,
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

/// Nanoseconds or bytes of each.
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
    /// Nanoseconds, or bytes where memory is shown; `None` where there are only counts.
    pub compared: Option<Compared>,
    /// Of one login of ours, or of one step.
    pub counts: Counts,
    /// What the table says besides.
    pub remark: Option<String>,
    /// What it is called in the file of ceilings.
    pub judged_as: &'static str,
}

impl Row {
    pub fn to_json(&self) -> Value {
        let mut row = json!({"case": self.case});
        let unit = if self.shown == Shown::Memory { "bytes" } else { "ns" };
        if let Some(Compared { ours, limit, peers }) = &self.compared {
            row[format!("ours_{unit}")] = rounded(*ours);
            row[format!("limit_{unit}")] = json!(limit.map(rounded));
            let peers = peers.iter().map(|(name, value)| (name.clone(), rounded(*value)));
            row[format!("peers_{unit}")] = peers.collect::<Map<_, _>>().into();
        }
        for (figure, count) in &self.counts {
            row[figure.word()] = (*count).into();
        }
        if let Some(remark) = &self.remark {
            row["remark"] = remark.clone().into();
        }
        row
    }

    /// As a row of the table that [`HEAD`] begins.
    pub fn to_table(&self) -> String {
        let nothing = Compared { ours: f64::NAN, ..Compared::default() };
        let Compared { ours, limit, peers } = self.compared.as_ref().unwrap_or(&nothing);
        let limit_shown = limit.map_or("-".to_owned(), |limit| self.shown(limit));
        let to_limit = limit.map_or("-".to_owned(), |limit| times(ours / limit));
        let counts = self.counts.iter().map(|(figure, count)| format!("{figure}: {count}"));
        let counts: Vec<String> = counts.chain(self.remark.clone()).collect();
        let peers: Vec<String> = peers
            .iter()
            .map(|(name, value)| format!("{name} {} ({})", self.shown(*value), times(value / ours)))
            .collect();
        format!(
            "| {} | {limit_shown} | {} | {to_limit} | {} | {} |",
            self.case,
            self.shown(*ours),
            counts.join(", "),
            peers.join(", "),
        )
    }

    /// In the unit of this row.
    pub fn shown(&self, value: f64) -> String {
        match self.shown {
            _ if value.is_nan() => "-".to_owned(),
            Shown::Time => duration(value),
            Shown::Rate => format!("{} a second", thousands(1e9 / value)),
            Shown::Memory => format!("{:.1} MB", value / 1e6),
        }
    }
}

/// The head of a table of rows.
pub const HEAD: &str = "\
| case | limit | ours | to the limit | counted | peers (to ours) |
|---|---|---|---|---|---|";

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
    use crate::counts::Figure;

    fn row() -> Row {
        Row {
            case: "a login".to_owned(),
            compared: Some(Compared {
                ours: 2000.0,
                limit: Some(1000.04),
                peers: vec![("another".to_owned(), 30_000.0)],
            }),
            counts: vec![(Figure::Allocations, 0), (Figure::SystemCalls, 7)],
            ..Row::default()
        }
    }

    #[test]
    fn a_line_of_json_has_the_members_that_are_promised() {
        let promised = json!({
            "case": "a login", "ours_ns": 2000.0, "limit_ns": 1000.0, "peers_ns": {"another": 30_000.0},
            "allocations": 0, "system-calls": 7,
        });
        assert_eq!(row().to_json(), promised);
        let memory = Row { shown: Shown::Memory, counts: Vec::new(), ..row() }.to_json();
        let bytes = json!({
            "case": "a login", "ours_bytes": 2000.0, "limit_bytes": 1000.0, "peers_bytes": {"another": 30_000.0},
        });
        assert_eq!(memory, bytes);
        let counted = Row { compared: None, ..row() }.to_json();
        assert_eq!(counted, json!({"case": "a login", "allocations": 0, "system-calls": 7}));
    }

    #[test]
    fn a_row_of_the_table_has_a_cell_for_each_heading() {
        let shown = "| a login | 1.00 us | 2.00 us | 2.00 x | allocations: 0, system calls: 7 | another 30.00 us (15 x) |";
        assert_eq!(row().to_table(), shown);
        let cells = |line: &str| line.matches('|').count();
        assert_eq!(cells(shown), cells(HEAD.lines().next().unwrap()));
        let rate = Row { shown: Shown::Rate, ..row() }.to_table();
        assert!(rate.starts_with("| a login | 999,960 a second | 500,000 a second | 2.00 x |"));
        let counted = Row { compared: None, remark: Some("r".to_owned()), ..row() }.to_table();
        assert_eq!(counted, "| a login | - | - | - | allocations: 0, system calls: 7, r |  |");
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
