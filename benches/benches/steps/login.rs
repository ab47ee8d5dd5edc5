//! Logins through the runtime, with their pending authorizations in a directory.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use onerealm::provider::{Platform, Provider, Registration, Setup, User, browser};
use onerealm::{Callback, Config, DirectoryStore, Logins, Requested};
use onerealm_benches::{CLIENT_ID, REDIRECT_URI, SECRET};

const USER: &str = "alice@example.com";

/// `begin` asks nobody: metadata is there from the first call. `finish` sends one request, and the provider, which
/// signs the ID token, is in this process too.
pub fn logins(c: &mut Criterion) {
    let provider = Provider::start(Setup {
        registrations: vec![Registration {
            client_id: CLIENT_ID.to_owned(),
            secret: Some(SECRET.to_owned()),
            redirect_uris: vec![(REDIRECT_URI.to_owned(), Platform::Web)],
        }],
        users: vec![User::new(USER, "Alice Example")],
        ..Setup::default()
    })
    .unwrap();
    let realm = format!(
        "openid: sso\n\tissuer-url {}\n\tclient-id {CLIENT_ID}\n\tclient-key {SECRET}\n\tquery-userinfo 0\n",
        provider.issuer(),
    );
    let directory = tempfile::tempdir().unwrap();
    let config = Config::parse(&realm, "domains.cfg".as_ref()).unwrap();
    let logins = Logins::new(config, DirectoryStore::new(directory.path()));
    let begin = || logins.begin("sso", REDIRECT_URI, Requested::Default).unwrap();

    let mut group = c.benchmark_group("login");
    group.bench_function("begin", |b| b.iter(|| black_box(begin())));
    group.bench_function("finish", |b| {
        b.iter_batched(
            || browser::sign_in(&begin().url, USER).unwrap(),
            |url| black_box(logins.finish(Callback::Url(&url), None).unwrap()),
            BatchSize::PerIteration,
        );
    });
}
