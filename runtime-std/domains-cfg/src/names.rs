//! The names of an `openid` section's properties.

/// Every known property.
const KNOWN: [&str; 25] = [
    "issuer-url",
    "discovery-url",
    "client-id",
    CLIENT_KEY,
    "native-client-id",
    NATIVE_CLIENT_KEY,
    "client-type",
    "public-override",
    "token-auth-method",
    "redirect-urls",
    "username-claim",
    "scopes",
    "prompt",
    "acr-values",
    "audiences",
    "query-userinfo",
    "ca-file",
    "groups-claim",
    "autocreate",
    "groups-autocreate",
    "groups-overwrite",
    "default",
    "comment",
    "clock-skew",
    "max-age",
];

pub(crate) const CLIENT_KEY: &str = "client-key";
pub(crate) const NATIVE_CLIENT_KEY: &str = "native-client-key";

/// The property with this name.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    KNOWN.into_iter().find(|known| *known == name)
}

/// Whether a line begins with the name of a property, whatever follows.
pub(crate) fn begins_with_known(content: &str) -> bool {
    let name = content.split([' ', '\t', ':', '=']).next();
    name.is_some_and(|name| KNOWN.contains(&name))
}
