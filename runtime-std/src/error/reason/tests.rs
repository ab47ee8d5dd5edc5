use super::*;

fn words(error: &str, description: &str) -> Option<ProviderWords> {
    let description = Some(description.to_owned()).filter(|text| !text.is_empty());
    (!error.is_empty()).then(|| ProviderWords { error: error.to_owned(), description })
}

#[test]
fn the_words_the_code_and_the_status_of_a_token_endpoint_show_why() {
    use ErrorCode::*;
    for (status, code, error, description, reason) in [
        (
            401,
            Some(InvalidClient),
            "invalid_client",
            "AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
            Reason::SecretUnwanted,
        ),
        (
            401,
            Some(InvalidClient),
            "invalid_client",
            "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            Reason::SecretWanted,
        ),
        (
            401,
            Some(InvalidClient),
            "invalid_client",
            "AADSTS7000215: Invalid client secret provided.",
            Reason::SecretWrong,
        ),
        (
            400,
            Some(InvalidRequest),
            "invalid_request",
            "client_secret is missing.",
            Reason::InstalledKey,
        ),
        (400, Some(InvalidRequest), "invalid_request", "DPoP proof is missing", Reason::Dpop),
        (400, Some(Other), "use_dpop_nonce", "", Reason::Dpop),
        (
            400,
            Some(InvalidClient),
            "invalid_client",
            "Parameter client_assertion_type is missing",
            Reason::Assertion,
        ),
        (
            401,
            Some(InvalidClient),
            "invalid_client",
            "client is registered with private_key_jwt",
            Reason::Assertion,
        ),
        (401, Some(InvalidClient), "invalid_client", "mutual TLS is required", Reason::Certificate),
        (
            400,
            Some(InvalidRequest),
            "invalid_request",
            "Pushed Authorization Request is only allowed.",
            Reason::Pushed,
        ),
        (
            400,
            Some(InvalidRequest),
            "invalid_request",
            "Missing parameter: request_uri",
            Reason::Pushed,
        ),
        (500, None, "", "", Reason::Fault),
        (502, None, "502 Bad Gateway", "", Reason::Fault),
        (500, Some(Other), "internal", "client_secret", Reason::Fault),
        (500, Some(InvalidClient), "invalid_client", "", Reason::Client),
        (503, Some(TemporarilyUnavailable), "temporarily_unavailable", "", Reason::Fault),
        (401, None, "", "", Reason::Client),
        (401, None, "Unauthorized", "", Reason::Client),
        (400, None, "E0000021", "the value of invalid_client", Reason::Client),
        (403, Some(UnauthorizedClient), "unauthorized_client", "", Reason::Client),
        (
            400,
            Some(InvalidRequest),
            "invalid_request",
            "Missing parameter: client_id",
            Reason::Client,
        ),
        (400, Some(InvalidGrant), "invalid_grant", "", Reason::Grant),
        (
            400,
            Some(InvalidGrant),
            "invalid_grant",
            "The 'redirect_uri' from this request does not match",
            Reason::RedirectUri,
        ),
        (400, Some(InvalidGrant), "invalid_grant", "PKCE verification failed", Reason::Verifier),
        (
            400,
            Some(InvalidGrant),
            "invalid_grant",
            "it does not match the client_id",
            Reason::Grant,
        ),
        (400, Some(UnsupportedGrantType), "unsupported_grant_type", "", Reason::Flow),
        (400, Some(InvalidScope), "invalid_scope", "", Reason::Scope),
        (404, None, "Not Found", "", Reason::NoSuchPlace),
        (405, None, "", "", Reason::NoSuchPlace),
        (429, None, "", "", Reason::Throttled),
        (302, None, "", "", Reason::Moved),
        (400, Some(InvalidRequest), "invalid_request", "", Reason::Other),
        (201, None, "", "", Reason::Other),
    ] {
        let words = words(error, description);
        let found = Reason::at_token_endpoint(status, code, words.as_ref());
        assert_eq!(found, reason, "{status} {error} {description}");
    }
}

#[test]
fn the_words_and_the_code_of_an_authorization_response_show_why() {
    use ErrorCode::*;
    for (code, description, reason) in [
        (LoginRequired, "", Reason::Login),
        (InteractionRequired, "", Reason::Interaction),
        (ConsentRequired, "", Reason::Consent),
        (AccountSelectionRequired, "", Reason::Account),
        (AccessDenied, "", Reason::Denied),
        (InvalidScope, "", Reason::Scope),
        (InvalidScope, "AADSTS650053: no scope 'groups'", Reason::GroupsScope),
        (UnauthorizedClient, "", Reason::Flow),
        (UnsupportedResponseType, "", Reason::Flow),
        (ServerError, "", Reason::Fault),
        (InvalidRequest, "Pushed Authorization Request is only allowed.", Reason::Pushed),
        (InvalidRequest, "the request object is missing", Reason::SignedRequest),
        (InvalidRequest, "code_challenge_method is not S256", Reason::Verifier),
        (InvalidRequest, "", Reason::Other),
        (Other, "", Reason::Other),
    ] {
        let words = words(code.as_str(), description);
        let found = Reason::at_authorization_endpoint(code, words.as_ref());
        assert_eq!(found, reason, "{code} {description}");
    }
}
