//! What a provider says that it offers.

use crate::wire::{JsonStr, Member, Value, WrongMember};

/// `token_endpoint_auth_methods_supported`, as far as it is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenAuthMethodsOffered {
    /// Whether metadata has the list at all; without it, `client_secret_basic` is the default.
    pub listed: bool,
    /// `client_secret_basic`
    pub client_secret_basic: bool,
    /// `client_secret_post`
    pub client_secret_post: bool,
    /// `private_key_jwt`
    pub private_key_jwt: bool,
}

/// `code_challenge_methods_supported`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PkceOffered {
    /// Metadata doesn't say.
    #[default]
    NotListed,
    /// S256 is among the methods.
    S256,
    /// There is a list, without S256.
    NotS256,
}

impl TokenAuthMethodsOffered {
    pub(super) fn read(list: Member<'_>) -> Result<Self, WrongMember> {
        let mut offered = TokenAuthMethodsOffered::default();
        offered.listed = for_each_string(list, |method| {
            offered.client_secret_basic |= method == *"client_secret_basic";
            offered.client_secret_post |= method == *"client_secret_post";
            offered.private_key_jwt |= method == *"private_key_jwt";
        })?;
        Ok(offered)
    }
}

impl PkceOffered {
    pub(super) fn read(list: Member<'_>) -> Result<Self, WrongMember> {
        let mut s256 = false;
        let listed = for_each_string(list, |method| s256 |= method == *"S256")?;
        Ok(match (listed, s256) {
            (false, _) => PkceOffered::NotListed,
            (true, true) => PkceOffered::S256,
            (true, false) => PkceOffered::NotS256,
        })
    }
}

/// Walks an array of strings, and says whether there is one; an error where there is something
/// else.
fn for_each_string(
    list: Member<'_>,
    mut item: impl FnMut(JsonStr<'_>),
) -> Result<bool, WrongMember> {
    match list.value() {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Array(items)) => {
            items.items().try_for_each(|value| value.as_str().map(&mut item)).ok_or(WrongMember)?;
            Ok(true)
        }
        Some(_) => Err(WrongMember),
    }
}
