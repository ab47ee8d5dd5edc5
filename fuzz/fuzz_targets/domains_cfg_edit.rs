#![no_main]

#[path = "../src/domains_cfg_edit.rs"]
mod domains_cfg_edit;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    domains_cfg_edit::domains_cfg_edit(input);
});
