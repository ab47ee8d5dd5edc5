//! What to do about a provider's refusal: by its reason, and by what is so in that realm.

use std::borrow::Cow;

use onerealm_core::{
    AssertionAudience, ClientTypeSetting as Setting, Decision, TokenAuthMethod as Method,
};

use super::advice::Advice;
use super::explanation::Who;
use super::facts::Facts;
use super::reason::Reason;

/// A line of the table: for refusals of these reasons, where this is so.
struct Row {
    reasons: &'static [Reason],
    applies: fn(&Facts) -> bool,
    who: Who,
    fix: &'static str,
}

/// What to do. Where several lines apply, each is a possibility, the likeliest first.
pub(crate) fn advice(reason: Reason, facts: &Facts) -> Option<Advice> {
    let applying = || TABLE.iter().filter(|row| row.applies_to(reason, facts));
    let who = applying().next()?.who;
    let fixes: Vec<_> = applying().map(|row| row.fix).collect();
    Some(Advice { who, fix: Cow::Owned(fixes.join("; ")) })
}

impl Row {
    fn applies_to(&self, reason: Reason, facts: &Facts) -> bool {
        self.reasons.contains(&reason) && (self.applies)(facts)
    }
}

const REALM: Who = Who::RealmAdministrator;
const PROVIDER: Who = Who::ProviderAdministrator;
const END_USER: Who = Who::EndUser;
const SYSTEM: Who = Who::SystemAdministrator;

const fn row(
    reasons: &'static [Reason],
    applies: fn(&Facts) -> bool,
    who: Who,
    fix: &'static str,
) -> Row {
    Row { reasons, applies, who, fix }
}

const fn always(_: &Facts) -> bool {
    true
}

/// The provider doesn't take what was signed.
const SIGNED: &[Reason] = &[Reason::Client, Reason::Assertion, Reason::AssertionSignature];
/// The provider wants a secret, perhaps.
const WANTED: &[Reason] = &[Reason::Client, Reason::SecretWanted];
const CLIENT: &[Reason] = &[Reason::Client];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // What the provider wants is not supported.
    row(&[Reason::Dpop], always, PROVIDER, "the provider demands DPoP (RFC 9449), which is not supported: turn it off for this client at the provider (in Keycloak: \"Require DPoP bound tokens\")"),
    row(&[Reason::Assertion], Facts::sends_secret, REALM, "the provider demands a signed client assertion: for private_key_jwt, set token-auth-method private_key_jwt and client-key-file; client_secret_jwt is not supported, so let this client authenticate with a client secret at the provider (in Keycloak: \"Client Id and Secret\")"),
    row(&[Reason::Assertion], |f| !f.is_confidential(), PROVIDER, "the provider demands a signed client assertion (private_key_jwt or client_secret_jwt), and this login is public: make its client a public one at the provider (in Keycloak: \"Client authentication\" off)"),
    row(&[Reason::Certificate], Facts::is_confidential, PROVIDER, "the provider demands a TLS client certificate (RFC 8705), which is not supported: let this client authenticate with a client secret at the provider"),
    row(&[Reason::Certificate], |f| !f.is_confidential(), PROVIDER, "the provider demands a TLS client certificate (RFC 8705), which is not supported, and this login is public: make its client a public one at the provider"),
    row(&[Reason::Assertion, Reason::Certificate], |f| is_public(f) && !f.has_native, PROVIDER, "or give public logins a registration of their own with native-client-id"),
    row(&[Reason::Pushed], always, PROVIDER, "the provider demands pushed authorization requests (RFC 9126), which are not supported: turn that off for this client at the provider (in Keycloak: \"Pushed authorization request required\")"),
    row(&[Reason::SignedRequest], always, PROVIDER, "the provider demands signed request objects (RFC 9101), which are not supported: turn that off for this client at the provider"),
    // It failed.
    row(&[Reason::Fault], always, PROVIDER, "the provider failed: its log has the cause, or that of what stands before it; begin the login again when it is mended"),
    row(&[Reason::Throttled], always, END_USER, "the provider has had too many requests: wait, and begin the login again"),
    row(&[Reason::NoSuchPlace], always, PROVIDER, "nothing takes the request at that URL, which is from the provider's metadata: look at what stands before the provider (a reverse proxy, a firewall)"),
    row(&[Reason::Moved], always, PROVIDER, "let the provider's metadata name the URL that answers itself: with a redirect, credentials would go elsewhere"),

    // A public login, by the registration that native-client-id names.
    row(WANTED, |f| is_native(f) && !f.has_native_key, REALM, "the provider wants a secret of the registration that native-client-id names: make it a public client at the provider (in Keycloak: \"Client authentication\" off), or name one that is"),
    row(WANTED, |f| is_native(f) && f.has_native_key, REALM, "check native-client-id and native-client-key: the provider doesn't take them"),
    row(CLIENT, |f| is_native(f) && f.has_native_key, REALM, "if that registration is a public client, remove native-client-key"),
    // A public login, by the registration that client-id names.
    row(WANTED, |f| is_public(f) && f.asked_public, REALM, "this registration takes no public logins: leave --public out, or give public logins a registration of their own with native-client-id"),
    row(WANTED, |f| is_usually_public(f) && f.setting == Setting::Auto && f.has_key, REALM, "this registration takes no public logins: unset client-type, or give public logins a registration of their own with native-client-id"),
    row(WANTED, |f| is_usually_public(f) && f.setting == Setting::Public && f.has_key && !f.has_private_key, REALM, "the provider wants the secret: unset client-type, so that client-key is sent, or make the registration a public client at the provider"),
    row(WANTED, |f| is_usually_public(f) && f.setting == Setting::Public && f.has_private_key, REALM, "the provider wants a credential: unset client-type, so that the private key signs, or make the registration a public client at the provider"),
    row(WANTED, |f| is_usually_public(f) && !f.has_key && f.is_web && f.setting != Setting::Public, REALM, "the provider wants a secret: set client-key, or make the registration a public client at the provider"),
    row(WANTED, |f| is_usually_public(f) && !f.has_key && f.setting == Setting::Public, REALM, "the provider wants a secret: set client-key and unset client-type, or make the registration a public client at the provider"),
    row(WANTED, |f| is_usually_public(f) && !f.has_key && !f.is_web && f.setting == Setting::Unset, REALM, "the provider wants a secret: set client-key, or give public logins a registration of their own with native-client-id"),
    row(WANTED, |f| is_usually_public(f) && !f.has_key && !f.is_web && f.setting == Setting::Auto, REALM, "the provider wants a secret: set client-key and unset client-type, or give public logins a registration of their own with native-client-id"),
    row(&[Reason::SecretWanted], |f| !f.is_confidential(), REALM, "in Entra ID, the redirect URL may be registered for the platform \"Mobile and desktop applications\" instead, which takes no secret"),
    row(&[Reason::InstalledKey], |f| is_native(f) && !f.has_native_key, REALM, "the provider wants the key of an installed application: set native-client-key"),
    row(&[Reason::InstalledKey], |f| !f.is_confidential() && !is_native(f) && !f.has_native, REALM, "the provider wants the key of an installed application: set native-client-id and native-client-key"),
    row(&[Reason::InstalledKey], |f| f.sends_secret() || is_native(f) && f.has_native_key, REALM, "the provider didn't find the secret: check the key of this client"),

    // A confidential login with an assertion.
    row(SIGNED, Facts::sends_assertion, REALM, "check client-id, and that the provider has the public key or the certificate of client-key-file for this client"),
    row(SIGNED, |f| f.sends_assertion() && f.names_key, REALM, "check that the provider knows that key by the name in client-key-id"),
    row(CLIENT, Facts::sends_assertion, REALM, "if the provider has a secret for this client, let the client authenticate by private_key_jwt there (in Keycloak: \"Signed JWT\")"),
    row(&[Reason::Client, Reason::Assertion, Reason::AssertionAudience], is_for_issuer, REALM, "if the provider wants another audience, set assertion-audience token-endpoint (Entra ID does)"),
    row(&[Reason::Client, Reason::Assertion, Reason::AssertionAudience], is_for_endpoint, REALM, "if the provider wants another audience, remove assertion-audience, so that it is the issuer"),
    row(&[Reason::AssertionTime], Facts::sends_assertion, SYSTEM, "check this machine's clock: an assertion is valid for 60 seconds"),
    row(&[Reason::SecretWrong], Facts::sends_assertion, REALM, "the certificate that the provider has for this client has expired: make another one, register it there, and set client-cert-file"),
    row(&[Reason::SecretWanted, Reason::InstalledKey], Facts::sends_assertion, REALM, "the provider wants a client secret: remove token-auth-method and give the realm a client-key, or let this client authenticate by private_key_jwt at the provider"),
    row(&[Reason::SecretUnwanted], |f| f.sends_assertion() && !f.is_web && f.may_ask_public, REALM, "the provider takes this redirect URL for a public client's and wants no assertion: set client-type auto, or begin the login with --public"),
    row(&[Reason::SecretUnwanted], |f| f.sends_assertion() && !f.is_web && !f.may_ask_public, REALM, "the provider takes this redirect URL for a public client's and wants no assertion: set public-override 1 and client-type auto"),
    row(&[Reason::SecretUnwanted], |f| f.sends_assertion() && f.is_web, REALM, "the provider takes this redirect URL for a public client's and wants no assertion: set client-type public, or register the redirect URL for confidential clients (in Entra ID: platform \"Web\")"),

    // A confidential login with a secret.
    row(CLIENT, |f| is_basic(f) && f.key_changes && f.may_use_post, REALM, "client-key has characters that are encoded in HTTP Basic (RFC 6749 section 2.3.1), and some providers don't decode them: set token-auth-method client_secret_post, or choose a secret of letters and digits"),
    row(CLIENT, |f| is_basic(f) && f.key_changes && !f.may_use_post, REALM, "client-key has characters that are encoded in HTTP Basic (RFC 6749 section 2.3.1), and some providers don't decode them: choose a secret of letters and digits"),
    row(CLIENT, Facts::sends_secret, REALM, "check client-id and client-key"),
    row(CLIENT, |f| is_basic(f) && !f.key_changes && f.may_use_post, REALM, "if the provider takes the secret in the body alone, set token-auth-method client_secret_post"),
    row(CLIENT, |f| is_post(f) && f.may_use_basic, REALM, "if the provider takes the secret in the header alone, set token-auth-method client_secret_basic"),
    row(CLIENT, |f| f.sends_secret() && f.is_web && f.setting != Setting::Confidential, REALM, "if the registration is a public client, remove client-key, or set client-type public"),
    row(CLIENT, |f| f.sends_secret() && f.is_web && f.setting == Setting::Confidential, REALM, "if the registration is a public client, set client-type public"),
    row(CLIENT, |f| f.sends_secret() && !f.is_web && f.may_ask_public, REALM, "if the registration is a public client, set client-type auto, or begin the login with --public"),
    row(CLIENT, |f| f.sends_secret() && !f.is_web && !f.may_ask_public, REALM, "if the registration is a public client, set client-type public"),
    row(&[Reason::SecretUnwanted], |f| f.sends_secret() && !f.is_web && f.may_ask_public, REALM, "the provider takes this redirect URL for a public client's and wants no secret: set client-type auto, or begin the login with --public"),
    row(&[Reason::SecretUnwanted], |f| f.sends_secret() && !f.is_web && !f.may_ask_public, REALM, "the provider takes this redirect URL for a public client's and wants no secret: set public-override 1 and client-type auto"),
    row(&[Reason::SecretUnwanted], |f| f.sends_secret() && f.is_web, REALM, "the provider takes this redirect URL for a public client's and wants no secret: set client-type public, or register the redirect URL for confidential clients (in Entra ID: platform \"Web\")"),
    row(&[Reason::SecretUnwanted], |f| is_native(f) && f.has_native_key, REALM, "the provider wants no secret: remove native-client-key"),
    row(&[Reason::SecretWrong], Facts::sends_secret, REALM, "check client-key: in Entra ID it is the secret's value, not its id, and it may have expired"),
    row(&[Reason::SecretWrong], |f| is_native(f) && f.has_native_key, REALM, "check native-client-key"),
    row(&[Reason::SecretWanted], Facts::sends_secret, REALM, "the provider didn't find the secret, which was sent: check token-auth-method"),

    // What the client may do.
    row(&[Reason::UnknownClient], |f| !is_native(f), REALM, "check client-id, and that issuer-url names the tenant that the application is in"),
    row(&[Reason::UnknownClient], is_native, REALM, "check native-client-id, and that issuer-url names the tenant that the application is in"),
    row(&[Reason::SinglePage], always, PROVIDER, "the redirect URL is registered for a single-page application: register it for the platform \"Web\" or \"Mobile and desktop applications\""),
    row(&[Reason::Flow], always, PROVIDER, "allow the authorization code flow for this client at the provider (response type code, grant type authorization_code)"),
    row(&[Reason::Scope], always, REALM, "check the realm's scopes: the provider doesn't allow one of them for this client"),
    row(&[Reason::GroupsScope], always, REALM, "Entra ID has no scope groups: remove it from the realm's scopes, and add the groups claim in the app's token configuration"),
    row(&[Reason::RedirectUri], always, PROVIDER, "register the redirect URL for this client at the provider, to the letter, and let nothing between change it"),
    row(&[Reason::Verifier], always, PROVIDER, "let the provider accept PKCE with S256 (RFC 7636) for this client"),
    row(&[Reason::Grant], always, END_USER, "the code was used, has expired, or was given to another client: begin the login again"),

    // What the end user may do.
    row(&[Reason::Login, Reason::Interaction, Reason::Consent, Reason::Account], |f| f.prompt.none, REALM, "the realm's prompt is none, which forbids the provider to ask the end user for anything: remove it, or sign in and consent in another login first"),
    row(&[Reason::Login], |f| !f.prompt.none && !f.prompt.login, REALM, "begin the login again; if it happens each time, set the realm's prompt to login"),
    row(&[Reason::Interaction, Reason::Consent], |f| !f.prompt.none && !f.prompt.consent, REALM, "begin the login again; if it happens each time, set the realm's prompt to consent"),
    row(&[Reason::Account], |f| !f.prompt.none && !f.prompt.select_account, REALM, "begin the login again; if it happens each time, set the realm's prompt to select_account"),
    row(&[Reason::Login], |f| !f.prompt.none && f.prompt.login, END_USER, "begin the login again, and sign in at the provider"),
    row(&[Reason::Interaction, Reason::Consent], |f| !f.prompt.none && f.prompt.consent, END_USER, "begin the login again, and do what the provider asks for"),
    row(&[Reason::Account], |f| !f.prompt.none && f.prompt.select_account, END_USER, "begin the login again, and select an account"),
    row(&[Reason::Denied], always, END_USER, "begin the login again if the end user cancelled; otherwise let this end user use the application at the provider"),

    row(&[Reason::Other], always, PROVIDER, "the provider's log has more about this refusal"),
];

fn is_for_issuer(facts: &Facts) -> bool {
    facts.sends_assertion() && facts.audience == AssertionAudience::Issuer
}

fn is_for_endpoint(facts: &Facts) -> bool {
    facts.sends_assertion() && facts.audience == AssertionAudience::TokenEndpoint
}

fn is_native(facts: &Facts) -> bool {
    facts.decision == Decision::Native
}

fn is_public(facts: &Facts) -> bool {
    facts.decision == Decision::Public
}

/// Without having asked for it.
fn is_usually_public(facts: &Facts) -> bool {
    is_public(facts) && !facts.asked_public
}

fn is_basic(facts: &Facts) -> bool {
    facts.decision == Decision::Confidential(Method::ClientSecretBasic)
}

fn is_post(facts: &Facts) -> bool {
    facts.decision == Decision::Confidential(Method::ClientSecretPost)
}

#[cfg(test)]
mod tests;
