//! System calls of one login, counted by strace.

use super::parent::Relying;
use crate::counts::{Counts, Figure};

/// What so many more logins add to a process, by login; nothing without strace.
const LOGINS: usize = 50;

/// Of a later login of this kind.
pub fn of(parties: &Relying<'_>, kind: &str) -> Counts {
    let counted = |logins| parties.traced(kind, logins).map(|text| calls(&text));
    let Some((few, many)) = counted(2).zip(counted(2 + LOGINS)) else {
        eprintln!("without strace, the system calls of a login are not counted: install it");
        return Counts::new();
    };
    let each = |few: u64, many: u64| many.saturating_sub(few) as f64 / LOGINS as f64;
    let names = many.iter().filter_map(|(name, many)| {
        let few = few.iter().find(|(known, _)| known == name).map_or(0, |(_, calls)| *calls);
        let each = each(few, *many);
        (each >= 0.5).then(|| format!("{name} {each:.0}"))
    });
    eprintln!("{kind}: {}", names.collect::<Vec<_>>().join(", "));
    let sum = |calls: &[(String, u64)]| calls.iter().map(|(_, calls)| calls).sum();
    vec![(Figure::SystemCalls, each(sum(&few), sum(&many)).round() as u64)]
}

/// Names and numbers in strace's table. How often threads wait for one another differs from run to run, and doesn't
/// count.
fn calls(table: &str) -> Vec<(String, u64)> {
    let lines = table.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, calls) = (words.next()?, words.next()?.parse().ok()?);
        words.next().is_none().then(|| (name.to_owned(), calls))
    });
    lines.filter(|(name, _)| !["futex", "total"].contains(&name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_without_its_head_and_its_sum() {
        let table = "\
syscall              calls
---------------- ---------
read                    17
futex                  400
openat                   2
---------------- ---------
total                  419
";
        assert_eq!(calls(table), [("read".to_owned(), 17), ("openat".to_owned(), 2)]);
    }
}
