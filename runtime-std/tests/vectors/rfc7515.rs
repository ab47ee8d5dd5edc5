//! RFC 7515, appendix A.

use crate::support::Published;

fn published() -> Published {
    Published::parse(include_str!("rfc7515.json"))
}

#[test]
fn the_examples_are_verified_or_refused() {
    published().check(&[
        // HS256: no verifier for it can be said.
        ("A.1", "jws_algorithm_unknown"),
        // RS256 and ES256: verified, and then the issuer is "joe".
        ("A.2", "id_token_issuer"),
        ("A.3", "id_token_issuer"),
        // ES512 is not supported.
        ("A.4", "jws_algorithm_unknown"),
        // none
        ("A.5", "jws_algorithm_unknown"),
        // The JSON serializations are no ID tokens, which have no quotation mark in them.
        ("A.6", "id_token_missing"),
        ("A.7", "id_token_missing"),
    ]);
}

#[test]
fn the_examples_are_refused_with_a_change() {
    published().check_changed("A.2");
    published().check_changed("A.3");
}
