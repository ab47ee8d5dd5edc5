//! Where a response came to, beside the redirect URI that it should come to.

use crate::wire::{FormText, cut, split};

/// Whether `url` is the redirect URI without its query.
pub(super) fn is_cut(url: &str, redirect_uri: &str) -> bool {
    let expected = cut(redirect_uri, b'?').map_or(redirect_uri, |(url, _)| url);
    url == expected || (url.strip_suffix('/') == Some(expected) && has_no_path(expected))
}

fn has_no_path(url: &str) -> bool {
    // Two slashes before the host, and none after it.
    split(url, b'/').count() == 3
}

/// Whether `query` has each parameter of the redirect URI's own, byte for byte and in its number and
/// order, and none of them with another value besides. Other parameters may stand between them.
///
/// Where `may_lack` them, it may also have none of one name.
pub(super) fn keeps_query(query: &str, redirect_uri: &str, may_lack: bool) -> bool {
    let own = cut(redirect_uri, b'?').map_or("", |(_, query)| query);
    pairs(own).map(name).all(|name| {
        (may_lack && namesakes(query, name).next().is_none())
            || namesakes(query, name).eq(namesakes(own, name))
    })
}

/// The parameters of a query as they are written.
fn pairs(query: &str) -> impl Iterator<Item = &str> {
    split(query, b'&').filter(|pair| !pair.is_empty())
}

/// Those of this name, however it is encoded.
fn namesakes<'q>(query: &'q str, wanted: FormText<'q>) -> impl Iterator<Item = &'q str> {
    pairs(query).filter(move |pair| name(pair).bytes().eq(wanted.bytes()))
}

fn name(pair: &str) -> FormText<'_> {
    let name = cut(pair, b'=').map_or(pair, |(name, _)| name);
    FormText::encoded(name).unwrap_or(FormText::plain(name))
}
