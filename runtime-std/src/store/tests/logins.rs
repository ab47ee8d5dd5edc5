//! Logins to put into a store.

use onerealm_core::{
    AuthorizationRequest, ClientId, ClientRegistration, Credential, DiscoveryRequest, HttpResponse,
    Issuer, Realm, RealmName, RedirectUri, RelyingParty, Requested,
};

use super::*;

pub(super) const REDIRECT_URL: &str = "https://pve.example:8006";

/// A login that began at that time.
pub(super) fn pending(begun: u64) -> PendingAuthorization {
    pending_to(REDIRECT_URL, begun)
}

pub(super) fn pending_to(redirect_url: &str, begun: u64) -> PendingAuthorization {
    with_beginning(ISSUER, CLIENT_ID, |begin| begin(redirect_url, begun))
}

pub(super) const ISSUER: &str = "https://login.example/t";
pub(super) const CLIENT_ID: &str = "pve";

/// Calls `then` with a function that begins logins in one realm.
pub(super) fn with_beginning<T>(
    issuer: &str,
    client_id: &str,
    then: impl FnOnce(&dyn Fn(&str, u64) -> PendingAuthorization) -> T,
) -> T {
    let metadata = serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": "https://login.example/a",
        "token_endpoint": "https://login.example/k",
        "jwks_uri": "https://login.example/j",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
    .to_string();
    let issuer = Issuer::parse(issuer).unwrap();
    let body = metadata.as_bytes();
    let answer = HttpResponse { status: 200, content_type: Some("application/json"), body };
    let metadata = DiscoveryRequest::new(issuer).response(answer).unwrap();
    let registration = ClientRegistration {
        client_id: ClientId::parse(client_id).unwrap(),
        credential: Credential::secret("secret"),
    };
    let realm = Realm::new(RealmName::parse("sso").unwrap(), issuer, registration);
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    then(&|redirect_url, begun| {
        let redirect_uri = RedirectUri::parse(redirect_url).unwrap();
        let (rng, begun) = (&mut getrandom::SysRng, UnixTime(begun));
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, begun)
            .unwrap()
            .into_pending()
    })
}

/// Whether all fields of both logins are equal.
pub(super) fn same(one: &PendingAuthorization, other: &PendingAuthorization) -> bool {
    let encoded = |pending: &PendingAuthorization| {
        pending.encode(&mut [0; PendingAuthorization::PENDING_LEN]).unwrap().to_vec()
    };
    encoded(one) == encoded(other)
}

/// The store's answer for a state, in a word.
pub(super) fn verdict(result: Result<PendingAuthorization, StoreError>) -> &'static str {
    match result {
        Ok(_) => "won",
        Err(error) => match error.code() {
            "login_used" => "used",
            "login_unknown" => "unknown",
            "login_expired" => "expired",
            _ => panic!("{error}"),
        },
    }
}

/// Takes a login of which nothing is known.
pub(super) fn take(
    store: &dyn PendingStore,
    state: &str,
    now: UnixTime,
) -> Result<PendingAuthorization, StoreError> {
    store.take(state, now)
}

/// Takes a login that was read before, as the end of a login does.
pub(super) fn take_known(
    store: &dyn PendingStore,
    state: &str,
    now: UnixTime,
) -> Result<PendingAuthorization, StoreError> {
    let pending = store.read(state, now)?;
    store.take_known(state, pending.key(), pending.begun(), now)?;
    Ok(pending)
}

/// Every file below a directory, with its content and the time of its last write.
pub(super) fn snapshot(directory: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        let content = if metadata.is_dir() {
            files.extend(snapshot(&path));
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        files.push((path, content, metadata.modified().unwrap()));
    }
    files.sort();
    files
}
