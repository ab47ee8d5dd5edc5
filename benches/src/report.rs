//! All rows, and what is judged of them.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::cases;
use crate::docs;
use crate::judge::excesses;
use crate::logins;
use crate::machine;
use crate::plot;
use crate::row::{HEAD, Row, Section, duration, thousands};
use crate::stores::{self, Point};

/// What the report is asked for.
#[derive(Debug, Default, PartialEq)]
pub struct Options<'a> {
    pub json: bool,
    pub quick: bool,
    /// A file for the plot.
    pub plot: Option<&'a str>,
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
                "--plot" => options.plot = Some(arguments.next()?),
                "--docs" => options.docs = Some(arguments.next()?),
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Measures, prints and judges.
pub fn run(options: &Options<'_>) -> ExitCode {
    let load_before = machine::load();
    let (rows, points) = measure(options);
    let tables = Tables::of(&rows, &points, &load_before);
    if !options.json {
        println!("\n{}\n{}\n{}", tables.growth, tables.pending, tables.machine);
    }
    if let Err(error) = write(options, &points, &tables) {
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
            false if row.section == Section::Steps => println!("{}", row.to_table()),
            false => {}
        }
        rows.push(row);
    };
    if !options.json {
        println!("{HEAD}");
    }
    let rounds = if options.quick { 9 } else { 501 };
    for case in cases::all() {
        keep((case.make)().row(case.section, &case.name, rounds));
    }
    let points = stores::rows(options.quick, &mut keep);
    logins::rows(options.quick).into_iter().for_each(&mut keep);
    (rows, points)
}

/// As they stand in the documentation.
struct Tables {
    machine: String,
    steps: String,
    growth: String,
    pending: String,
}

/// Where the tables stand, below `docs`.
pub const TABLES: [(&str, &str); 4] = [
    ("performance.md", "machine"),
    ("performance.md", "steps"),
    ("performance.md", "growth"),
    ("pending-logins.md", "pending"),
];
const PLOT: &str = "pending-logins.svg";

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
            growth: table(Section::Growth),
            pending: table_by_pending(points),
        }
    }
}

fn write(options: &Options<'_>, points: &[Point], tables: &Tables) -> io::Result<()> {
    let plot = plot::draw(points);
    if let Some(file) = options.plot {
        fs::write(file, &plot)?;
    }
    if let Some(folder) = options.docs.map(Path::new) {
        let texts = [&tables.machine, &tables.steps, &tables.growth, &tables.pending];
        for ((file, name), text) in TABLES.into_iter().zip(texts) {
            docs::replace(&folder.join(file), name, text)?;
        }
        fs::write(folder.join(PLOT), &plot)?;
    }
    Ok(())
}

/// Says what is above what it may be, and fails then.
fn verdict(rows: &[Row]) -> ExitCode {
    let lines: Vec<String> = rows.iter().flat_map(excesses).collect();
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
    use crate::exchanges::{Exchanges, Most};

    #[test]
    fn options_come_in_any_order_and_others_are_refused() {
        let all = Options { json: true, quick: true, plot: Some("a.svg"), docs: Some("docs") };
        let arguments = ["--plot", "a.svg", "--json", "--docs", "docs", "--quick"];
        assert_eq!(Options::parse(&arguments), Some(all));
        assert_eq!(Options::parse(&[]), Some(Options::default()));
        assert_eq!(Options::parse(&["--plot"]), None);
        assert_eq!(Options::parse(&["--fast"]), None);
    }

    #[test]
    fn one_login_with_a_handshake_too_many_fails_the_report() {
        let most =
            Most { exchanges: Some(Exchanges { requests: 2, handshakes: 0 }), ..Most::default() };
        let row = |handshakes| Row {
            exchanges: Some(Exchanges { requests: 2, handshakes }),
            most,
            ..Row::default()
        };
        assert_eq!(verdict(&[row(0), row(0)]), ExitCode::SUCCESS);
        assert_eq!(verdict(&[row(0), row(1)]), ExitCode::FAILURE);
    }

    #[test]
    fn the_table_has_a_line_for_each_number_of_pending_logins() {
        let point = Point { pending: 10_000.0, begin: [1.0, 2.0, 3e6], finish: [4e3, 5.0, 6.0] };
        let table = table_by_pending(&[point]);
        let line = "| 10,000 | 1 ns | 2 ns | 3.00 ms | 4.00 us | 5 ns | 6 ns |";
        assert_eq!(table.lines().last(), Some(line));
    }
}
