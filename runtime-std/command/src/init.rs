//! `init`: a realm in a file of this user's own, from answers or from options.

mod answers;
mod provider;
mod told;

use std::path::{Path, PathBuf};

use clap::Args;
use onerealm::Class;
use onerealm_domains_cfg::ConfigFile;

use self::answers::Answers;
use self::provider::Provider;
use crate::failure::Failure;
use crate::interrupt;
use crate::outcome::Outcome;
use crate::own_path::{Found, look};
use crate::prompt;
use crate::realm_options::{RealmOptions, borrowed, realm};
use crate::realms_file::{self, OF_PROXMOX};
use crate::say::say;

#[derive(Args)]
pub(crate) struct Init {
    #[command(flatten)]
    options: RealmOptions,
    /// Write the realm without asking the provider
    #[arg(long)]
    offline: bool,
}

pub(crate) fn run(init: &Init, config: Option<PathBuf>, state: &Path) -> Result<Outcome, Failure> {
    interrupt::watch_with(prompt::end);
    let mut target = Target::find(config)?;
    let provider = Provider { state, source: target.path.display().to_string() };
    let is_asked = prompt::has_terminal();
    let answers = match is_asked {
        true => {
            target.say_where();
            Answers::ask(&init.options, &target.names, (!init.offline).then_some(&provider))?
        }
        false => Answers::given(&init.options, &target.names)?,
    };
    let described = realm(&answers.name, &answers.properties)
        .map_err(|problem| Failure::usage(format!("the realm can't be used: {problem}")))?;
    if !init.offline && !answers.is_offline {
        provider.look(&described, is_asked)?;
    }
    target.file.add(&answers.name, &borrowed(&answers.properties))?;
    let Target { path, file, is_new, is_named, .. } = target;
    interrupt::held(|| {
        if is_new {
            make_folder(&path)?;
        }
        file.write().map_err(Failure::from)
    })?;
    if !is_new && answers.has_secret() {
        warn_of_readers(&path);
    }
    Ok(told::outcome(&described, &path, is_new, is_named))
}

/// The file that the realm is written to.
struct Target {
    path: PathBuf,
    file: ConfigFile,
    /// The realms that are in it.
    names: Vec<String>,
    is_new: bool,
    /// Whether `--config` names it.
    is_named: bool,
}

impl Target {
    fn find(config: Option<PathBuf>) -> Result<Self, Failure> {
        let is_named = config.is_some();
        let path = match config {
            Some(path) => path,
            None => own()?,
        };
        // What is there but can't be read is an error of its own, and not to be written over.
        let is_new = !path.is_symlink() && path.try_exists().is_ok_and(|is_there| !is_there);
        let file = if is_new { ConfigFile::new(&path) } else { ConfigFile::read(&path)? };
        let names = file.names();
        Ok(Target { path, file, names, is_new, is_named })
    }

    fn say_where(&self) {
        let path = self.path.display();
        match (self.is_new, self.names.as_slice()) {
            (true, _) => say!("The realm is written to {path}, which is new."),
            (false, []) => say!("The realm is added to {path}, which stays as it is otherwise."),
            (false, names) => say!(
                "The realm is added to {path}, which stays as it is otherwise and has these realms: {}.",
                names.join(", ")
            ),
        }
        if self.is_new && !self.is_named && Path::new(OF_PROXMOX).exists() {
            say!("From then on, your realms are those of that file, not of {OF_PROXMOX}.");
        }
        say!("Nothing is written before the last answer; Ctrl-C ends this.");
    }
}

/// This user's own file, if it would also be read.
fn own() -> Result<PathBuf, Failure> {
    let path = realms_file::own().ok_or_else(|| {
        Failure::usage("there is no folder for a file of your own, as neither HOME nor XDG_CONFIG_HOME is an absolute path")
            .fixed_by("name a file with --config")
    })?;
    // Of what isn't there yet, the folder above counts.
    let there = path.ancestors().find(|part| part.symlink_metadata().is_ok()).unwrap_or(&path);
    match look(there) {
        Found::Unused(reason) => Err(Failure::new(
            "config_unwritable",
            format!("{} would not be read, as {reason}; nothing was written", path.display()),
            Class::Storage as u8,
        )
        .fixed_by("run this as the user whose folder that is, or set HOME to one of this user's own, or name a file with --config")),
        _ => Ok(path),
    }
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        let sentence = format!("{} can't be made: {error}; nothing was written", folder.display());
        Failure::new("config_unwritable", sentence, Class::Storage as u8)
    })
}

/// A file that was there keeps its mode.
fn warn_of_readers(path: &Path) {
    #[cfg(unix)]
    if let Ok(metadata) = path.metadata() {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.mode() & 0o077 != 0 {
            let path = path.display();
            log::warn!(
                "{path} has a client secret in it, and can be read by others: chmod 600 keeps them out"
            );
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}
