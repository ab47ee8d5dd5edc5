//! The client type of a login: the table of `client_type`, row by row and in all combinations.

mod common;

use common::{NOW, Trial, metadata, realm};
use onerealm_core::{
    AuthorizationRequest, BeginError, ClientRegistration, ClientType, ClientTypeError,
    ClientTypeSetting, Credential, CredentialConfigured, PrivateKey, ProviderMetadata,
    PublicOverride, Realm, RedirectUri, RedirectUriKind, RelyingParty, Requested, TokenAuthMethod,
    client_type,
};

use ClientTypeSetting::{Auto, Confidential, Public, Unset};
use CredentialConfigured::{No, Yes};
use RedirectUriKind::{Loopback, PrivateUse, Web};

const SETTINGS: [ClientTypeSetting; 4] = [Unset, Confidential, Public, Auto];
const CREDENTIALS: [CredentialConfigured; 2] = [Yes, No];
const KINDS: [RedirectUriKind; 3] = [Web, Loopback, PrivateUse];
const REQUESTED: [Requested; 2] = [Requested::Default, Requested::Public];
const OVERRIDES: [PublicOverride; 2] = [PublicOverride::Allowed, PublicOverride::Refused];

/// What a row of the table says of a login.
#[derive(Debug, Clone, Copy)]
enum Says {
    ItIs(ClientType),
    NotSetUp,
    PublicUnlessRefused,
}

/// A row: settings, credentials, kinds of redirect URIs, whether a public login was asked for; and
/// what the login is.
type Row = (
    &'static [ClientTypeSetting],
    &'static [CredentialConfigured],
    &'static [RedirectUriKind],
    &'static [Requested],
    Says,
);

/// The table, of which the first row that fits counts.
const TABLE: [Row; 8] = [
    (&[Unset], &[No], &KINDS, &REQUESTED, Says::ItIs(ClientType::Public)),
    (
        &[Unset, Confidential],
        &[Yes],
        &KINDS,
        &[Requested::Default],
        Says::ItIs(ClientType::Confidential),
    ),
    (&[Confidential], &[No], &KINDS, &[Requested::Default], Says::NotSetUp),
    (&[Auto], &[Yes], &[Web], &[Requested::Default], Says::ItIs(ClientType::Confidential)),
    (&[Auto], &[Yes], &[Loopback, PrivateUse], &[Requested::Default], Says::PublicUnlessRefused),
    (&[Auto], &[No], &KINDS, &REQUESTED, Says::ItIs(ClientType::Public)),
    (&[Public], &CREDENTIALS, &KINDS, &REQUESTED, Says::ItIs(ClientType::Public)),
    (&SETTINGS, &CREDENTIALS, &KINDS, &[Requested::Public], Says::PublicUnlessRefused),
];

struct Login {
    setting: ClientTypeSetting,
    credential: CredentialConfigured,
    kind: RedirectUriKind,
    requested: Requested,
    public_override: PublicOverride,
}

fn every_login() -> Vec<Login> {
    let mut logins = vec![];
    for setting in SETTINGS {
        for credential in CREDENTIALS {
            for kind in KINDS {
                for requested in REQUESTED {
                    for public_override in OVERRIDES {
                        logins.push(Login {
                            setting,
                            credential,
                            kind,
                            requested,
                            public_override,
                        });
                    }
                }
            }
        }
    }
    logins
}

impl Login {
    fn by_the_table(&self) -> Result<ClientType, ClientTypeError> {
        let fits = |(settings, credentials, kinds, requested, _): &Row| {
            settings.contains(&self.setting)
                && credentials.contains(&self.credential)
                && kinds.contains(&self.kind)
                && requested.contains(&self.requested)
        };
        let (.., says) = TABLE.into_iter().find(fits).unwrap();
        match (says, self.public_override) {
            (Says::ItIs(client_type), _) => Ok(client_type),
            (Says::NotSetUp, _) => Err(ClientTypeError::NoCredential),
            (Says::PublicUnlessRefused, PublicOverride::Allowed) => Ok(ClientType::Public),
            (Says::PublicUnlessRefused, PublicOverride::Refused) => {
                Err(ClientTypeError::PublicRefused)
            }
        }
    }

    fn name(&self) -> String {
        let Login { setting, credential, kind, requested, public_override } = self;
        format!(
            "{setting:?}, credential {credential:?}, {kind:?}, {requested:?}, override {public_override:?}"
        )
    }
}

#[test]
fn every_combination_is_decided_as_the_table_says() {
    let logins = every_login();
    assert_eq!(logins.len(), 4 * 2 * 3 * 2 * 2);
    for login in logins {
        let Login { setting, credential, kind, requested, public_override } = login;
        let decided = client_type(setting, credential, kind, requested, public_override);
        assert_eq!(decided, login.by_the_table(), "{}", login.name());
    }
}

#[test]
fn case_199_no_redirect_uri_makes_a_login_public_where_the_realm_refuses_that() {
    let decide = |setting, kind| {
        client_type(setting, Yes, kind, Requested::Default, PublicOverride::Refused)
    };
    for kind in [Loopback, PrivateUse] {
        assert_eq!(decide(Auto, kind), Err(ClientTypeError::PublicRefused), "{kind:?}");
        // These are public or confidential wherever the end user returns to.
        assert_eq!(decide(Public, kind), Ok(ClientType::Public), "{kind:?}");
        assert_eq!(decide(Confidential, kind), Ok(ClientType::Confidential), "{kind:?}");
        assert_eq!(decide(Unset, kind), Ok(ClientType::Confidential), "{kind:?}");
    }
    assert_eq!(decide(Auto, Web), Ok(ClientType::Confidential));
}

#[test]
fn every_login_begins_with_the_client_type_that_the_table_says() {
    let document = Trial::new().discovery.to_string();
    let metadata = metadata(&document);
    let secret = Credential::secret("s3cret").unwrap();
    // A secret and a private key are the same to the table.
    for given in [secret, Credential::PrivateKey(PrivateKey::new())] {
        for login in every_login() {
            check_that_it_begins(&login, given, &metadata);
        }
    }
}

fn check_that_it_begins(
    login: &Login,
    given: Credential<&'static str>,
    metadata: &ProviderMetadata<'_>,
) {
    let redirect_uri = match login.kind {
        Web => "https://pve.example:8006",
        Loopback => "http://127.0.0.1:51004/callback",
        PrivateUse => "com.example.app:/callback",
    };
    let credential = Some(given).filter(|_| login.credential == Yes);
    let registration = ClientRegistration { credential, ..realm().registration };
    let realm = Realm {
        registration,
        client_type: login.setting,
        public_override: login.public_override,
        ..realm()
    };
    let relying_party = RelyingParty::new(&realm, metadata).unwrap();
    let redirect_uri = RedirectUri::parse(redirect_uri).unwrap();
    let foreseen = relying_party.client_type(&redirect_uri, login.requested);
    assert_eq!(foreseen, login.by_the_table(), "{}", login.name());
    let rng = &mut getrandom::SysRng;
    let begun = AuthorizationRequest::new(relying_party, redirect_uri, login.requested, rng, NOW);
    let decided =
        begun.map(|request| (request.client_type(), request.into_pending().client_type()));
    let expected = login.by_the_table().map(|client_type| (client_type, client_type));
    assert_eq!(decided, expected.map_err(BeginError::ClientType), "{}", login.name());
}

#[test]
fn what_is_not_configured_is_unset_allowed_and_not_asked_for() {
    assert_eq!(ClientTypeSetting::default(), Unset);
    assert_eq!(PublicOverride::default(), PublicOverride::Allowed);
    assert_eq!(Requested::default(), Requested::Default);
    let realm = realm();
    assert_eq!((realm.client_type, realm.public_override), (Unset, PublicOverride::Allowed));
}

#[test]
fn client_types_and_methods_have_their_registered_names() {
    assert_eq!(ClientType::Confidential.as_str(), "confidential");
    assert_eq!(ClientType::Public.as_str(), "public");
    assert_eq!(TokenAuthMethod::ClientSecretBasic.as_str(), "client_secret_basic");
    assert_eq!(TokenAuthMethod::ClientSecretPost.as_str(), "client_secret_post");
}
