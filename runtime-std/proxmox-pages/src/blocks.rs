//! Blocks, frames, and the two together.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Added lines in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The first word of the info string: `perl`, `rust`, `js`, ..
    pub language: String,
    /// Repository and path.
    pub file: String,
    /// The place in that file.
    pub place: String,
    /// The lines, each with its line feed.
    pub text: String,
}

/// The pages of `docs/proxmox` by file name, without extension.
///
/// # Panics
///
/// If they can't be read.
pub fn pages() -> BTreeMap<String, String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/proxmox");
    let files = fs::read_dir(directory).expect("docs/proxmox");
    let paths = files.map(|file| file.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("a page"))
        })
        .collect()
}

/// The additions in `page`, in their order.
///
/// # Errors
///
/// If an info string has only one of `file=` and `place=`, or if a fence is not closed.
pub fn blocks(page: &str) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let info = line.trim_start_matches('`');
        let fence = &line[..line.len() - info.len()];
        if fence.len() < 3 {
            continue;
        }
        let mut text = String::new();
        loop {
            match lines.next() {
                None => return Err(format!("the block {info:?} is not closed")),
                Some(line) if line == fence => break,
                Some(line) => {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        let mut words = info.split(' ');
        let language = words.next().unwrap_or_default().to_owned();
        let (mut file, mut place) = (None, None);
        for word in words {
            match word.split_once('=') {
                Some(("file", value)) => file = Some(value.to_owned()),
                Some(("place", value)) => place = Some(value.to_owned()),
                _ => return Err(format!("{word:?} in the info string {info:?}")),
            }
        }
        match (file, place) {
            (None, None) => {}
            (Some(file), Some(place)) => found.push(Block { language, file, place, text }),
            _ => return Err(format!("file= and place= go together: {info:?}")),
        }
    }
    Ok(found)
}

/// `frame` with the `blocks` of `file` in their places.
///
/// # Errors
///
/// If a place has no block, or a block no place.
pub fn assemble(file: &str, frame: &str, blocks: &[Block]) -> Result<String, String> {
    let mut left: Vec<_> = blocks.iter().filter(|block| block.file == file).collect();
    let mut text = String::new();
    for line in frame.lines() {
        let marker = line.trim_start();
        let place = marker.strip_prefix("#@ ").or_else(|| marker.strip_prefix("//@ "));
        let Some(place) = place else {
            text.push_str(line);
            text.push('\n');
            continue;
        };
        let at = left.iter().position(|block| block.place == place);
        let at = at.ok_or_else(|| format!("{file}: no page has a block for {place}"))?;
        text.push_str(&left.remove(at).text);
    }
    match left.first() {
        None => Ok(text),
        Some(block) => Err(format!("{file}: the frame has no place {}", block.place)),
    }
}

/// All frames below `frames/` whose name ends in `extension`, with the blocks of all pages in them:
/// repository and path, and text.
///
/// # Errors
///
/// As [`blocks`] and [`assemble`], and if there is no such frame.
pub fn assembled(extension: &str) -> Result<BTreeMap<String, String>, String> {
    let mut all = Vec::new();
    for page in pages().values() {
        for block in blocks(page)? {
            // Two pages may give the same lines.
            if !all.contains(&block) {
                all.push(block);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("frames");
    let mut found = BTreeMap::new();
    for path in files(&root) {
        if path.extension().is_none_or(|of| of != extension) {
            continue;
        }
        let below = path.strip_prefix(&root).expect("below frames").to_string_lossy();
        // The pages have slashes on every system.
        let file = below.replace(std::path::MAIN_SEPARATOR, "/");
        let frame = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        let text = assemble(&file, &frame, &all)?;
        found.insert(file, text);
    }
    if found.is_empty() { Err(format!("no frame ends in .{extension}")) } else { Ok(found) }
}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![root.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { left.push(path) } else { found.push(path) }
        }
    }
    found
}
