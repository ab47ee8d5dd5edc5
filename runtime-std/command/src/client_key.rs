//! A client secret that is neither on the command line nor in a file with realms.

use std::path::Path;

use onerealm::open_regular_file;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::prompt;
use crate::standard_input::read_standard_input;

/// No secret is nearly as long, in bytes.
const LEN: usize = 64 * 1024;

/// The secret in a file, or for `-` on standard input, where it isn't shown if that is a terminal.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let is_input = path == Path::new("-");
    let text = match () {
        () if is_input && prompt::has_terminal() => prompt::hidden("Client secret: ")?,
        () if is_input => Zeroizing::new(read_standard_input()?),
        () => read_file(path)?,
    };
    // Editors and shells of Windows write a mark at the beginning, which nobody sees.
    let line = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let place = || if is_input { "standard input".to_owned() } else { path.display().to_string() };
    if line.trim().is_empty() {
        return Err(Failure::usage(format!("there is no client secret in {}", place())));
    }
    if line.trim() != line || line.contains(['\n', '\r']) {
        return Err(Failure::usage(format!(
            "{} has more in it than one line with the client secret, without spaces around it",
            place()
        )));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn read_file(path: &Path) -> Result<Zeroizing<String>, Failure> {
    use std::io::Read as _;
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("can't read the client secret in {}: {error}", path.display()))
            .fixed_by("name a file with the client secret alone, or give - and pipe it in")
    };
    let file = open_regular_file(path).map_err(unreadable)?;
    #[cfg(unix)]
    if let Ok(metadata) = file.metadata() {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.mode() & 0o077 != 0 {
            let path = path.display();
            log::warn!("{path} can be read by others: chmod 600 keeps the client secret from them");
        }
    }
    // Room from the start: a string that grows leaves copies of the secret behind.
    let mut text = Zeroizing::new(String::with_capacity(LEN + 1));
    file.take(LEN as u64 + 1).read_to_string(&mut text).map_err(unreadable)?;
    match text.len() > LEN {
        true => Err(unreadable(std::io::Error::other(format!("it is larger than {LEN} bytes")))),
        false => Ok(text),
    }
}
