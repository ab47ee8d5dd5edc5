//! The token request of a probe, with a code that nobody issued: whether the provider takes the client.

use onerealm_core::{
    AuthorizationResponse, ClientType, ErrorCode, PendingAuthorization, ProviderMetadata,
    RelyingParty, TokenError,
};
use zeroize::Zeroizing;

use super::shown::{Shown, Verdict, came, no_answer};
use crate::clock::now;
use crate::error::Error;
use crate::error::cause::Cause;
use crate::error::facts::Facts;
use crate::error::words::ProviderWords;
use crate::hex::hex;
use crate::logins::{Login, buffer_for, refused};

/// Sends it as a login would.
pub(super) fn ask(
    login: &Login<'_>,
    pending: PendingAuthorization,
    relying_party: RelyingParty<'_>,
    metadata: &ProviderMetadata<'_>,
) -> Result<Shown, Error> {
    let mut random = [0; 32];
    super::random::fill(&mut random)?;
    let code = hex(&random);
    let state = pending.state().as_str().to_owned();
    let iss = metadata.sends_issuer().then(|| relying_party.realm().issuer.as_str());
    let response = AuthorizationResponse::from_parts(&code, &state, iss)?;
    let facts = Facts::of(relying_party, pending.decision(), pending.redirect_uri());
    let accepted = pending.accept_either(&response, relying_party, now());
    let accepted = accepted.map_err(|error| Cause::Authorization { error, words: None })?;
    let mut assertion = Zeroizing::new(Vec::new());
    let request = login.signed(accepted, &mut assertion)?;
    let mut buf = buffer_for(request.request(&mut []))?;
    let message = request.request(&mut buf)?;
    let answer = match login.send(&message) {
        Ok(answer) => answer,
        Err(error) => return Ok(no_answer(&error)),
    };
    let secrets = login.secrets(None, &message);
    let client_type = request.client_type();
    let words = ProviderWords::of_refusal(&answer, &secrets);
    let came = came(&answer, words.as_ref(), &secrets);
    let code_first = words.is_some_and(|words| LOOKS_AT_THE_CODE.iter().any(|n| words.mentions(n)));
    let status = answer.status();
    let error = match request.response(answer.response()) {
        Err(error) if !code_first => error,
        _ => return Ok(Shown::new(Verdict::Open, came, SAYS_NOTHING)),
    };
    let refused = match error {
        TokenError::Refused { status: 400..=499, error } => Some(error),
        _ => None,
    };
    Ok(match (refused, client_type) {
        (Some(ErrorCode::InvalidGrant), ClientType::Confidential) => {
            Shown::new(Verdict::Good, came, CREDENTIALS_PASSED)
        }
        (Some(ErrorCode::InvalidGrant), ClientType::Public) => {
            Shown::new(Verdict::Good, came, PUBLIC_PASSED)
        }
        _ if is_of_client(refused, status) => {
            let told = refused::token(error, client_type, &answer, relying_party, &facts, &secrets);
            let fix = told.explanation().fix.as_deref().unwrap_or("check the realm's client-id");
            Shown::new(Verdict::Bad, came, format!("the client was refused: {fix}"))
        }
        _ => Shown::new(Verdict::Open, came, SAYS_NOTHING),
    })
}

/// Whether the client was refused, and not its request.
fn is_of_client(error: Option<ErrorCode>, status: u16) -> bool {
    matches!(error, Some(ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient)) || status == 401
}

const CREDENTIALS_PASSED: &str = "the code was refused, and the credentials were not (some providers look at the code first, and say this of wrong ones too)";
const PUBLIC_PASSED: &str = "the code was refused, and a client without a secret was not (some providers look at the code first, and say this of others too)";
const SAYS_NOTHING: &str =
    "the provider doesn't say whether it takes the client: something else was refused before";

/// Texts of a provider that looks at the code before it looks at the client.
const LOOKS_AT_THE_CODE: [&str; 2] = ["AADSTS9002313", "AADSTS70000"];
