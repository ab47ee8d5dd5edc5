//! The JavaScript blocks parse.

use tree_sitter::{Node, Parser};

fn problem(text: &str) -> Option<String> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_javascript::LANGUAGE.into()).unwrap();
    let tree = parser.parse(text, None).unwrap();
    tree.root_node().has_error().then(|| first_error(tree.root_node()))
}

fn first_error(node: Node<'_>) -> String {
    let mut cursor = node.walk();
    let child = node.children(&mut cursor).find(|child| child.has_error());
    match child {
        Some(child) if !child.is_error() && !child.is_missing() => first_error(child),
        Some(child) => format!("line {}", child.start_position().row + 1),
        None => format!("line {}", node.start_position().row + 1),
    }
}

#[test]
fn each_block_parses() {
    for (file, text) in onerealm_proxmox_pages::assembled("js").unwrap() {
        assert_eq!(problem(&text), None, "{file}:\n{text}");
    }
}

#[test]
fn a_missing_brace_is_a_problem() {
    for (file, text) in onerealm_proxmox_pages::assembled("js").unwrap() {
        let at = text.rfind('}').unwrap();
        let damaged = format!("{}{}", &text[..at], &text[at + 1..]);
        assert!(problem(&damaged).is_some(), "{file}");
    }
}
