//! Writes text into the caller's buffer.

use core::fmt;

/// The buffer can't hold the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferTooSmall {
    /// The length of the whole message in bytes.
    pub needed: usize,
}

impl fmt::Display for BufferTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the buffer is too small: give at least {} bytes", self.needed)
    }
}

impl core::error::Error for BufferTooSmall {}

/// Appends to a buffer, and keeps counting past its end for [`BufferTooSmall`].
pub(crate) struct Writer<'b> {
    buf: &'b mut [u8],
    len: usize,
}

impl<'b> Writer<'b> {
    pub(crate) fn new(buf: &'b mut [u8]) -> Self {
        Writer { buf, len: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = self.buf.get_mut(self.len..).and_then(|rest| rest.get_mut(..bytes.len()));
        if let Some(room) = room {
            room.copy_from_slice(bytes);
        }
        self.len = self.len.saturating_add(bytes.len());
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.push(text.as_bytes());
    }

    pub(crate) fn push_char(&mut self, c: char) {
        self.push(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Pushes a number's decimal digits. Formatting would add half a kilobyte of code.
    pub(crate) fn push_number(&mut self, number: u32) {
        if number >= 10 {
            self.push_number(number / 10);
        }
        self.push(&[b'0' + (number % 10) as u8]);
    }

    /// Whether the next `len` bytes have room.
    pub(crate) fn has_room(&self, len: usize) -> bool {
        self.buf.len().saturating_sub(self.len) >= len
    }

    /// Counts bytes that have no room, in the place of pushing them.
    pub(crate) fn count(&mut self, len: usize) {
        self.len = self.len.saturating_add(len);
    }

    /// Bytes written so far, including those past the buffer's end.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The bytes written, and the rest of the buffer.
    pub(crate) fn finish(self) -> Result<(&'b [u8], &'b mut [u8]), BufferTooSmall> {
        let needed = self.len;
        let (written, rest) =
            self.buf.split_at_mut_checked(needed).ok_or(BufferTooSmall { needed })?;
        Ok((written, rest))
    }

    /// The same as text. Only whole characters are ever pushed.
    pub(crate) fn finish_str(self) -> Result<&'b str, BufferTooSmall> {
        let needed = self.len;
        let (written, _) = self.finish()?;
        core::str::from_utf8(written).map_err(|_| BufferTooSmall { needed })
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_buffer_is_told_what_would_be_enough() {
        let mut buf = [0; 4];
        let mut writer = Writer::new(&mut buf);
        writer.push_str("abc");
        writer.push_str("de");
        assert_eq!(writer.finish_str(), Err(BufferTooSmall { needed: 5 }));
    }

    #[test]
    fn numbers_are_written_in_decimal() {
        for number in [0, 1, 9, 10, 99, 100, 3600, u32::MAX] {
            let mut buf = [0; 10];
            let mut writer = Writer::new(&mut buf);
            writer.push_number(number);
            assert_eq!(writer.finish_str(), Ok(number.to_string().as_str()));
        }
    }

    #[test]
    fn a_buffer_of_the_exact_size_is_enough() {
        let mut buf = [0; 5];
        let mut writer = Writer::new(&mut buf);
        writer.push_str("ab");
        writer.push_str("cde");
        assert_eq!(writer.finish_str(), Ok("abcde"));
    }
}
