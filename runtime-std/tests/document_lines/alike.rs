//! What is printed, beside what a page shows.

/// What stands for text that is different each time, or long.
const LEFT_OUT: [&str; 2] = ["[...]", "..."];

/// Whether lines are what a page shows, where `[...]` and `...` stand for some text, and alone for some lines.
pub fn are_alike(lines: &[String], shown: &[String]) -> bool {
    match (lines, shown) {
        ([], []) => true,
        (_, [first, rest @ ..]) if LEFT_OUT.contains(&first.trim()) => {
            (0..=lines.len()).any(|skipped| are_alike(&lines[skipped..], rest))
        }
        ([line, lines @ ..], [first, shown @ ..]) => {
            is_alike(line.trim_end(), first.trim_end()) && are_alike(lines, shown)
        }
        _ => false,
    }
}

/// `PORT` stands for a port.
fn is_alike(line: &str, shown: &str) -> bool {
    let shown = shown.replace(LEFT_OUT[0], LEFT_OUT[1]).replace(":PORT/", ":.../");
    let Some((first, rest)) = shown.split_once(LEFT_OUT[1]) else { return line == shown };
    line.strip_prefix(first).is_some_and(|line| {
        line.char_indices().any(|(at, _)| is_alike(&line[at..], rest)) || rest.is_empty()
    })
}
