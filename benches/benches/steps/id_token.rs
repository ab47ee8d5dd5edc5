//! An ID token signed with ES256: signature and claims.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use onerealm_benches::{CLIENT_ID, ISSUER, Login, SECRET, es256};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, Nonce};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

pub fn validate(c: &mut Criterion) {
    let login = Login::new();
    let mut group = c.benchmark_group("id_token_es256");

    let verifier = es256();
    let mut buf = vec![0; login.id_token().buffer_needed()];
    group.bench_function("onerealm", |b| {
        b.iter_batched(
            || login.id_token(),
            |id_token| {
                black_box(
                    id_token.validate(&login.keys, &[&verifier], login.now, &mut buf).unwrap(),
                );
            },
            BatchSize::SmallInput,
        );
    });

    // The key set is parsed, and the key found and decoded for each token, as above.
    let jwks: JwkSet = serde_json::from_value(login.jwks.clone()).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[CLIENT_ID]);
    validation.set_issuer(&[ISSUER]);
    group.bench_function("jsonwebtoken", |b| {
        b.iter(|| {
            let kid = jsonwebtoken::decode_header(&login.id_token).unwrap().kid.unwrap();
            let key = DecodingKey::from_jwk(jwks.find(&kid).unwrap()).unwrap();
            let token =
                jsonwebtoken::decode::<serde_json::Value>(&login.id_token, &key, &validation)
                    .unwrap();
            assert!(token.claims["nonce"] == *login.nonce);
        });
    });

    // Another implementation of the curve: p256.
    let keys: CoreJsonWebKeySet = serde_json::from_value(login.jwks.clone()).unwrap();
    let verifier = CoreIdTokenVerifier::new_confidential_client(
        ClientId::new(CLIENT_ID.to_owned()),
        ClientSecret::new(SECRET.to_owned()),
        IssuerUrl::new(ISSUER.to_owned()).unwrap(),
        keys,
    )
    .set_allowed_algs([CoreJwsSigningAlgorithm::EcdsaP256Sha256]);
    let nonce = Nonce::new(login.nonce.clone());
    group.bench_function("openidconnect", |b| {
        b.iter(|| {
            let id_token: CoreIdToken = login.id_token.parse().unwrap();
            black_box(id_token.claims(&verifier, &nonce).unwrap());
        });
    });

    // What no library with ring can be faster than.
    let (signed, _) = login.id_token.rsplit_once('.').unwrap();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &login.public_key);
    let signature = login.signature();
    group.bench_function("the signature alone, by ring", |b| {
        b.iter(|| key.verify(black_box(signed.as_bytes()), &signature).unwrap());
    });
}
