//! Which keys of a set are looked for.

use crate::wire::JsonStr;

/// Which keys are looked for.
#[derive(Clone, Copy)]
pub(super) enum Among<'k> {
    /// Whatever they are called.
    All,
    /// Those with this `kid`.
    #[cfg_attr(not(feature = "key-index"), expect(dead_code, reason = "all are walked"))]
    Named(JsonStr<'k>),
    /// Those without any.
    Nameless,
}
