//! Entra ID's errors, each recorded from a real answer or copied from its documentation.

use serde_json::{Value, json};

use crate::clock::timestamp;
use crate::random::random_guid;
use onerealm_loopback::http_server::Response;

/// An error of Entra ID. The body of each, and its source, is in a file below `entra/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntraError {
    UnknownApplication,
    RedirectMismatchAtAuthorization,
    ResponseType,
    CodeChallenge,
    UnknownScope,
    NobodySignedIn,
    MissingParameter,
    GrantType,
    ClientIsPublic,
    SecretMissing,
    SecretWrong,
    SinglePageOnly,
    CrossOrigin,
    Malformed,
    CodeRedeemed,
    CodeExpired,
    /// Entra ID answers `invalid_client` where RFC 6749, section 5.2 requires `invalid_grant`.
    RedirectMismatchAtToken,
    VerifierWrong,
    AssertionSignature,
    CredentialExpired,
    AssertionAudience,
    AssertionTime,
    AssertionClient,
    AssertionReplayed,
}

impl EntraError {
    #[cfg(test)]
    const ALL: [Self; 24] = [
        Self::UnknownApplication,
        Self::RedirectMismatchAtAuthorization,
        Self::ResponseType,
        Self::CodeChallenge,
        Self::UnknownScope,
        Self::NobodySignedIn,
        Self::MissingParameter,
        Self::GrantType,
        Self::ClientIsPublic,
        Self::SecretMissing,
        Self::SecretWrong,
        Self::SinglePageOnly,
        Self::CrossOrigin,
        Self::Malformed,
        Self::CodeRedeemed,
        Self::CodeExpired,
        Self::RedirectMismatchAtToken,
        Self::VerifierWrong,
        Self::AssertionSignature,
        Self::CredentialExpired,
        Self::AssertionAudience,
        Self::AssertionTime,
        Self::AssertionClient,
        Self::AssertionReplayed,
    ];

    fn text(self) -> &'static str {
        match self {
            Self::UnknownApplication => include_str!("entra/unknown_app_700016.json"),
            Self::RedirectMismatchAtAuthorization => {
                include_str!("entra/redirect_mismatch_50011.json")
            }
            Self::ResponseType => include_str!("entra/response_type_700054.json"),
            Self::CodeChallenge => include_str!("entra/code_challenge_50147.json"),
            Self::UnknownScope => include_str!("entra/scope_groups_650053.json"),
            Self::NobodySignedIn => include_str!("entra/nobody_signed_in_50058.json"),
            Self::MissingParameter => include_str!("entra/missing_parameter_900144.json"),
            Self::GrantType => include_str!("entra/grant_type_70003.json"),
            Self::ClientIsPublic => include_str!("entra/public_plus_secret_700025.json"),
            Self::SecretMissing => include_str!("entra/confidential_no_secret_7000218.json"),
            Self::SecretWrong => include_str!("entra/wrong_secret_7000215.json"),
            Self::SinglePageOnly => include_str!("entra/spa_platform_9002327.json"),
            Self::CrossOrigin => include_str!("entra/cross_origin_9002326.json"),
            Self::Malformed => include_str!("entra/malformed_9002313.json"),
            Self::CodeRedeemed => include_str!("entra/code_redeemed_54005.json"),
            Self::CodeExpired => include_str!("entra/code_expired_70008.json"),
            Self::RedirectMismatchAtToken => include_str!("entra/redirect_mismatch_500112.json"),
            Self::VerifierWrong => include_str!("entra/bad_verifier_501481.json"),
            Self::AssertionSignature => include_str!("entra/assertion_signature_700027.json"),
            Self::CredentialExpired => include_str!("entra/credential_expired_7000222.json"),
            Self::AssertionAudience => include_str!("entra/assertion_audience_700023.json"),
            Self::AssertionTime => include_str!("entra/assertion_time_700024.json"),
            Self::AssertionClient => include_str!("entra/assertion_client_700021.json"),
            Self::AssertionReplayed => include_str!("entra/assertion_invalid_50013.json"),
        }
    }

    /// The error with the text of its file.
    pub(crate) fn refusal(self) -> Refusal {
        self.about(&[])
    }

    /// The error for a request that lacks the parameter `name`.
    pub(crate) fn missing_parameter(name: &str) -> Refusal {
        Self::MissingParameter.about(&[("'name'", &format!("'{name}'"))])
    }

    /// The error with words in its text replaced, such as the name of the application.
    ///
    /// The trace ID, the correlation ID and the time are new each time.
    pub(crate) fn about(self, replacements: &[(&str, &str)]) -> Refusal {
        let file: Value = serde_json::from_str(self.text()).expect("the file is JSON");
        let status = file["_http_status"].as_u64().and_then(|status| status.try_into().ok());
        let mut body = file["body"].clone();
        let mut text = body["error_description"].as_str().unwrap_or_default().to_owned();
        text.truncate(text.find(" Trace ID: ").unwrap_or(text.len()));
        for (word, replacement) in replacements {
            text = text.replace(word, replacement);
        }
        let (trace_id, correlation_id, now) = (random_guid(), random_guid(), timestamp());
        let traced = format!(
            "{text} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {now}"
        );
        body["error_description"] = json!(traced);
        body["trace_id"] = json!(trace_id);
        body["correlation_id"] = json!(correlation_id);
        body["timestamp"] = json!(now);
        Refusal { status: status.expect("the file has the status"), body }
    }
}

/// One error, ready to send.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    body: Value,
}

impl Refusal {
    pub(crate) fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or_default()
    }

    pub(crate) fn description(&self) -> &str {
        self.body["error_description"].as_str().unwrap_or_default()
    }

    /// The token endpoint's response.
    pub(crate) fn into_response(self) -> Response {
        json_response(self.status, &self.body)
    }
}

/// A JSON response that must not be cached.
pub(crate) fn json_response(status: u16, body: &Value) -> Response {
    Response::new(status)
        .with_header("Cache-Control", "no-store")
        .with_header("Pragma", "no-cache")
        .with_body("application/json; charset=utf-8", body.to_string())
}

/// The number after the first `AADSTS`.
pub(crate) fn code_in(text: &str) -> Option<u64> {
    let (_, after) = text.split_once("AADSTS")?;
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    after[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_its_file_with_a_new_time_and_new_ids() {
        for error in EntraError::ALL {
            let file: Value = serde_json::from_str(error.text()).unwrap();
            let refusal = error.refusal();
            assert_eq!(Value::from(refusal.status), file["_http_status"]);
            let members =
                |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(members(&refusal.body), members(&file["body"]));
            for same in ["error", "error_codes", "error_uri"] {
                assert_eq!(refusal.body.get(same), file["body"].get(same), "{error:?}");
            }
            for fresh in ["timestamp", "trace_id", "correlation_id"] {
                assert_ne!(refusal.body[fresh], file["body"][fresh], "{error:?}");
                assert!(refusal.description().contains(refusal.body[fresh].as_str().unwrap()));
            }
            let text =
                |description: &str| description.split(" Trace ID: ").next().unwrap().to_owned();
            let expected = text(file["body"]["error_description"].as_str().unwrap());
            assert_eq!(text(refusal.description()), expected);
            assert_eq!(Value::from(code_in(refusal.description())), refusal.body["error_codes"][0]);
        }
    }
}
