//! Arguments that are read and not obeyed, for tests of documentation.

use clap::Parser as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::arguments::Arguments;

/// Why the command would not take its arguments.
#[doc(hidden)]
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// More of them would do.
    Unfinished,
    /// What is wrong.
    Wrong(String),
}

/// Why the command would not take these arguments, whose first is its name; `None` if it would.
#[doc(hidden)]
pub fn refused_arguments(words: &[String]) -> Option<Refused> {
    let error = Arguments::try_parse_from(words).err()?;
    let lacks_value = || matches!(error.get(ContextKind::InvalidValue), Some(ContextValue::String(value)) if value.is_empty());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => None,
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Some(Refused::Unfinished),
        ErrorKind::InvalidValue if lacks_value() => Some(Refused::Unfinished),
        _ => Some(Refused::Wrong(error.to_string())),
    }
}
