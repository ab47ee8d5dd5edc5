//! Documents made by a small generator with fixed seeds, so that every run is the same.

#![allow(dead_code, reason = "each test uses some of it")]

use serde_json::Value;

/// xorshift64*
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

pub const TEXTS: [&str; 16] = [
    "",
    "a",
    "sub",
    "iss",
    "é",
    "e\u{301}",
    "\u{1f600}",
    "\\",
    "\"",
    "/",
    "\n",
    "\0",
    "\u{7f}",
    "a\\\"b",
    "]}",
    ",:{[",
];

pub const NUMBERS: [&str; 10] =
    ["0", "-0", "1", "-1", "1.5", "1e5", "1E-5", "-1.25e+2", "18446744073709551615", "0.1"];

/// A JSON text with white space, escapes and nesting of its own.
pub fn document(random: &mut Random, depth: usize) -> String {
    let white_space = |random: &mut Random| *random.pick(&["", "", " ", "\n\t", "\r "]);
    let value = match random.below(if depth == 0 { 6 } else { 10 }) {
        0 => "null".to_owned(),
        1 => "true".to_owned(),
        2 => "false".to_owned(),
        3 => (*random.pick(&NUMBERS)).to_owned(),
        4 | 5 => string(random),
        6 | 7 => {
            let items: Vec<_> = (0..random.below(4)).map(|_| document(random, depth - 1)).collect();
            format!("[{}{}]", white_space(random), items.join(","))
        }
        _ => {
            let members: Vec<_> = (0..random.below(4))
                .map(|_| {
                    let (name, space) = (string(random), white_space(random));
                    format!("{space}{name}{space}:{}", document(random, depth - 1))
                })
                .collect();
            format!("{{{}{}}}", white_space(random), members.join(","))
        }
    };
    format!("{}{value}{}", white_space(random), white_space(random))
}

/// A string, written in one of the ways in which it can be.
pub fn string(random: &mut Random) -> String {
    let text = format!("{}{}", random.pick(&TEXTS), random.pick(&TEXTS));
    match random.below(4) {
        0 => {
            let escaped: String =
                text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("\"{escaped}\"")
        }
        1 => Value::from(text).to_string().replace('/', "\\/"),
        _ => Value::from(text).to_string(),
    }
}

/// Changes a byte or two.
pub fn mutated(random: &mut Random, text: &str) -> Vec<u8> {
    const BYTES: &[u8] = b"\"\\{}[],: \n019eE+-.tfnu/abd\0\x1f\x7f\x80\xc3\xff";
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(bytes.len() + 1);
        match random.below(3) {
            0 => bytes.insert(at, *random.pick(BYTES)),
            1 if at < bytes.len() => bytes[at] = *random.pick(BYTES),
            _ => bytes.truncate(at),
        }
    }
    bytes
}
