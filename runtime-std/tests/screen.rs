//! What a terminal shows.

/// The lines that a terminal has in the end that was sent this.
pub fn screen(sent: &str) -> Vec<String> {
    let mut lines = vec![Vec::new()];
    let mut column = 0;
    for c in sent.chars() {
        let line: &mut Vec<char> = lines.last_mut().unwrap();
        match c {
            '\r' => column = 0,
            '\n' => lines.push(Vec::new()),
            '\x08' => column -= 1,
            c => {
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
    }
    lines.iter().map(|line| line.iter().collect::<String>().trim_end().to_owned()).collect()
}
