//! RFC 8037, appendix A.

use crate::support::Published;

fn published() -> Published {
    Published::parse(include_str!("rfc8037.json"))
}

#[test]
fn the_example_is_verified() {
    // EdDSA: verified, and then the payload is a sentence instead of claims.
    published().check(&[("A.4", "id_token_json")]);
}

#[test]
fn the_example_is_refused_with_a_change() {
    published().check_changed("A.4");
}
