//! Words from the network, fit for a message.

use onerealm_core::wire::is_invisible;

/// Bounded, and without anything that forges what is around it.
pub(crate) fn shown(text: &str) -> String {
    const LEN: usize = 300;
    let mut shown = String::new();
    for c in text.trim().chars() {
        match c {
            ' ' => shown.push(c),
            c if is_visible(c) => shown.push(c),
            c => shown.extend(c.escape_default()),
        }
        if shown.len() > LEN {
            shown.push('…');
            break;
        }
    }
    shown
}

/// Whether it is a letter, a digit, or another character of ASCII, and can be seen: fillers count as letters.
pub(crate) fn is_visible(c: char) -> bool {
    c.is_ascii_graphic() || (c.is_alphanumeric() && !is_invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_bounded_and_escaped() {
        let words = format!("\u{1b}[31mZoë\n\u{202e}\u{200b} {}", "x".repeat(1000));
        let shown = shown(&words);
        assert!(shown.starts_with("\\u{1b}[31mZoë\\n\\u{202e}\\u{200b} xxx"), "{shown}");
        assert!(shown.len() < 310 && shown.ends_with('…'));
    }

    #[test]
    fn letters_that_nobody_sees_are_escaped() {
        let words = "a\u{115f}\u{1160}\u{3164}\u{ffa0}b";
        assert_eq!(shown(words), r"a\u{115f}\u{1160}\u{3164}\u{ffa0}b");
    }
}
