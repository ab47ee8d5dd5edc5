//! What is piped in, because it must not stand on the command line.

use std::io::Read as _;

use crate::failure::Failure;

const SHORT_TEXT: &str = "give the value alone, as text in UTF-8";

/// The whole of standard input, which is short.
pub(crate) fn read_standard_input() -> Result<String, Failure> {
    let limit = 64 * 1024;
    // Room from the start: a string that grows leaves copies of a key behind.
    let mut text = String::with_capacity(limit + 1);
    std::io::stdin().take(limit as u64 + 1).read_to_string(&mut text).map_err(|error| {
        Failure::usage(format!("standard input can't be read: {error}")).fixed_by(SHORT_TEXT)
    })?;
    if text.len() > limit {
        let sentence = format!("standard input has more than {limit} bytes");
        return Err(Failure::usage(sentence).fixed_by(SHORT_TEXT));
    }
    Ok(text)
}
