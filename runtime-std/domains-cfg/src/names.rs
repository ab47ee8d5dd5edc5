//! The names of an `openid` section's properties.

/// Every known property.
const KNOWN: [&str; 32] = [
    "issuer-url",
    "discovery-url",
    "client-id",
    CLIENT_KEY,
    "native-client-id",
    NATIVE_CLIENT_KEY,
    "client-type",
    "public-override",
    TOKEN_AUTH_METHOD,
    CLIENT_KEY_FILE,
    "client-cert-file",
    "client-key-id",
    "assertion-audience",
    "redirect-urls",
    "username-claim",
    "scopes",
    "prompt",
    "acr-values",
    "audiences",
    "require-acr",
    "require-amr",
    "query-userinfo",
    "userinfo-signed",
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
pub(crate) const TOKEN_AUTH_METHOD: &str = "token-auth-method";
pub(crate) const CLIENT_KEY_FILE: &str = "client-key-file";

/// The property with this name.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    KNOWN.into_iter().find(|known| *known == name)
}

/// Whether a line begins with the name of a property, whatever follows.
pub(crate) fn begins_with_known(content: &str) -> bool {
    let name = content.split([' ', '\t', ':', '=']).next();
    name.is_some_and(|name| KNOWN.contains(&name))
}

/// From here on, one name is probably a slip of the other.
const SIMILAR: f64 = 0.85;

/// The property that was probably meant, by its name or by a line that begins with it.
pub(crate) fn similar(written: &str) -> Option<&'static str> {
    let name = written.split([':', '=']).next().unwrap_or_default();
    let name = name.to_ascii_lowercase().replace('_', "-");
    // Everybody else's name for it, which is more like `client-cert-file`.
    if name == "client-secret" {
        return Some(CLIENT_KEY);
    }
    let by_likeness = KNOWN.into_iter().map(|known| (strsim::jaro_winkler(&name, known), known));
    let best = by_likeness.max_by(|(one, _), (other, _)| one.total_cmp(other));
    let (likeness, known) = best?;
    // `ca-file-password`, however, would be another property.
    let is_longer = name.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'));
    (likeness >= SIMILAR && !is_longer).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_name_is_not() {
        for (written, meant) in [
            ("client_type", Some("client-type")),
            ("Client-Type", Some("client-type")),
            ("client-type=auto", Some("client-type")),
            ("client-type:auto", Some("client-type")),
            ("client-tpye", Some("client-type")),
            ("clienttype", Some("client-type")),
            ("issuer_url", Some("issuer-url")),
            ("issuer", Some("issuer-url")),
            ("redirect-url", Some("redirect-urls")),
            ("group-claim", Some("groups-claim")),
            ("cafile", Some("ca-file")),
            ("scope", Some("scopes")),
            ("client_key_file", Some("client-key-file")),
            ("ca-file-password", None),
            ("tfa", None),
            ("server1", None),
            ("port", None),
            ("", None),
            ("=", None),
            ("hunter2", None),
        ] {
            assert_eq!(similar(written), meant, "{written}");
        }
    }
}
