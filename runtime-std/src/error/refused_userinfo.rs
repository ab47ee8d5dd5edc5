//! Expected and received values of a refused answer of the userinfo endpoint that is signed.

use onerealm_core::{JwksError, JwsError, KeySet, RefusedUserinfo, RelyingParty, UserinfoError};

use super::advice;
use super::difference::Difference;
use super::published_keys;
use super::refused_documents::told_place;
use super::shown::{Secrets, list, quoted, quoted_item, value};

/// A refused answer, and what it was checked against.
pub(crate) struct Judged<'j, 'a> {
    pub(crate) relying_party: RelyingParty<'a>,
    pub(crate) keys: KeySet<'j>,
    pub(crate) token: &'j RefusedUserinfo<'j>,
    pub(crate) secrets: &'j Secrets,
}

impl Judged<'_, '_> {
    /// The expected value of the refused member or claim, and the one in the answer.
    pub(crate) fn difference(self) -> Option<Difference> {
        if let (
            Some(path),
            UserinfoError::Json { error }
            | UserinfoError::Envelope { error: JwsError::HeaderJson { error } },
        ) = (self.token.path(), self.token.error())
        {
            let came = told_place(error.problem, &self.secrets.hide(path.to_string()));
            return Some(Difference::new("JSON (RFC 8259)", came, advice::USERINFO_MALFORMED));
        }
        self.of_header().or_else(|| self.of_claims())
    }

    fn of_header(&self) -> Option<Difference> {
        let words = self.token.words();
        let show = |member| value(member, self.secrets);
        let published = || published_keys::told(self.relying_party, self.keys, self.secrets);
        let header = format!("alg {}, kid {}", show(words.alg), show(words.kid));
        let (expected, came, advice) = match self.token.error() {
            UserinfoError::Encrypted => (
                "a signed token (JWS, three parts)".to_owned(),
                format!(
                    "an encrypted one (JWE, 5 parts) with alg {}, enc {}",
                    show(words.alg),
                    show(words.enc)
                ),
                advice::ENCRYPTED_USERINFO,
            ),
            UserinfoError::Algorithm => (
                "alg RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA".to_owned(),
                format!("alg {}", show(words.alg)),
                advice::USERINFO_ALGORITHM,
            ),
            UserinfoError::Type => (
                "typ \"JWT\", \"token-userinfo+jwt\" or none".to_owned(),
                format!("typ {}", show(words.typ)),
                advice::OTHER_TOKEN_AS_USERINFO,
            ),
            UserinfoError::Key { error: JwksError::Unknown } => {
                (format!("a kid of {}", published()), header, advice::UNKNOWN_KEY)
            }
            UserinfoError::Key { error: JwksError::WrongKind { algorithm } } => {
                let expected = format!("a key for {algorithm} among {}", published());
                (expected, header, advice::USERINFO_ALGORITHM)
            }
            UserinfoError::Key { error: JwksError::Ambiguous } => (
                format!("a kid that one key alone has, of {}", published()),
                header,
                advice::AMBIGUOUS_KEY,
            ),
            UserinfoError::Key { error } => (
                format!("a key that can be used, of {}", published()),
                format!("{header}, of which the key is refused: {error}"),
                advice::KEY_UNUSABLE,
            ),
            UserinfoError::Signature => (
                format!("a signature of a key of {}", published()),
                format!("{header}, and another signature"),
                advice::USERINFO_SIGNATURE,
            ),
            _ => return None,
        };
        Some(Difference::new(expected, came, advice))
    }

    fn of_claims(&self) -> Option<Difference> {
        let words = self.token.words();
        let show = |claim| value(claim, self.secrets);
        let realm = self.relying_party.realm();
        let client_id = quoted(self.token.client_id());
        let (expected, came, advice) = match self.token.error() {
            UserinfoError::Issuer => (
                format!("iss {}, or none", quoted(realm.issuer.as_str())),
                format!("iss {}", show(words.iss)),
                advice::OTHER_TOKEN_AS_USERINFO,
            ),
            UserinfoError::Audience => (
                format!(
                    "no aud, or one with {client_id} and besides only the realm's audiences ({})",
                    list(realm.audiences.iter().map(quoted_item))
                ),
                format!("aud {}", show(words.aud)),
                advice::USERINFO_AUDIENCE,
            ),
            UserinfoError::AuthorizedParty => (
                format!("azp {client_id}, or none"),
                format!("azp {}", show(words.azp)),
                advice::OTHER_TOKEN_AS_USERINFO,
            ),
            UserinfoError::LogoutToken | UserinfoError::Nonce => {
                return Some(Difference::new(
                    "claims about the end user of this login",
                    "a token of another kind or of another login",
                    advice::OTHER_TOKEN_AS_USERINFO,
                ));
            }
            UserinfoError::Expired { expired, now } => (
                format!("an exp after {now}, less the realm's clock-skew, or none"),
                format!("exp {expired}"),
                advice::on_clocks(now.0.abs_diff(expired.0)),
            ),
            UserinfoError::IssuedInTheFuture { issued, now } => (
                format!("an iat until {now} and the realm's clock-skew, or none"),
                format!("iat {issued}"),
                advice::on_clocks(now.0.abs_diff(issued.0)),
            ),
            UserinfoError::NotYetValid { not_before, now } => (
                format!("an nbf until {now} and the realm's clock-skew, or none"),
                format!("nbf {not_before}"),
                advice::on_clocks(now.0.abs_diff(not_before.0)),
            ),
            _ => return None,
        };
        Some(Difference::new(expected, came, advice))
    }
}
