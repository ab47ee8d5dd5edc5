//! The pages as a whole: no block is left out of the tests, and texts name what the schemas have.

use std::collections::BTreeSet;
use std::path::Path;

use onerealm_proxmox_pages::{Block, assemble, blocks, pages};

fn all() -> Vec<Block> {
    pages().values().flat_map(|page| blocks(page).unwrap()).collect()
}

fn block(file: &str, place: &str) -> Block {
    all().into_iter().find(|block| block.file == file && block.place == place).unwrap()
}

/// The names of the properties that a plugin gets.
fn properties(file: &str) -> Vec<String> {
    let text = block(file, "properties").text;
    let names = text.lines().filter_map(|line| line.strip_prefix("        '"));
    names.filter_map(|line| line.strip_suffix("' => {").map(str::to_owned)).collect()
}

const PVE: &str = "pve-access-control/src/PVE/Auth/OpenId.pm";

#[test]
fn each_block_with_code_has_a_frame_and_each_other_one_is_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("frames");
    let mut kinds = BTreeSet::new();
    for block in all() {
        let (_, extension) = block.file.rsplit_once('.').unwrap_or(("", "changelog"));
        match (block.language.as_str(), extension) {
            ("perl", "pm") | ("rust", "rs") | ("js", "js") => {
                assert!(root.join(&block.file).is_file(), "{} has no frame", block.file);
            }
            ("toml", "toml") | ("text", "changelog") | ("asciidoc", "adoc") => {}
            other => panic!("{other:?} in {}", block.file),
        }
        assert!(!block.text.is_empty() && !block.text.contains('\t'), "{block:?}");
        kinds.insert(block.language);
    }
    let expected = ["asciidoc", "js", "perl", "rust", "text", "toml"];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn each_product_has_a_page_with_blocks() {
    let pages = pages();
    let with_blocks: Vec<_> =
        pages.iter().filter(|(_, page)| !blocks(page).unwrap().is_empty()).collect();
    let names: Vec<_> = with_blocks.iter().map(|(name, _)| name.as_str()).collect();
    let expected =
        ["pbs", "pdm", "pmg", "pve", "pve-docs", "upstream", "widget-toolkit", "yew-comp"];
    assert_eq!(names, expected);
}

#[test]
fn manual_and_changelog_name_each_property() {
    let names = properties(PVE);
    assert_eq!(names.len(), 13);
    assert_eq!(properties("pmg-api/src/PMG/Auth/OIDC.pm"), names);
    let manual = block("pve-docs/pveum.adoc", "advanced-settings").text;
    for repository in ["pve-access-control", "pmg-api"] {
        let changelog = block(&format!("{repository}/debian/changelog"), "entry").text;
        let words: Vec<_> =
            changelog.split_whitespace().map(|word| word.trim_matches([',', '.'])).collect();
        for name in &names {
            assert!(words.contains(&name.as_str()), "{repository}: {name}");
        }
    }
    for name in &names {
        assert!(manual.contains(&format!("`{name}`")), "{name}");
    }
    for line in manual.lines() {
        assert!(line.len() <= 80, "{line}");
    }
}

#[test]
fn each_edit_window_has_the_same_properties() {
    let names = properties(PVE);
    for file in [
        "pve-manager/www/manager6/dc/AuthEditOpenId.js",
        "proxmox-widget-toolkit/src/window/AuthEditOpenId.js",
        "pmg-gui/js/AuthEditOIDC.js",
    ] {
        let text = block(file, "fields").text;
        let fields = text.lines().filter_map(|line| line.trim().strip_prefix("name: '"));
        let fields: Vec<_> = fields.map(|line| line.trim_end_matches("',")).collect();
        assert_eq!(fields, names[..6], "{file}");
        assert_eq!(text.matches("deleteEmpty: '{!isCreate}'").count(), 6, "{file}");
        let boxes = text.matches("proxmoxKVComboBox").count();
        assert_eq!(text.matches("['__default__', ").count(), boxes, "{file}");
    }
}

#[test]
fn a_manifest_names_the_folder_of_the_drop_in() {
    for block in all().iter().filter(|block| block.language == "toml") {
        let line = block.text.lines().last().unwrap();
        let path = line.strip_prefix("proxmox-openid = { path = \"").unwrap();
        let (_, folder) = path.trim_end_matches("\" }").split_once("/onerealm/").unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert!(root.join(folder).join("Cargo.toml").is_file(), "{folder}");
    }
}

#[test]
fn a_block_without_a_place_and_a_place_without_a_block_are_errors() {
    let page = "```perl file=a/b.pm place=one\n1;\n```\n\n````text\n```perl file=x place=y\n````\n";
    let found = blocks(page).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(assemble("a/b.pm", "0;\n    #@ one\n", &found).unwrap(), "0;\n1;\n");
    assert!(assemble("a/b.pm", "0;\n", &found).is_err());
    assert!(assemble("a/b.pm", "#@ one\n#@ one\n", &found).is_err());
    assert!(assemble("a/b.pm", "//@ two\n", &found).is_err());
    assert!(blocks("```perl file=a\n```\n").is_err());
    assert!(blocks("```perl file=a plaec=b\n```\n").is_err());
    assert!(blocks("```perl file=a place=b\n").is_err());
}
