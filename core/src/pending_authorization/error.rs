//! Why a response was not accepted.

use crate::error::error_enum;
use crate::error_response::ErrorCode;
use crate::time::UnixTime;

error_enum! {
    /// Why an authorization response did not lead to a token request.
    pub enum AuthorizationError {
        /// Different state.
        WrongState => "state_wrong",
            "the response's state is not this login's: begin the login again in one browser";
        /// Another browser, or none that is known.
        OtherBrowser => "login_of_other_browser",
            "the response came from another browser than the one that began the login: begin it again, in one browser that keeps cookies";
        /// The login began in another realm, or for another issuer.
        OtherRealm => "login_of_other_realm",
            "the login began in another realm, or the realm's issuer-url or discovery-url was changed meanwhile: begin it again";
        /// Too late.
        Expired {
            /// When it began.
            begun: UnixTime,
            /// When the response came.
            now: UnixTime,
        } => "login_expired", "the login began at {begun}, and at {now} it is too old: begin it again";
        /// The clock is earlier than the login's beginning.
        ClockWentBack {
            /// When it began.
            begun: UnixTime,
            /// When the response came.
            now: UnixTime,
        } => "clock_went_back", "the login began at {begun}, but it is {now}: this machine's clock went back";
        /// It came to another URL.
        OtherRedirectUri => "redirect_uri_changed",
            "the response came to another redirect URL than the one that the login began with";
        /// Another provider's response (a mix-up, RFC 9207).
        WrongIssuer => "response_issuer",
            "the response is another provider's: its iss is not the realm's issuer-url (RFC 9207)";
        /// The provider announces `iss` and didn't send it.
        NoIssuer => "response_issuer_missing",
            "the response lacks iss, which the provider announces to send (RFC 9207)";
        /// The provider refused.
        Refused {
            /// Its error code.
            error: ErrorCode,
        } => "authorization_refused", "the provider refused the login: {error}";
        /// The registration no longer exists.
        ClientGone => "client_gone",
            "the realm's client-id or client-key was changed while the login was pending: begin it again";
        /// A private key must sign, and the caller has none.
        Unsigned => "assertion_unsigned",
            "the realm's credential is a private key, and this program signs with none";
    }
}
