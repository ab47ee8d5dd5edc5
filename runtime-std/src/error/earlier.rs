//! An error that another call got a moment ago.

use std::fmt;
use std::time::Duration;

use super::class::Class;

/// An error of the provider that another call got a moment ago, and that this call got without
/// asking.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Earlier {
    /// Its stable name.
    pub code: &'static str,
    /// Its kind.
    pub class: Class,
    /// How long ago it was.
    pub ago: Duration,
    /// When the provider is asked again; `None` if another call is asking now.
    pub again: Option<Duration>,
    pub(super) sentence: String,
}

impl fmt::Display for Earlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (this was {} s ago; the provider is ", self.sentence, self.ago.as_secs())?;
        match self.again {
            // Rounded up: no sooner.
            Some(again) => {
                let seconds = again.as_secs() + u64::from(again.subsec_nanos() > 0);
                write!(f, "asked again in {seconds} s)")
            }
            None => f.write_str("being asked again now)"),
        }
    }
}
