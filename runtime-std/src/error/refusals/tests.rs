//! Every realm, every login in it, and every reason.

use onerealm_core::{
    ClientType, CredentialConfigured, PublicOverride, RedirectUriKind, Requested, client_type,
};

use super::super::facts::Prompt;
use super::*;

const REASONS: [Reason; 30] = [
    Reason::Dpop,
    Reason::Assertion,
    Reason::Certificate,
    Reason::Pushed,
    Reason::SignedRequest,
    Reason::Fault,
    Reason::Throttled,
    Reason::NoSuchPlace,
    Reason::Moved,
    Reason::Client,
    Reason::SecretUnwanted,
    Reason::SecretWanted,
    Reason::SecretWrong,
    Reason::AssertionSignature,
    Reason::AssertionAudience,
    Reason::AssertionTime,
    Reason::InstalledKey,
    Reason::UnknownClient,
    Reason::SinglePage,
    Reason::Grant,
    Reason::RedirectUri,
    Reason::Verifier,
    Reason::Flow,
    Reason::Scope,
    Reason::GroupsScope,
    Reason::Login,
    Reason::Consent,
    Reason::Account,
    Reason::Denied,
    Reason::Other,
];

/// Every login that can begin, as `client_type` decides.
fn every_login() -> Vec<Facts> {
    let bools = [false, true];
    let mut logins = Vec::new();
    for setting in [Setting::Unset, Setting::Auto, Setting::Public, Setting::Confidential] {
        for (bits, kind) in
            (0..1024_u32).flat_map(|b| [(b, RedirectUriKind::Web), (b, RedirectUriKind::Loopback)])
        {
            let bit = |n: u32| bools[(bits >> n & 1) as usize];
            let has_key = bit(0);
            let secret = if has_key { CredentialConfigured::Yes } else { CredentialConfigured::No };
            let may_ask_public = bit(1);
            let allowed =
                if may_ask_public { PublicOverride::Allowed } else { PublicOverride::Refused };
            let requested = if bit(2) { Requested::Public } else { Requested::Default };
            let decided = |requested| client_type(setting, secret, kind, requested, allowed);
            let Ok(decided_type) = decided(requested) else { continue };
            let method = if bit(3) { Method::ClientSecretPost } else { Method::ClientSecretBasic };
            let has_native = bit(4);
            let has_private_key = has_key && bit(8);
            let decision = match decided_type {
                ClientType::Confidential if has_private_key => Decision::Assertion,
                ClientType::Confidential => Decision::Confidential(method),
                ClientType::Public if has_native => Decision::Native,
                ClientType::Public => Decision::Public,
            };
            logins.push(Facts {
                decision,
                setting,
                has_key,
                key_changes: has_key && !has_private_key && bit(5),
                has_private_key,
                names_key: has_private_key && bit(5),
                audience: match bit(9) {
                    true => AssertionAudience::TokenEndpoint,
                    false => AssertionAudience::Issuer,
                },
                has_native,
                has_native_key: has_native && bit(6),
                is_web: kind == RedirectUriKind::Web,
                asked_public: decided(Requested::Default) != Ok(decided_type),
                may_ask_public,
                may_use_post: bit(7) || method == Method::ClientSecretPost,
                may_use_basic: bit(7) || method == Method::ClientSecretBasic,
                prompt: Prompt::default(),
            });
        }
    }
    logins
}

/// What a fix advises, and whether that is so already, or can't be.
type Advised = (&'static str, fn(&Facts) -> bool);

const ADVISED: &[Advised] = &[
    ("set client-key", |f| f.has_key),
    ("remove client-key", |f| !f.has_key || f.setting == Setting::Confidential),
    ("client-key is sent", |f| !f.has_key || f.is_confidential()),
    ("check client-id and client-key", |f| !f.is_confidential()),
    ("so that client-key is sent", |f| f.has_private_key),
    ("so that the private key signs", |f| !f.has_private_key),
    ("of client-key-file for this client", |f| !f.sends_assertion()),
    ("let the client authenticate by private_key_jwt there", |f| !f.sends_assertion()),
    ("by the name in client-key-id", |f| !f.names_key),
    ("set assertion-audience", |f| f.audience == AssertionAudience::TokenEndpoint),
    ("remove assertion-audience", |f| f.audience == AssertionAudience::Issuer),
    ("set token-auth-method private_key_jwt", |f| f.has_private_key),
    ("client-key has characters", |f| !f.key_changes || !is_basic(f)),
    ("unset client-type", |f| f.setting == Setting::Unset),
    ("set client-type auto", |f| f.setting == Setting::Auto || f.is_web),
    ("set client-type auto, or", |f| !f.may_ask_public),
    ("set public-override 1", |f| f.may_ask_public),
    ("set client-type public", |f| f.setting == Setting::Public),
    ("leave --public out", |f| !f.asked_public),
    ("with --public", |f| !f.is_confidential() || !f.may_ask_public),
    ("a registration of their own with native-client-id", |f| f.has_native),
    ("set native-client-id", |f| f.has_native),
    ("that native-client-id names", |f| !is_native(f)),
    ("check native-client-id", |f| !is_native(f)),
    ("authenticate with a client secret", |f| !f.is_confidential()),
    ("make its client a public one", Facts::is_confidential),
    ("set native-client-key", |f| f.has_native && f.has_native_key),
    ("and native-client-key: the provider doesn't", |f| !f.has_native_key),
    ("check native-client-key", |f| !f.has_native_key),
    ("remove native-client-key", |f| !f.has_native_key),
    ("client_secret_post", |f| is_post(f) || !f.may_use_post),
    ("client_secret_basic", |f| is_basic(f) || !f.may_use_basic),
    ("prompt is none", |f| !f.prompt.none),
    ("prompt to login", |f| f.prompt.login),
    ("prompt to consent", |f| f.prompt.consent),
    ("prompt to select_account", |f| f.prompt.select_account),
];

fn every_prompt() -> Vec<Prompt> {
    let one = Prompt::default();
    vec![
        one,
        Prompt { none: true, ..one },
        Prompt { login: true, ..one },
        Prompt { consent: true, ..one },
        Prompt { select_account: true, ..one },
        Prompt { login: true, consent: true, select_account: true, ..one },
    ]
}

#[test]
fn no_row_advises_what_is_already_so_and_each_is_seen() {
    let mut seen = vec![0; TABLE.len()];
    // Prompts matter in some of them.
    let prompts = |place| every_prompt().into_iter().take(if place < 4 { 6 } else { 1 });
    for (place, facts) in every_login().into_iter().enumerate() {
        for prompt in prompts(place) {
            let facts = Facts { prompt, ..facts };
            for reason in REASONS.into_iter().chain([Reason::Interaction]) {
                for (place, row) in TABLE.iter().enumerate() {
                    if !row.applies_to(reason, &facts) {
                        continue;
                    }
                    seen[place] += 1;
                    for (advised, is_so) in ADVISED {
                        let is_wrong = row.fix.contains(advised) && is_so(&facts);
                        assert!(!is_wrong, "{advised:?} in {:?} for {facts:?}", row.fix);
                    }
                }
            }
        }
    }
    for (row, times) in TABLE.iter().zip(seen) {
        assert!(times > 0, "never: {:?}", row.fix);
    }
}

#[test]
fn each_piece_of_advice_that_is_watched_is_in_the_table() {
    for (advised, _) in ADVISED {
        assert!(TABLE.iter().any(|row| row.fix.contains(advised)), "{advised}");
    }
}

/// A confidential registration refuses what has no secret, and the other way round: following the
/// advice changes the login.
#[test]
fn refused_credentials_are_advised_about_in_every_login() {
    for facts in every_login() {
        for reason in REASONS {
            let advice = advice(reason, &facts);
            let is_rare = matches!(
                reason,
                Reason::SecretUnwanted
                    | Reason::SecretWrong
                    | Reason::InstalledKey
                    | Reason::AssertionSignature
                    | Reason::AssertionAudience
                    | Reason::AssertionTime
            );
            assert!(advice.is_some() || is_rare, "{reason:?} in {facts:?}");
        }
        let fix = advice(Reason::Client, &facts).unwrap().fix;
        let about = ["client-key", "client-id", "client-type"];
        assert!(about.iter().any(|property| fix.contains(property)), "{fix}");
        assert!(fix.len() < 600, "{fix}");
    }
}

const BASIC: Decision = Decision::Confidential(Method::ClientSecretBasic);

/// A login of a realm with a key.
const KEYED: Facts = Facts {
    decision: BASIC,
    setting: Setting::Unset,
    has_key: true,
    key_changes: false,
    has_private_key: false,
    names_key: false,
    audience: AssertionAudience::Issuer,
    has_native: false,
    has_native_key: false,
    is_web: true,
    asked_public: false,
    may_ask_public: true,
    may_use_post: true,
    may_use_basic: true,
    prompt: Prompt { none: false, login: false, consent: false, select_account: false },
};

#[test]
fn the_advice_is_for_the_mistake() {
    let auto = Facts { setting: Setting::Auto, ..KEYED };
    let public = Facts { decision: Decision::Public, ..KEYED };
    let loopback = Facts { is_web: false, ..public };
    for (what, reason, facts, has, lacks) in [
        (
            "auto with a key on loopback at a confidential registration",
            Reason::Client,
            Facts { setting: Setting::Auto, ..loopback },
            &["takes no public logins: unset client-type", "native-client-id"][..],
            &["client-key", "--public"][..],
        ),
        (
            "auto with a key on https at a public registration",
            Reason::Client,
            auto,
            &["remove client-key, or set client-type public"],
            &["auto", "--public"],
        ),
        (
            "a key that changes in HTTP Basic",
            Reason::Client,
            Facts { key_changes: true, ..KEYED },
            &["client_secret_post, or choose a secret of letters and digits"],
            &[],
        ),
        (
            "the same in the body",
            Reason::Client,
            Facts {
                key_changes: true,
                decision: Decision::Confidential(Method::ClientSecretPost),
                ..KEYED
            },
            &["check client-id and client-key"],
            &["letters", "client_secret_post"],
        ),
        (
            "native-client-id names a confidential registration",
            Reason::Client,
            Facts { decision: Decision::Native, has_native: true, ..loopback },
            &["native-client-id names", "public client"],
            &["set native-client-id", "client-key"],
        ),
        (
            "--public at a confidential registration",
            Reason::Client,
            Facts { asked_public: true, ..loopback },
            &["leave --public out", "native-client-id"],
            &["client-type"],
        ),
        (
            "client-type public with a key",
            Reason::SecretWanted,
            Facts { setting: Setting::Public, ..public },
            &["unset client-type, so that client-key is sent"],
            &["set client-key"],
        ),
        (
            "no key",
            Reason::Client,
            Facts { has_key: false, ..public },
            &["set client-key"],
            &["unset"],
        ),
        (
            "a secret on loopback at a public registration",
            Reason::SecretUnwanted,
            Facts { is_web: false, ..KEYED },
            &["client-type auto, or begin the login with --public"],
            &[],
        ),
        (
            "HTTP 500",
            Reason::Fault,
            KEYED,
            &["log"],
            &["client-id", "client-key", "token-auth-method"],
        ),
        (
            "DPoP",
            Reason::Dpop,
            KEYED,
            &["DPoP", "not supported"],
            &["client-id", "client-key", "token-auth-method"],
        ),
        (
            "a signed assertion in a confidential login",
            Reason::Assertion,
            KEYED,
            &["authenticate with a client secret"],
            &["public", "native-client-id"],
        ),
        (
            "a signed assertion in a public login",
            Reason::Assertion,
            loopback,
            &["make its client a public one", "native-client-id"],
            &["authenticate with a client secret"],
        ),
        (
            "a TLS client certificate in a public login of a registration of its own",
            Reason::Certificate,
            Facts { decision: Decision::Native, has_native: true, ..loopback },
            &["make its client a public one"],
            &["authenticate with a client secret", "native-client-id"],
        ),
        (
            "a key of a public registration",
            Reason::Client,
            Facts {
                decision: Decision::Native,
                has_native: true,
                has_native_key: true,
                ..loopback
            },
            &["check native-client-id and native-client-key", "remove native-client-key"],
            &["set native-client-id", "check client-id"],
        ),
        (
            "prompt none",
            Reason::Login,
            Facts { prompt: Prompt { none: true, ..KEYED.prompt }, ..KEYED },
            &["prompt is none"],
            &["prompt to"],
        ),
    ] {
        let fix = advice(reason, &facts).unwrap().fix;
        for piece in has {
            assert!(fix.contains(piece), "{what}: {piece:?} in {fix}");
        }
        for piece in lacks {
            assert!(!fix.contains(piece), "{what}: {piece:?} in {fix}");
        }
    }
}
