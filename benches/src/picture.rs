//! The few rows that a user decides by, as an SVG: how far ours and the peers are from the limit.

use std::error::Error;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::plot::{COLOURS, FONT};
use crate::row::{Compared, Row};

/// How their names begin.
const DECISIVE: [&str; 9] = [
    "ID token RS256, ring, keys in the set: 10",
    "finish, sealed store",
    "login on a kept connection:",
    "login on a new connection:",
    "first login of a process",
    "p99 of logins while documents expire",
    "logins by 64 threads",
    "authorization URL in a new process",
    "process with one login: peak memory",
];

const LINE: i32 = 44;
const TOP: i32 = 50;
/// The axis of times the limit begins here, and is so wide.
const LEFT: i32 = 330;
const WIDTH: i32 = 620;

/// Those that were measured.
pub fn draw(rows: &[Row]) -> Result<String, Box<dyn Error>> {
    let decisive: Vec<(&Row, &Compared, f64)> = DECISIVE
        .iter()
        .filter_map(|name| rows.iter().find(|row| row.case.starts_with(name)))
        .filter_map(|row| Some((row, row.compared.as_ref()?, row.compared.as_ref()?.limit?)))
        .collect();
    let far = decisive.iter().flat_map(|(_, compared, limit)| {
        let peers = compared.peers.iter().map(|(_, value)| *value);
        peers.chain([compared.ours]).map(move |value| value / limit)
    });
    let most = far.fold(10.0, f64::max).log10().ceil();
    // A little less than the limit may be measured.
    let x = |times: f64| {
        LEFT + ((times.log10() + 0.15) / (most + 0.15) * f64::from(WIDTH)).max(0.0) as i32
    };
    let bottom = TOP + LINE * decisive.len() as i32;
    let mut svg = String::new();
    let whole = SVGBackend::with_string(&mut svg, (1000, bottom as u32 + 40)).into_drawing_area();
    whole.fill(&WHITE)?;
    let style =
        |horizontal| (FONT, 12).into_font().color(&BLACK).pos(Pos::new(horizontal, VPos::Center));
    for decade in 0..=most as i32 {
        let times = 10_f64.powi(decade);
        let line = [(x(times), TOP - 10), (x(times), bottom)];
        whole.draw(&PathElement::new(line, RGBColor(0xcc, 0xcc, 0xcc)))?;
        let label = if decade == 0 { "limit".to_owned() } else { format!("{times} x") };
        whole.draw(&Text::new(label, (x(times), bottom + 14), style(HPos::Center)))?;
    }
    for (place, name) in ["ours", "a peer"].into_iter().enumerate() {
        let at = (LEFT + 100 * place as i32, 20);
        whole.draw(&Circle::new(at, 5, COLOURS[place].filled()))?;
        whole.draw(&Text::new(name, (at.0 + 12, at.1), style(HPos::Left)))?;
    }
    for (line, (row, compared, limit)) in (0..).zip(&decisive) {
        let y = TOP + LINE * line + 10;
        let (name, what) = row.case.split_once(": ").unwrap_or((&row.case, ""));
        whole.draw(&Text::new(name, (LEFT - 20, y), style(HPos::Right)))?;
        whole.draw(&Text::new(what, (LEFT - 20, y + 14), style(HPos::Right)))?;
        for (_, value) in &compared.peers {
            whole.draw(&Circle::new((x(value / limit), y), 5, COLOURS[1].filled()))?;
        }
        whole.draw(&Circle::new((x(compared.ours / limit), y), 5, COLOURS[0].filled()))?;
        let shown = row.shown(compared.ours);
        whole.draw(&Text::new(shown, (x(compared.ours / limit), y + 16), style(HPos::Center)))?;
    }
    whole.present()?;
    drop(whole);
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_decisive_row_has_a_line_with_ours_and_its_peers() {
        let row = |case: &str, peers: usize| Row {
            case: case.to_owned(),
            compared: Some(Compared {
                ours: 2000.0,
                limit: Some(1000.0),
                peers: vec![("p".to_owned(), 9000.0); peers],
            }),
            ..Row::default()
        };
        let rows = [
            row("login on a kept connection: processor time", 0),
            row("something else", 4),
            row("first login of a process: elapsed time", 2),
            Row { compared: None, ..row("finish, sealed store, tmpfs", 0) },
        ];
        let svg = draw(&rows).unwrap();
        // Two are the legend's.
        assert_eq!(svg.matches("<circle").count(), 2 + 1 + 3);
        for text in ["login on a kept connection", "processor time", "limit", "2.00 us", "10 x"] {
            assert!(svg.lines().any(|line| line.trim() == text), "{text} is missing: {svg}");
        }
    }
}
