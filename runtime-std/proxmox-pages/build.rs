//! Sets the Rust blocks of `docs/proxmox` into their frames, for the tests to compile.

#[allow(dead_code)]
#[path = "src/blocks.rs"]
mod blocks;

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=frames");
    println!("cargo::rerun-if-changed=../../docs/proxmox");
    println!("cargo::rerun-if-changed=src/blocks.rs");
    let out = env::var_os("OUT_DIR").expect("OUT_DIR");
    for (file, text) in blocks::assembled("rs").unwrap_or_else(|error| panic!("{error}")) {
        let path = Path::new(&out).join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("OUT_DIR");
        fs::write(path, text).expect("OUT_DIR");
    }
}
