//! All rows, and what is judged of them.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::cases;
use crate::ceilings::excesses;
use crate::docs;
use crate::logins;
use crate::machine;
use crate::picture;
use crate::plot;
use crate::row::{HEAD, Row, Section, duration, thousands};
use crate::stores::{self, Point};

/// What the report is asked for.
#[derive(Debug, Default, PartialEq)]
pub struct Options<'a> {
    pub json: bool,
    /// Only what is counted.
    pub quick: bool,
    /// The folder with the documentation, for the tables and the plot.
    pub docs: Option<&'a str>,
}

impl<'a> Options<'a> {
    pub fn parse(arguments: &[&'a str]) -> Option<Self> {
        let mut options = Options::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match *argument {
                "--json" => options.json = true,
                "--quick" => options.quick = true,
                "--docs" => options.docs = Some(arguments.next()?),
                _ => return None,
            }
        }
        // Nothing of it belongs into the documentation.
        (!options.quick || options.docs.is_none()).then_some(options)
    }
}

/// Measures, prints and judges.
pub fn run(options: &Options<'_>) -> ExitCode {
    let load_before = machine::load();
    let (rows, points) = measure(options);
    let tables = Tables::of(&rows, &points, &load_before);
    if !options.json && !options.quick {
        println!("\n{}\n{}\n{}\n{}", tables.crowds, tables.growth, tables.pending, tables.machine);
    }
    if let Err(error) = write(options, &rows, &points, &tables) {
        eprintln!("the report could not be written: {error}");
        return ExitCode::FAILURE;
    }
    verdict(&rows)
}

/// Prints each row when it is measured.
fn measure(options: &Options<'_>) -> (Vec<Row>, Vec<Point>) {
    let mut rows = Vec::new();
    let mut keep = |row: Row| {
        match options.json {
            true => println!("{}", row.to_json()),
            false if options.quick || row.section == Section::Steps => {
                println!("{}", row.to_table());
            }
            false => {}
        }
        rows.push(row);
    };
    if !options.json {
        println!("{HEAD}");
    }
    let rounds = (!options.quick).then_some(501);
    for case in cases::all() {
        keep((case.make)().row(case.section, &case.name, rounds));
    }
    let points = if options.quick { Vec::new() } else { stores::rows(&mut keep) };
    logins::rows(options.quick, &mut keep);
    (rows, points)
}

/// As they stand in the documentation.
struct Tables {
    machine: String,
    steps: String,
    crowds: String,
    growth: String,
    pending: String,
}

/// Where the tables stand, below `docs`.
pub const TABLES: [(&str, &str); 6] = [
    ("performance.md", "picture"),
    ("performance.md", "machine"),
    ("performance.md", "steps"),
    ("performance.md", "crowds"),
    ("performance.md", "growth"),
    ("pending-logins.md", "pending"),
];
const PLOT: &str = "pending-logins.svg";
const PICTURE: &str = "performance.svg";
const PICTURE_SHOWN: &str =
    "![What a user decides by: ours and the peers, beside the limit](performance.svg)";

impl Tables {
    fn of(rows: &[Row], points: &[Point], load_before: &str) -> Self {
        let table = |section| {
            let rows = rows.iter().filter(|row| row.section == section).map(Row::to_table);
            let lines: Vec<String> = [HEAD.to_owned()].into_iter().chain(rows).collect();
            lines.join("\n") + "\n"
        };
        let load = machine::load();
        Tables {
            machine: format!(
                "{}. Load average: {load_before} at the beginning, {load} at the end.\n",
                machine::describe()
            ),
            steps: table(Section::Steps),
            crowds: table(Section::Crowds),
            growth: table(Section::Growth),
            pending: table_by_pending(points),
        }
    }
}

fn write(options: &Options<'_>, rows: &[Row], points: &[Point], tables: &Tables) -> io::Result<()> {
    let Some(folder) = options.docs.map(Path::new) else { return Ok(()) };
    let Tables { machine, steps, crowds, growth, pending } = tables;
    let texts = [PICTURE_SHOWN, machine, steps, crowds, growth, pending];
    for ((file, name), text) in TABLES.into_iter().zip(texts) {
        docs::replace(&folder.join(file), name, text)?;
    }
    fs::write(folder.join(PICTURE), picture::draw(rows).map_err(drawing)?)?;
    fs::write(folder.join(PLOT), plot::draw(points).map_err(drawing)?)
}

fn drawing(error: Box<dyn Error>) -> io::Error {
    io::Error::other(error.to_string())
}

/// Says what is above what it may be, and fails then.
fn verdict(rows: &[Row]) -> ExitCode {
    let lines = excesses(rows);
    lines.iter().for_each(|line| eprintln!("too much: {line}"));
    match lines.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn table_by_pending(points: &[Point]) -> String {
    let mut table = String::from(
        "\
| pending | begin: directory | sealed | JSON file | finish: directory | sealed | JSON file |
|---|---|---|---|---|---|---|
",
    );
    for Point { pending, begin, finish } in points {
        let cells: Vec<String> = begin.iter().chain(finish).map(|ns| duration(*ns)).collect();
        table += &format!("| {} | {} |\n", thousands(*pending), cells.join(" | "));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_in_any_order_and_others_are_refused() {
        let all = Options { json: true, quick: false, docs: Some("docs") };
        assert_eq!(Options::parse(&["--json", "--docs", "docs"]), Some(all));
        assert_eq!(Options::parse(&[]), Some(Options::default()));
        assert_eq!(Options::parse(&["--docs"]), None);
        assert_eq!(Options::parse(&["--fast"]), None);
        assert_eq!(Options::parse(&["--docs", "docs", "--quick"]), None);
    }

    #[test]
    fn the_table_has_a_line_for_each_number_of_pending_logins() {
        let point = Point { pending: 10_000.0, begin: [1.0, 2.0, 3e6], finish: [4e3, 5.0, 6.0] };
        let table = table_by_pending(&[point]);
        let line = "| 10,000 | 1 ns | 2 ns | 3.00 ms | 4.00 us | 5 ns | 6 ns |";
        assert_eq!(table.lines().last(), Some(line));
    }
}
