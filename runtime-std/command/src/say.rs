//! Sentences for whoever runs the command, on standard error.

/// As `eprintln!`, but where nobody reads any more, nothing ends because of that.
macro_rules! say {
    ($($sentence:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($sentence)*);
    }};
}

pub(crate) use say;
