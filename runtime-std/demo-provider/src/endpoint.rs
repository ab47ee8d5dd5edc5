//! Which path leads where.

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The discovery document.
    Discovery,
    /// The JSON Web Key Set.
    Keys,
    /// The authorization endpoint.
    Authorization,
    /// Where the sign-in page posts its form.
    SignIn,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// Anything else, and whatever was no request.
    Other,
}

impl Endpoint {
    /// The endpoint of a path; all but the userinfo endpoint are below the tenant.
    pub(crate) fn of(path: &str, tenant: &str) -> Self {
        if path == "/oidc/userinfo" {
            return Self::Userinfo;
        }
        let below_tenant = path.strip_prefix('/').and_then(|path| path.strip_prefix(tenant));
        match below_tenant {
            Some("/v2.0/.well-known/openid-configuration") => Self::Discovery,
            Some("/discovery/v2.0/keys") => Self::Keys,
            Some("/oauth2/v2.0/authorize") => Self::Authorization,
            Some("/login") => Self::SignIn,
            Some("/oauth2/v2.0/token") => Self::Token,
            _ => Self::Other,
        }
    }

    /// Whether the endpoint has this method.
    pub(crate) fn takes(self, method: &str) -> bool {
        match self {
            Self::Discovery | Self::Keys => ["GET", "HEAD"].contains(&method),
            Self::Authorization => method == "GET",
            Self::SignIn | Self::Token => method == "POST",
            Self::Userinfo => ["GET", "POST"].contains(&method),
            Self::Other => true,
        }
    }
}
