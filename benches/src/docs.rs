//! Puts what was measured into the documentation, between two comments that name the table.

use std::fs;
use std::io;
use std::path::Path;

/// Replaces the text between `<!-- report: NAME -->` and `<!-- end of report -->` in a file.
pub fn replace(file: &Path, name: &str, text: &str) -> io::Result<()> {
    let document = fs::read_to_string(file)?;
    let replaced = replaced(&document, name, text).ok_or_else(|| {
        io::Error::other(format!("{} has no place for the report's {name}", file.display()))
    })?;
    fs::write(file, replaced)
}

fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- report: {name} -->\n");
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}\n{}\n\n{END}{after}", text.trim()))
}

const END: &str = "<!-- end of report -->";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_comments_is_replaced() {
        let document = "a\n<!-- report: t -->\nold\n<!-- end of report -->\nb\n";
        let once = replaced(document, "t", "new\n").unwrap();
        assert_eq!(once, "a\n<!-- report: t -->\n\nnew\n\n<!-- end of report -->\nb\n");
        assert_eq!(replaced(&once, "t", "new").as_ref(), Some(&once));
        assert_eq!(replaced(document, "u", "new"), None);
        let [two, two_then] = [document, &once]
            .map(|document| format!("<!-- report: s -->\n<!-- end of report -->\n{document}"));
        assert_eq!(replaced(&two, "t", "new"), Some(two_then));
    }

    #[test]
    fn the_documentation_has_a_place_for_each_table() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        for (file, name) in crate::report::TABLES {
            let document = fs::read_to_string(docs.join(file)).unwrap();
            assert!(replaced(&document, name, "").is_some(), "{file} has no place for {name}");
        }
    }
}
