//! Writes the Perl modules of `docs/proxmox`, each frame with its blocks, below a directory:
//! `cargo run -p onerealm-proxmox-pages -- DIRECTORY`.

use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), String> {
    let directory = env::args_os().nth(1).ok_or("say a directory")?;
    for (file, text) in onerealm_proxmox_pages::assembled("pm")? {
        let path = Path::new(&directory).join(&file);
        let written = fs::create_dir_all(path.parent().unwrap_or(&path))
            .and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{file}");
    }
    Ok(())
}
