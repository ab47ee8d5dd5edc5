// The states of the recorded login, one made from the other, for the examples in the documentation.

use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, DiscoveryRequest,
    IdToken, Issuer, JwksRequest, KeySet, PendingAuthorization, ProviderMetadata, Realm, RealmName,
    RedirectUri, RelyingParty, Requested, TokenRequest,
};

pub const CALLBACK: &str =
    "http://127.0.0.1/callback?code=c0de&state=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

pub fn realm() -> Realm<&'static str> {
    let registration =
        ClientRegistration { client_id: ClientId::parse("pve").unwrap(), credential: None };
    let issuer = Issuer::parse("https://login.example/t").unwrap();
    Realm::new(RealmName::parse("sso").unwrap(), issuer, registration)
}

pub fn metadata() -> ProviderMetadata<'static> {
    let request = DiscoveryRequest::new(Issuer::parse("https://login.example/t").unwrap());
    request.response(answer(request.request(&mut [0; 256]).unwrap())).unwrap()
}

pub fn keys() -> KeySet<'static> {
    let request = JwksRequest::new(&metadata());
    request.response(answer(request.request(&mut [0; 256]).unwrap())).unwrap()
}

pub fn begun(relying_party: RelyingParty<'_>) -> AuthorizationRequest<'_> {
    let redirect_uri = RedirectUri::parse("http://127.0.0.1/callback").unwrap();
    let rng = &mut RecordedBytes::default();
    AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, NOW).unwrap()
}

pub fn pending(relying_party: RelyingParty<'_>) -> PendingAuthorization {
    begun(relying_party).into_pending()
}

pub fn token_request(relying_party: RelyingParty<'_>) -> TokenRequest<'_> {
    let response = AuthorizationResponse::from_url(CALLBACK).unwrap();
    pending(relying_party).accept(&response, relying_party, NOW).unwrap()
}

pub fn id_token(relying_party: RelyingParty<'_>) -> IdToken<'_> {
    let request = token_request(relying_party);
    let answer = answer(request.request(&mut [0; 1024]).unwrap());
    request.response(answer).unwrap()
}
