//! A key set with an index, against the same set walked from end to end.

use std::sync::Mutex;

use onerealm_core::{
    InvalidSignature, Issuer, JwksRequest, JwsAlgorithm, JwsError, JwsSignature, KeptKeySet,
    KeySet, PublicKey, RelyingParty, SignatureVerifier,
};
use serde_json::{Value, json};

use super::fixed::{self, ok_json};
use super::provider::{metadata, token_answer};

/// For every token the same key is found, or none for the same reason.
///
/// The input is a token's header, an empty line, and keys. Besides that header, those are tried that
/// name the first keys. It is accepted if its header has a key.
pub fn key_index(input: &[u8]) -> bool {
    let Some(end) = input.windows(2).position(|pair| pair == b"\n\n") else { return false };
    let (header, document) = (&input[..end], &input[end + 2..]);
    let metadata = metadata();
    let Ok(keys) = JwksRequest::new(&metadata).response(ok_json(document)) else { return false };
    let needed = keys.index_needed();
    let kept: KeptKeySet<&str, _> = keys.keep(vec![u32::MAX; needed]);
    let without_room: KeptKeySet<&str, _> = keys.keep(vec![0; needed.saturating_sub(1)]);
    let (kept, without_room) = (kept.keys(), without_room.keys());
    assert_eq!((keys.usable(), keys.decodable()), (kept.usable(), kept.decodable()));
    assert_eq!(keys.words().count(), kept.words().count());

    let found = find(header, &keys);
    assert_eq!(found, find(header, &kept));
    assert_eq!(found, find(header, &without_room));
    for header in headers(document) {
        assert_eq!(find(&header, &keys), find(&header, &kept), "{header:?}");
    }
    let doubts = doubts(header, [&keys, &keys]);
    for indexed in [[&kept, &kept], [&kept, &keys], [&keys, &kept]] {
        assert_eq!(doubts, self::doubts(header, indexed));
    }
    !found.1.is_empty()
}

/// The keys that the signature of a token with this header is verified with, and what comes of it.
fn find(header: &[u8], keys: &KeySet<'_>) -> (Result<JwsAlgorithm, JwsError>, Vec<String>) {
    let seen = Mutex::default();
    let verifiers = verifiers(&seen);
    let verifiers = verifiers.each_ref().map(|verifier| verifier as &dyn SignatureVerifier);
    let signature = fixed::base64url(&vec![1; signature_len(header)]);
    let signature = JwsSignature { header, signing_input: b"a.b", signature: &signature };
    let verdict = signature.verify(keys, &verifiers, &mut [0; 4096]);
    (verdict, seen.into_inner().unwrap())
}

/// Whether a token's key is lacking in `older`, and what comes of it with them and then with `newer`,
/// where no signature is good.
fn doubts(
    header: &[u8],
    [older, newer]: [&KeySet<'_>; 2],
) -> Option<(bool, JwsError, [JwsError; 2])> {
    let metadata = metadata();
    let realm = fixed::realm(Issuer::parse(fixed::ISSUER).unwrap());
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let none = JwksRequest::new(&metadata).response(ok_json(br#"{"keys":[]}"#)).unwrap();
    let answer = token_answer(header, b"{}", signature_len(header));
    let seen = Mutex::default();
    let verifiers = verifiers(&seen);
    let verifiers = verifiers.each_ref().map(|verifier| verifier as &dyn SignatureVerifier);
    let bad = |first: &KeySet<'_>, second: [&KeySet<'_>; 2]| {
        let id_token =
            fixed::token_request(relying_party).response(ok_json(answer.as_bytes())).ok()?;
        let mut buf = vec![0; id_token.buffer_needed()];
        let id_token = id_token.open(&mut buf).ok()?;
        let lacks_key = id_token.lacks_key(first);
        let bad = id_token.verify(first, &verifiers).unwrap_err();
        let error = bad.error();
        let again = bad.verify_again(second[0], second[1], &verifiers).unwrap_err().error();
        Some((lacks_key, error, again))
    };
    let (lacks_key, error, same) = bad(older, [older, newer])?;
    let (_, _, other) = bad(older, [&none, newer])?;
    Some((lacks_key, error, [same, other]))
}

/// Of the length that most keys of its algorithm have.
fn signature_len(header: &[u8]) -> usize {
    let header = serde_json::from_slice::<Value>(header).unwrap_or_default();
    match header["alg"].as_str() {
        Some("ES256" | "EdDSA" | "Ed25519") => 64,
        Some("ES384") => 96,
        _ => 256,
    }
}

/// Headers for each kind of key that name the first keys of a document, a key that isn't there, and
/// none.
fn headers(document: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let document = serde_json::from_slice::<Value>(document).unwrap_or_default();
    let keys = document["keys"].as_array().map_or(&[][..], Vec::as_slice);
    let named = keys.iter().take(KEYS).filter_map(|key| key.get("kid"));
    let kids: Vec<Value> = named.cloned().chain([json!("none of them")]).collect();
    ["RS256", "ES256", "EdDSA"].into_iter().flat_map(move |alg| {
        let named = kids.iter().map(|kid| json!({"alg": alg, "kid": kid}));
        let headers: Vec<_> = named.chain([json!({"alg": alg})]).collect();
        headers.into_iter().map(|header| header.to_string().into_bytes())
    })
}

/// Of so many keys the names are tried.
const KEYS: usize = 6;

/// A verifier for whom no signature is good, and who writes down the keys.
struct Seeing<'s> {
    algorithm: JwsAlgorithm,
    seen: &'s Mutex<Vec<String>>,
}

impl SignatureVerifier for Seeing<'_> {
    fn algorithm(&self) -> JwsAlgorithm {
        self.algorithm
    }

    fn verify(&self, key: PublicKey<'_>, _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
        self.seen.lock().unwrap().push(format!("{key:?}"));
        Err(InvalidSignature)
    }
}

fn verifiers(seen: &Mutex<Vec<String>>) -> [Seeing<'_>; fixed::ALGORITHMS.len()] {
    fixed::ALGORITHMS.map(|algorithm| Seeing { algorithm, seen })
}
