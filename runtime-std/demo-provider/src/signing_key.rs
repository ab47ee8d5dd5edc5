//! The key that signs ID tokens and userinfo.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};

/// The RSA key of RFC 7515, appendix A.2, because `ring` generates no RSA keys. Its private half is published, so its
/// signature proves nothing.
const RFC7515_A2: &str = include_str!("rfc7515_a2_key.json");

/// The key that signs ID tokens and userinfo.
pub(crate) struct SigningKey {
    pair: KeyPair,
    modulus: String,
    exponent: String,
    pub(crate) kid: String,
}

impl SigningKey {
    /// The published key. It is compiled in, so each step either always succeeds or always fails.
    pub(crate) fn rfc7515_a2() -> Self {
        let key: Value = serde_json::from_str(RFC7515_A2).expect("the key is JSON");
        let text = |name: &str| key[name].as_str().expect("the key has the member").to_owned();
        let bytes =
            |name| Base64UrlUnpadded::decode_vec(&text(name)).expect("the member is base64url");
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: bytes("n"), e: bytes("e") },
            d: bytes("d"),
            p: bytes("p"),
            q: bytes("q"),
            dP: bytes("dp"),
            dQ: bytes("dq"),
            qInv: bytes("qi"),
        };
        let digest = ring::digest::digest(&ring::digest::SHA256, &components.public_key.n);
        Self {
            pair: KeyPair::from_components(&components).expect("the members fit together"),
            modulus: text("n"),
            exponent: text("e"),
            kid: Base64UrlUnpadded::encode_string(&digest.as_ref()[..20]),
        }
    }

    /// The public key in Entra ID's form: with `kid` and `issuer`, without `alg`. There is no certificate, so there are
    /// no members for one.
    pub(crate) fn public_jwk(&self, issuer: &str) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "n": self.modulus,
            "e": self.exponent,
            "issuer": issuer,
        })
    }

    /// A signed token of this kind with these claims.
    pub(crate) fn token(&self, typ: &str, claims: &Value) -> String {
        let header = json!({ "typ": typ, "alg": "RS256", "kid": self.kid });
        let encode = |json: &Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
        let message = format!("{}.{}", encode(&header), encode(claims));
        let signature = self.sign(message.as_bytes());
        format!("{message}.{signature}")
    }

    /// The RS256 signature of a message, in base64url.
    fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("the buffer has the size of the modulus");
        Base64UrlUnpadded::encode_string(&signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signing input and the signature of RFC 7515, appendix A.2.1.
    const SIGNING_INPUT: &[u8] = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    #[test]
    fn the_key_makes_the_signature_that_the_standard_published() {
        assert_eq!(SigningKey::rfc7515_a2().sign(SIGNING_INPUT), SIGNATURE);
    }

    #[test]
    fn the_published_modulus_is_that_of_the_key() {
        let key = SigningKey::rfc7515_a2();
        let jwk = key.public_jwk("https://issuer.example");
        let members: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["e", "issuer", "kid", "kty", "n", "use"]);
        assert!(
            jwk["n"]
                .as_str()
                .unwrap()
                .starts_with("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx")
        );
        let published = PublicKeyComponents {
            n: Base64UrlUnpadded::decode_vec(jwk["n"].as_str().unwrap()).unwrap(),
            e: Base64UrlUnpadded::decode_vec(jwk["e"].as_str().unwrap()).unwrap(),
        };
        let signature = Base64UrlUnpadded::decode_vec(&key.sign(b"message")).unwrap();
        let verified =
            published.verify(&ring::signature::RSA_PKCS1_2048_8192_SHA256, b"message", &signature);
        assert!(verified.is_ok());
    }
}
