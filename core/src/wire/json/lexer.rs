//! Tokens: each function steps over one, and refuses what the grammar doesn't have.

use super::problem::JsonProblem;
use crate::wire::scan::behind_plain;

/// Steps over white space.
pub(super) fn skip_white_space(rest: &mut &[u8]) {
    while let [b' ' | b'\t' | b'\n' | b'\r', behind @ ..] = rest {
        *rest = behind;
    }
}

/// Steps over a string from behind its first quotation mark to behind its last; says whether it has
/// no escape in it.
#[cfg_attr(any(target_feature = "sse2", target_feature = "neon"), inline(always))]
#[cfg_attr(not(any(target_feature = "sse2", target_feature = "neon")), inline)]
pub(super) fn string(rest: &mut &[u8]) -> Result<bool, JsonProblem> {
    let mut is_plain = true;
    loop {
        *rest = behind_plain(rest);
        match *rest {
            [b'"', behind @ ..] => {
                *rest = behind;
                return Ok(is_plain);
            }
            [b'\\', behind @ ..] => {
                is_plain = false;
                (_, *rest) = escape(behind)?;
            }
            [_, ..] => return Err(JsonProblem::ControlCharacter),
            [] => return Err(JsonProblem::Truncated),
        }
    }
}

/// The character that an escape stands for whose backslash is before `rest`, and what is behind it.
pub(super) fn escape(rest: &[u8]) -> Result<(char, &[u8]), JsonProblem> {
    let (letter, rest) = rest.split_first().ok_or(JsonProblem::Truncated)?;
    let c = match letter {
        b'"' | b'\\' | b'/' => char::from(*letter),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return code_point(rest),
        _ => return Err(JsonProblem::Escape),
    };
    Ok((c, rest))
}

/// The same behind `\u`, for a surrogate pair too.
fn code_point(rest: &[u8]) -> Result<(char, &[u8]), JsonProblem> {
    let (code_point, rest) = match hex4(rest)? {
        (high @ 0xd800..=0xdbff, [b'\\', b'u', rest @ ..]) => match hex4(rest)? {
            (low @ 0xdc00..=0xdfff, rest) => {
                (0x1_0000 + ((high & 0x3ff) << 10) + (low & 0x3ff), rest)
            }
            _ => return Err(JsonProblem::Escape),
        },
        other => other,
    };
    // Half of a pair is no character.
    Ok((char::from_u32(code_point).ok_or(JsonProblem::Escape)?, rest))
}

/// The number that four hexadecimal digits are, and what is behind them.
fn hex4(mut rest: &[u8]) -> Result<(u32, &[u8]), JsonProblem> {
    let mut unit = 0;
    for _ in 0..4 {
        let (digit, behind) = rest.split_first().ok_or(JsonProblem::Truncated)?;
        let digit = char::from(*digit).to_digit(16).ok_or(JsonProblem::Escape)?;
        unit = unit << 4 | digit;
        rest = behind;
    }
    Ok((unit, rest))
}

/// What is behind a number.
pub(super) fn number(mut rest: &[u8]) -> Result<&[u8], JsonProblem> {
    if let [b'-', behind @ ..] = rest {
        rest = behind;
    }
    rest = match rest {
        [b'0', behind @ ..] => behind,
        _ => digits(rest)?,
    };
    if let [b'.', behind @ ..] = rest {
        rest = digits(behind)?;
    }
    if let [b'e' | b'E', behind @ ..] = rest {
        rest = match behind {
            [b'+' | b'-', behind @ ..] => behind,
            _ => behind,
        };
        rest = digits(rest)?;
    }
    Ok(rest)
}

/// What is behind at least one digit.
fn digits(mut rest: &[u8]) -> Result<&[u8], JsonProblem> {
    match rest {
        [b'0'..=b'9', ..] => {}
        [_, ..] => return Err(JsonProblem::Unexpected),
        [] => return Err(JsonProblem::Truncated),
    }
    while let [b'0'..=b'9', behind @ ..] = rest {
        rest = behind;
    }
    Ok(rest)
}

/// What is behind `true`, `false` or `null`.
pub(super) fn word(mut rest: &[u8]) -> Result<&[u8], JsonProblem> {
    let word = match rest {
        [b't', ..] => "true",
        [b'f', ..] => "false",
        _ => "null",
    };
    for expected in word.bytes() {
        rest = match rest {
            [byte, behind @ ..] if *byte == expected => behind,
            [_, ..] => return Err(JsonProblem::Unexpected),
            [] => return Err(JsonProblem::Truncated),
        };
    }
    Ok(rest)
}
