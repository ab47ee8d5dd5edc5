//! The realms that the pages show, read as the command reads them.

use std::path::Path;
use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};

use crate::pages::pages;

/// What the reader warned of.
static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Warnings;

impl Log for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("onerealm_domains_cfg")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            WARNINGS.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

#[test]
fn every_realm_on_a_page_is_read_without_a_warning() {
    log::set_logger(&Warnings).unwrap();
    log::set_max_level(LevelFilter::Warn);
    let mut count = 0;
    for page in pages() {
        for block in page.blocks.iter().filter(|block| block.is_realms() && !block.is_placed()) {
            let realms = onerealm_domains_cfg::parse(&block.text(), Path::new(&page.name)).unwrap();
            assert!(realms.iter().next().is_some(), "{}: no realm is read", page.name);
            for (name, realm) in realms.iter() {
                count += 1;
                assert!(realm.is_ok(), "{}, {name}: {:?}", page.name, realm.err());
            }
            let warnings = WARNINGS.lock().unwrap();
            assert!(warnings.is_empty(), "{}: {warnings:?}", page.name);
        }
    }
    assert!(count > 10, "{count} realms");
}

#[test]
fn every_json_block_is_json() {
    for page in pages() {
        for block in page.blocks.iter().filter(|block| block.language() == "json") {
            let read = serde_json::from_str::<serde_json::Value>(&block.text());
            assert!(read.is_ok(), "{}: {read:?}", page.name);
        }
    }
}
