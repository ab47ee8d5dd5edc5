//! All rows, and what is judged of them.

use std::fs;
use std::process::ExitCode;

use crate::cases;
use crate::judge::excesses;
use crate::logins;
use crate::machine;
use crate::plot;
use crate::row::{HEAD, Row, Section, duration, thousands};
use crate::stores::{self, Point};

/// What the report is asked for.
#[derive(Debug, PartialEq)]
pub struct Options<'a> {
    pub json: bool,
    pub quick: bool,
    pub plot: Option<&'a str>,
}

impl<'a> Options<'a> {
    pub fn parse(arguments: &[&'a str]) -> Option<Self> {
        let mut options = Options { json: false, quick: false, plot: None };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match *argument {
                "--json" => options.json = true,
                "--quick" => options.quick = true,
                "--plot" => options.plot = Some(arguments.next()?),
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Measures, prints and judges.
pub fn run(options: &Options<'_>) -> ExitCode {
    let load = machine::load();
    if !options.json {
        println!("{}\n\n{HEAD}", machine::describe());
    }
    let mut rows = Vec::new();
    let mut keep = |row: Row| {
        match options.json {
            true => println!("{}", row.to_json()),
            false if row.section == Section::Steps => println!("{}", row.to_table()),
            false => {}
        }
        rows.push(row);
    };
    let rounds = if options.quick { 9 } else { 501 };
    for case in cases::all() {
        keep((case.make)().row(case.section, &case.name, rounds));
    }
    stores::rows(options.quick).into_iter().for_each(&mut keep);
    logins::rows(options.quick).into_iter().for_each(&mut keep);

    let points = Point::all(&rows);
    if !options.json {
        println!("\n{HEAD}");
        rows.iter()
            .filter(|row| row.section == Section::Growth)
            .for_each(|row| println!("{}", row.to_table()));
        print!("\n{}", table_by_pending(&points));
        println!("\nload average: {load} at the beginning, {} at the end", machine::load());
    }
    let drawn = options.plot.map_or(Ok(()), |file| fs::write(file, plot::draw(&points)));
    if let Err(error) = drawn {
        eprintln!("the plot is not written: {error}");
        return ExitCode::FAILURE;
    }
    verdict(&rows)
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

/// The table of `docs/pending-logins.md`.
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
    use crate::judge::{Exchanges, Most};

    #[test]
    fn options_come_in_any_order_and_others_are_refused() {
        let all = Options { json: true, quick: true, plot: Some("a.svg") };
        assert_eq!(Options::parse(&["--plot", "a.svg", "--json", "--quick"]), Some(all));
        let none = Options { json: false, quick: false, plot: None };
        assert_eq!(Options::parse(&[]), Some(none));
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
