//! The pages of the documentation, taken apart: fenced blocks, and code in running text.

use std::fs;
use std::path::Path;

use crate::named_tests::root;

/// Folders whose pages are read, besides those below `runtime-std`.
const FOLDERS: [&str; 9] =
    ["", "benches", "core", "debian", "docs", "docs/proxmox", "fuzz", "interop", "runtime-std"];
/// Tells what was once so.
const HISTORY: &str = "CHANGELOG.md";

pub struct Page {
    /// Its path in the repository.
    pub name: String,
    pub blocks: Vec<Block>,
    /// Code in running text, each on one line.
    pub spans: Vec<String>,
}

pub struct Block {
    /// What stands behind the fence.
    pub info: String,
    pub lines: Vec<String>,
}

impl Block {
    /// The first word behind the fence.
    pub fn language(&self) -> &str {
        self.info.split_whitespace().next().unwrap_or_default()
    }

    /// A block that is placed into one of Proxmox's files, which `runtime-std/proxmox-pages` tries, or shows how to.
    pub fn is_placed(&self) -> bool {
        self.info.contains("file=") || self.lines.iter().any(|line| line.starts_with("```"))
    }

    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// Whether it is a file with a realm.
    pub fn is_realms(&self) -> bool {
        self.lines.iter().any(|line| line.starts_with("openid: "))
    }
}

/// All pages, in a fixed order.
pub fn pages() -> Vec<Page> {
    let mut folders: Vec<_> = FOLDERS.iter().map(|folder| root().join(folder)).collect();
    let inner = fs::read_dir(root().join("runtime-std")).unwrap();
    folders.extend(inner.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    let mut paths: Vec<_> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_page(path))
        .collect();
    paths.sort();
    paths.iter().map(|path| page(path)).collect()
}

fn is_page(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    (name.ends_with(".md") || name == "README.source") && name != HISTORY
}

fn page(path: &Path) -> Page {
    let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    let text = fs::read_to_string(path).unwrap();
    let (blocks, rest) = match name.ends_with(".md") {
        true => blocks(&text),
        false => indented(&text),
    };
    Page { name, blocks, spans: spans(&rest) }
}

/// The fenced blocks, without the indent of their fence, and the text around them.
fn blocks(text: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut rest) = (Vec::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let inner = line.trim_start();
        let ticks = inner.len() - inner.trim_start_matches('`').len();
        if ticks < 3 {
            rest.extend([line, "\n"]);
            continue;
        }
        let indent = &line[..line.len() - inner.len()];
        let (fence, info) = inner.split_at(ticks);
        let inside = lines.by_ref().take_while(|line| line.trim() != fence);
        let inside = inside.map(|line| line.strip_prefix(indent).unwrap_or(line).to_owned());
        blocks.push(Block { info: info.to_owned(), lines: inside.collect() });
    }
    (blocks, rest)
}

/// The indented blocks of a page that is plain text.
fn indented(text: &str) -> (Vec<Block>, String) {
    let (inside, rest): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("    "));
    let lines = inside.into_iter().map(|line| line.trim().to_owned()).collect();
    (vec![Block { info: "sh".to_owned(), lines }], rest.join("\n"))
}

/// What stands between backticks, a line end being a space.
fn spans(text: &str) -> Vec<String> {
    let paragraphs = text.split("\n\n").flat_map(|paragraph| paragraph.split("\n|"));
    let spans = paragraphs.flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
    spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}
