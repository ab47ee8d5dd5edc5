//! One line of the file with the realms, set or removed.

use std::path::Path;

use onerealm_domains_cfg::ConfigFile;
use serde_json::json;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::prompt;
use crate::standard_input::read_standard_input;

/// `-` as the value stands for standard input; without a value, the property is removed.
pub(crate) fn run(
    config: &Path,
    realm: &str,
    property: &str,
    value: Option<&str>,
) -> Result<Outcome, Failure> {
    let mut file = ConfigFile::read(config)?;
    let changed = match value {
        Some("-") => {
            let text = match ConfigFile::is_secret(property) && prompt::has_terminal() {
                true => prompt::hidden(&format!("{property}: "))?,
                false => Zeroizing::new(read_standard_input()?),
            };
            file.set(realm, property, without_line_end(&text))?
        }
        Some(_) if ConfigFile::is_secret(property) => {
            return Err(Failure::usage(format!(
                "every process may read the command line: give {property} the value -, and its value on standard input"
            )));
        }
        Some(value) => file.set(realm, property, value)?,
        None => file.unset(realm, property)?,
    };
    file.write()?;
    let text = match (changed, value) {
        (true, Some(_)) => format!("realm {realm} of {}: {property} is set", config.display()),
        (true, None) => format!("realm {realm} of {}: {property} is removed", config.display()),
        (false, _) => format!("realm {realm} of {}: nothing to change", config.display()),
    };
    let file = config.display().to_string();
    let json = json!({"realm": realm, "property": property, "changed": changed, "file": file});
    Ok(Outcome::of(json, text))
}

/// The text without the line end that a terminal and `echo` add.
fn without_line_end(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line)
}
