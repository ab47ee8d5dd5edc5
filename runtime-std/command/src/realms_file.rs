//! Which file the realms are in.

use std::path::{Path, PathBuf};

use onerealm::{Class, Realms, Who};
use onerealm_domains_cfg::ConfigError;

use crate::config_directory;
use crate::failure::Failure;
use crate::own_path::{Found, look};

/// The file of a Proxmox node.
pub(crate) const OF_PROXMOX: &str = "/etc/pve/domains.cfg";

/// What this user's own file is called.
const NAME: &str = "realms.cfg";

const INIT: &str = "onerealm init asks for a realm and writes a file of your own";

/// A file with realms.
pub(crate) struct RealmsFile {
    pub(crate) path: PathBuf,
    /// Whether `--config` names it.
    is_named: bool,
}

/// This user's own file, whether or not it is there.
pub(crate) fn own() -> Option<PathBuf> {
    Some(config_directory::of_this_user()?.join(NAME))
}

impl RealmsFile {
    /// The file that is named, or this user's own, or else that of a Proxmox node: the first that is there.
    pub(crate) fn find(named: Option<PathBuf>) -> Result<Self, Failure> {
        if let Some(path) = named {
            return Ok(RealmsFile { path, is_named: true });
        }
        let file = first_of(own(), Path::new(OF_PROXMOX))?;
        log::info!("the realms are those of {}", file.path.display());
        Ok(file)
    }

    pub(crate) fn read(&self) -> Result<Realms, Failure> {
        onerealm_domains_cfg::read(&self.path).map_err(|error| {
            let is_unreadable = matches!(error, ConfigError::Unreadable { .. });
            let failure = Failure::from(error);
            match is_unreadable && !self.is_named && self.path == Path::new(OF_PROXMOX) {
                true => failure.fixed_by(INIT),
                false => failure,
            }
        })
    }
}

fn first_of(own: Option<PathBuf>, of_proxmox: &Path) -> Result<RealmsFile, Failure> {
    let found = own.as_deref().map_or(Found::Nothing, look);
    let why = match (own, found) {
        (Some(path), Found::Own) => return Ok(RealmsFile { path, is_named: false }),
        (Some(path), Found::Unused(reason)) => {
            let sentence = format!("{} is not used, as {reason}", path.display());
            if is_there(of_proxmox) {
                log::warn!("{sentence}; the realms are those of {}", of_proxmox.display());
            }
            sentence
        }
        (Some(path), Found::Nothing) => format!("{} isn't there", path.display()),
        (None, _) => "there is no folder for a file of your own, as neither HOME nor XDG_CONFIG_HOME is an absolute path".to_owned(),
    };
    if is_there(of_proxmox) {
        return Ok(RealmsFile { path: of_proxmox.to_owned(), is_named: false });
    }
    let sentence =
        format!("there is no file with realms: {why}, and {} isn't there", of_proxmox.display());
    Err(Failure::new("config_unreadable", sentence, Class::Realm as u8)
        .left_to(Who::SystemAdministrator.as_str())
        .fixed_by(format!(
            "{INIT}; or name one with --config, or describe the realm with --issuer and --client-id"
        )))
}

/// Whether there is something, readable or not.
fn is_there(path: &Path) -> bool {
    !path.symlink_metadata().is_err_and(|error| {
        matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn ones_own_file_comes_before_that_of_a_node() {
        let directory = tempfile::tempdir().unwrap();
        let (own, of_proxmox) = (directory.path().join("own"), directory.path().join("proxmox"));
        let first = |own: Option<&Path>| first_of(own.map(Path::to_owned), &of_proxmox);
        let missing = first(Some(&own)).err().unwrap().text();
        for part in [&own, &of_proxmox] {
            assert!(missing.contains(&format!("{} isn't there", part.display())), "{missing}");
        }
        assert!(missing.contains("onerealm init"), "{missing}");
        let nowhere = first(None).err().unwrap().text();
        assert!(nowhere.contains("neither HOME nor XDG_CONFIG_HOME"), "{nowhere}");
        fs::write(&of_proxmox, "").unwrap();
        assert_eq!(first(Some(&own)).unwrap_or_else(|_| panic!()).path, of_proxmox);
        assert_eq!(first(None).unwrap_or_else(|_| panic!()).path, of_proxmox);
        // Below a file is nothing.
        assert_eq!(
            first(Some(&of_proxmox.join("x"))).unwrap_or_else(|_| panic!()).path,
            of_proxmox
        );
    }

    #[test]
    #[cfg(unix)]
    fn what_is_there_is_taken_even_if_it_can_not_be_read() {
        use std::os::unix::fs::symlink;
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let of_proxmox = root.join("proxmox");
        fs::write(&of_proxmox, "").unwrap();
        let own = root.join("own");
        fs::create_dir(&own).unwrap();
        let taken = || first_of(Some(own.clone()), &of_proxmox).unwrap_or_else(|_| panic!());
        assert_eq!(taken().path, own);
        let error = taken().read().unwrap_err().text();
        assert!(error.contains(&format!("{}: it is not a regular file", own.display())), "{error}");
        fs::remove_dir(&own).unwrap();
        symlink("nowhere", &own).unwrap();
        assert_eq!(taken().path, own);
        let error = taken().read().unwrap_err().text();
        assert!(error.contains(&own.display().to_string()), "{error}");
        fs::write(root.join("nowhere"), "openid: sso\n").unwrap();
        assert!(taken().read().is_ok());
    }
}
