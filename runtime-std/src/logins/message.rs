//! Buffers for the messages of a login.

use onerealm_core::policy;
use onerealm_core::wire::BufferTooSmall;
use zeroize::Zeroizing;

/// The longest message: a token request with a long code and every byte encoded.
const MESSAGE_LEN: usize = 3 * policy::CODE_LEN + 8192;

/// A buffer as long as the message, wiped when dropped. `unwritten` is what writing the message into
/// no buffer gives: its length.
///
/// # Errors
///
/// [`BufferTooSmall`] for a message that is longer than any that is sent.
pub(crate) fn buffer_for<T>(
    unwritten: Result<T, BufferTooSmall>,
) -> Result<Zeroizing<Vec<u8>>, BufferTooSmall> {
    match unwritten {
        Err(too_long) if too_long.needed > MESSAGE_LEN => Err(too_long),
        Err(BufferTooSmall { needed }) => Ok(Zeroizing::new(vec![0; needed])),
        Ok(_) => Ok(Zeroizing::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_may_have_32768_bytes() {
        let len = |needed| buffer_for::<()>(Err(BufferTooSmall { needed })).map(|buf| buf.len());
        for needed in [1, 500, 32_768] {
            assert_eq!(len(needed), Ok(needed));
        }
        assert_eq!(len(32_769), Err(BufferTooSmall { needed: 32_769 }));
        assert_eq!(buffer_for(Ok(())).map(|buf| buf.len()), Ok(0));
    }
}
