//! A login that failed, as the end user sees it.

/// What the page says.
///
/// Anybody can send somebody to a callback with an error in it. So what the provider says goes to the log, and the page
/// has words of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The end user cancelled, or the provider refused.
    Refused,
    /// The callback came from a browser that did not begin the login.
    OtherBrowser,
    /// The login was finished, or took too long.
    Over,
    /// The end user signed in, but can't be a user here.
    NotAUser,
    /// Anything else.
    Failed,
}

impl Failure {
    const ALL: [Failure; 5] = [
        Failure::Refused,
        Failure::OtherBrowser,
        Failure::Over,
        Failure::NotAUser,
        Failure::Failed,
    ];

    pub fn of(error: &onerealm::Error) -> Self {
        match error.code() {
            "authorization_refused" => Failure::Refused,
            "login_of_other_browser" => Failure::OtherBrowser,
            "login_used" | "login_expired" | "login_unknown" => Failure::Over,
            code if code.starts_with("user") => Failure::NotAUser,
            _ => Failure::Failed,
        }
    }

    /// How it stands in the page's address.
    pub fn name(self) -> &'static str {
        match self {
            Failure::Refused => "refused",
            Failure::OtherBrowser => "other-browser",
            Failure::Over => "over",
            Failure::NotAUser => "not-a-user",
            Failure::Failed => "failed",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Failure::ALL.into_iter().find(|failure| failure.name() == name)
    }

    pub fn text(self) -> &'static str {
        match self {
            Failure::Refused => {
                "You are not signed in: it was cancelled, or the provider refused it."
            }
            Failure::OtherBrowser => "This browser did not begin this login. Begin it again.",
            Failure::Over => "This login was used already, or took too long. Begin it again.",
            Failure::NotAUser => {
                "The provider knows you, but you can't be a user here. The node's log has the reason."
            }
            Failure::Failed => "Signing in failed. The node's log has the reason.",
        }
    }
}
