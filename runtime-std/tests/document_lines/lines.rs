//! The command lines of a page.

use crate::pages::{Block, Page, pages};

/// Programs whose command lines are looked for, in blocks and in running text.
const PROGRAMS: [&str; 38] = [
    ".ci/run",
    "ansible-playbook",
    "apt",
    "apt-get",
    "cargo",
    "chmod",
    "chown",
    "curl",
    "date",
    "diff",
    "docker",
    "dpkg",
    "dpkg-buildpackage",
    "eval",
    "find",
    "git",
    "hydra",
    "ip",
    "kanidm",
    "nm",
    "onerealm",
    "openssl",
    "packer",
    "proxmox-backup-client",
    "proxmox-backup-manager",
    "pvenode",
    "pveum",
    "python3",
    "qemu-system-arm",
    "rundll32",
    "rustup",
    "sha256sum",
    "ssh",
    "systemctl",
    "systemd-analyze",
    "tar",
    "terraform",
    "time",
];
/// The commands of `onerealm`, which running text also names alone.
pub const COMMANDS: [&str; 11] = [
    "auth-url",
    "check",
    "completions",
    "demo",
    "finish",
    "init",
    "login",
    "man",
    "pve",
    "set",
    "unset",
];
/// How blocks begin that are neither command lines nor realms.
const OTHER_TEXT: [(&str, &str); 9] = [
    ("CONTRIBUTING.md", "core/ "),
    ("README.md", "One registration at a provider"),
    ("docs/debian.md", "MISSING "),
    ("docs/errors.md", "error: the ID token is not for this client"),
    ("docs/errors.md", "error: the ID token's iss is not the realm's issuer-url"),
    ("docs/login.md", "Realm + ProviderMetadata"),
    ("docs/pending-logins.md", "DIR/ "),
    ("docs/pending-logins.md", "state = "),
    ("docs/proxmox/README.md", "PROXMOX_VE_AUTH_TICKET="),
];

/// A command line as a page has it.
#[derive(Debug)]
pub struct Line {
    pub page: String,
    pub text: String,
    /// What the page shows that it prints.
    pub shown: Option<Vec<String>>,
    /// Code in running text, or a row of a list: perhaps only the beginning of a command line.
    pub is_mention: bool,
}

impl Line {
    /// The text with one space between words.
    pub fn key(&self) -> String {
        key(&self.text)
    }

    pub fn program(&self) -> &str {
        first_word(&self.text)
    }
}

pub fn key(text: &str) -> String {
    text.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every command line of every page.
pub fn lines() -> Vec<Line> {
    pages().iter().flat_map(lines_of).collect()
}

fn lines_of(page: &Page) -> Vec<Line> {
    let mut found: Vec<_> = page.blocks.iter().flat_map(|block| in_block(page, block)).collect();
    for span in &page.spans {
        let is_line = PROGRAMS.contains(&first_word(span)) && span.contains(' ');
        let is_command = COMMANDS.contains(&first_word(span)) && span.contains(' ');
        if is_line || is_command {
            let text = if is_command { format!("onerealm {span}") } else { span.clone() };
            // A table's cell has a backslash before each bar.
            let text = text.replace("\\|", "|");
            found.push(Line { page: page.name.clone(), text, shown: None, is_mention: true });
        }
    }
    found
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn in_block(page: &Page, block: &Block) -> Vec<Line> {
    let first = block.lines.iter().map(|line| line.trim()).find(|line| !line.is_empty());
    let first = first.unwrap_or_default();
    let is_text = block.language() == "text";
    if block.is_placed() || (is_text && block.is_realms()) {
        return Vec::new();
    }
    if is_text && block.lines.iter().any(|line| prompted(line).is_some()) {
        return transcript(page, block);
    }
    match block.language() {
        "sh" => {}
        "text"
            if PROGRAMS.contains(&first_word(first)) || first.starts_with("onerealm-VERSION") => {}
        "text" => {
            let is_known = OTHER_TEXT
                .iter()
                .any(|(name, begin)| *name == page.name && first.starts_with(begin));
            assert!(
                is_known,
                "{}: neither command lines nor a block that is known: {first}",
                page.name
            );
            return Vec::new();
        }
        "json" | "python" | "rust" | "rust,ignore" | "toml" | "yaml" | "" => return Vec::new(),
        other => panic!("{}: a block in a language that is not known: {other}", page.name),
    }
    let logical = logical(&block.lines).into_iter();
    let lines = logical.map(|(text, is_mention)| Line {
        page: page.name.clone(),
        text,
        shown: None,
        is_mention,
    });
    lines.collect()
}

/// What is typed at a prompt: of a user, or of root at the one program that pages show so.
fn prompted(line: &str) -> Option<&str> {
    line.strip_prefix("$ ")
        .or_else(|| line.strip_prefix("# ").filter(|l| l.starts_with("onerealm ")))
}

/// Command lines at prompts, and what follows each.
fn transcript(page: &Page, block: &Block) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    for line in &block.lines {
        if let Some(text) = prompted(line) {
            found.push(Line {
                page: page.name.clone(),
                text: text.to_owned(),
                shown: Some(Vec::new()),
                is_mention: false,
            });
        } else {
            let last = found.last_mut().expect("a transcript begins with a prompt");
            last.shown.as_mut().unwrap().push(line.clone());
        }
    }
    found
}

/// Joins what goes on in the next line, and leaves out what explains a line; tells which lines were explained.
fn logical(lines: &[String]) -> Vec<(String, bool)> {
    let mut found: Vec<(String, bool)> = Vec::new();
    let mut is_open = false;
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        if is_open {
            let last = &mut found.last_mut().unwrap().0;
            last.extend(["\n", line]);
            is_open = goes_on(last);
        } else if line.starts_with("        ") {
            let last = &mut found.last_mut().expect("a synopsis begins with its command").0;
            last.extend([" ", line.trim()]);
        } else {
            let (command, explained) = match line.split_once("    ") {
                Some((command, rest)) => (command, !rest.trim_start().starts_with('#')),
                None => (line.as_str(), false),
            };
            let command = command.split(" # ").next().unwrap();
            is_open = goes_on(command);
            // A row of a list may name two.
            for part in command.split(", ") {
                found.push((part.trim().to_owned(), explained));
            }
        }
    }
    found
}

fn goes_on(text: &str) -> bool {
    text.ends_with(['\\', '|']) || shlex::split(text).is_none()
}
