//! The most that a login may take of what does not depend on the machine's speed.

use std::collections::BTreeSet;

use crate::counts::Figure;
use crate::row::Row;

/// A line for each count above its ceiling, and for each ceiling that nothing was counted for.
pub fn excesses(rows: &[Row]) -> Vec<String> {
    excesses_over(&ceilings(include_str!("../ceilings.txt")), rows)
}

struct Ceiling<'t> {
    figure: Figure,
    most: u64,
    of: &'t str,
}

fn ceilings(text: &str) -> Vec<Ceiling<'_>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| ceiling(line).unwrap_or_else(|| panic!("not a ceiling: {line}"))).collect()
}

fn ceiling(line: &str) -> Option<Ceiling<'_>> {
    let mut words = line.splitn(3, ' ');
    let word = words.next()?;
    let figure = Figure::ALL.into_iter().find(|figure| figure.word() == word)?;
    Some(Ceiling { figure, most: words.next()?.parse().ok()?, of: words.next()? })
}

fn excesses_over(ceilings: &[Ceiling<'_>], rows: &[Row]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut judged = BTreeSet::new();
    for row in rows {
        for Ceiling { figure, most, of } in ceilings.iter().filter(|c| row.judged_as == c.of) {
            let counts = row.counts.iter().filter(|(counted, _)| counted == figure);
            for (_, is) in counts {
                judged.insert((figure, of));
                if is > most {
                    lines.push(format!("{}: {is} {figure} where {most} are the most", row.case));
                }
            }
        }
    }
    let idle = ceilings.iter().filter(|c| !judged.contains(&(&c.figure, &c.of)));
    lines.extend(idle.map(|c| format!("{}: no {} were counted", c.of, c.figure)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# a comment\n\nallocations 3 login\nrequests 2 login\nhandshakes 1 login\nsystem-calls 40 login\n";

    fn excesses_of(of: &'static str, counts: [u64; 4]) -> Vec<String> {
        let counts = Figure::ALL.into_iter().zip(counts).collect();
        let row = Row { case: "c".to_owned(), judged_as: of, counts, ..Row::default() };
        excesses_over(&ceilings(TEXT), &[row])
    }

    #[test]
    fn what_is_at_its_ceiling_is_well() {
        assert!(excesses_of("login", [3, 2, 1, 40]).is_empty());
        assert!(excesses_of("login", [0, 0, 0, 0]).is_empty());
    }

    #[test]
    fn whatever_is_above_its_ceiling_is_told() {
        for (counts, told) in [
            ([4, 2, 1, 40], "c: 4 allocations where 3 are the most"),
            ([3, 3, 1, 40], "c: 3 requests where 2 are the most"),
            ([3, 2, 2, 40], "c: 2 handshakes where 1 are the most"),
            ([3, 2, 1, 41], "c: 41 system calls where 40 are the most"),
        ] {
            assert_eq!(excesses_of("login", counts), [told]);
        }
        assert_eq!(excesses_of("login", [9; 4]).len(), 3);
    }

    #[test]
    fn a_ceiling_that_judges_nothing_is_told() {
        let told = excesses_of("another", [0; 4]);
        assert_eq!(told.len(), 4);
        assert_eq!(told[3], "login: no system calls were counted");
        let row = Row { judged_as: "login", ..Row::default() };
        assert_eq!(excesses_over(&ceilings(TEXT), &[row]).len(), 4);
    }

    #[test]
    #[should_panic(expected = "not a ceiling: requests two login")]
    fn a_line_that_is_not_understood_is_not_skipped() {
        ceilings("requests two login");
    }
}
