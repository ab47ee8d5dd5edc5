//! Sentences for whoever runs the command, on standard error.

/// As `eprintln!`, but where nobody reads any more, nothing ends because of that, and nothing hides in it.
macro_rules! say {
    ($($sentence:tt)*) => {
        $crate::output::say(format_args!($($sentence)*))
    };
}

pub(crate) use say;
