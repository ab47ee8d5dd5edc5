//! The provider's endpoints, and their paths.

/// The endpoint of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The discovery document.
    Discovery,
    /// The JSON Web Key Set.
    Keys,
    /// The authorization endpoint.
    Authorization,
    /// The target of the sign-in page's form.
    SignIn,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// Any other path, and unreadable requests.
    Other,
}

impl Endpoint {
    /// The endpoint with this path. All except the userinfo endpoint are below the tenant.
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

    /// Whether the endpoint accepts this method.
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
