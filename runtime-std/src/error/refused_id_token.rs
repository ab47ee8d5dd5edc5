//! Expected and received values of a refused ID token.

use onerealm_core::wire::Words;
use onerealm_core::{
    IdTokenError, IdTokenWords, JwksError, JwsError, KeySet, RefusedIdToken, RelyingParty,
    UnixTime, policy,
};

use super::advice;
use super::difference::{Difference, Slash};
use super::published_keys;
use super::refused_documents::told_place;
use super::shown::{Secrets, list, plain, quoted, quoted_item, value};

/// A refused ID token, and what it was checked against.
pub(crate) struct Judged<'a> {
    pub(crate) relying_party: RelyingParty<'a>,
    pub(crate) keys: KeySet<'a>,
    pub(crate) token: RefusedIdToken<'a>,
    /// The login's so far.
    pub(crate) secrets: Secrets,
}

impl Judged<'_> {
    /// The expected value of the refused claim, and the one in the ID token.
    pub(crate) fn difference(mut self) -> Option<Difference> {
        self.token.with_secrets(|nonce, access_token| {
            self.secrets.add(nonce.to_owned());
            if let Some(access_token) = access_token {
                self.secrets.add(access_token.chars().collect());
            }
        });
        let words = self.token.words();
        if let (
            Some(path),
            IdTokenError::Json { error }
            | IdTokenError::Jws { error: JwsError::HeaderJson { error } },
        ) = (self.token.path(), self.token.error())
        {
            let came = told_place(error.problem, &self.secrets.hide(path.to_string()));
            return Some(Difference::new("JSON (RFC 8259)", came, advice::TOKEN_MALFORMED));
        }
        match self.token.error() {
            IdTokenError::Subject => Some(of_subject(words)),
            IdTokenError::Jws { error } => self.of_envelope(error, words),
            IdTokenError::Issuer => Some(self.of_issuer(words)),
            error => self
                .of_audience(error, words)
                .or_else(|| self.of_authentication(error, words))
                .or_else(|| self.of_time(error)),
        }
    }

    fn of_issuer(&self, words: IdTokenWords<'_>) -> Difference {
        let issuer = self.relying_party.realm().issuer.as_str();
        let slash = Slash::between(issuer, words.iss);
        Difference::new(
            format!("iss {}, as issuer-url and the provider's metadata say", quoted(issuer)),
            format!("iss {}{}", value(words.iss, &self.secrets), slash.note()),
            match slash {
                Slash::NoMatter => advice::OTHER_ISSUER_IN_TOKEN,
                Slash::TooMany | Slash::Missing => advice::SLASH_WITHIN_PROVIDER,
            },
        )
    }

    fn of_audience(&self, error: IdTokenError, words: IdTokenWords<'_>) -> Option<Difference> {
        let realm = self.relying_party.realm();
        let (property, is_native) = match realm.registration.client_id.as_str() {
            client_id if client_id == self.token.client_id() => ("client-id", false),
            _ => ("native-client-id", true),
        };
        let client_id = quoted(self.token.client_id());
        let (aud, azp) = (value(words.aud, &self.secrets), value(words.azp, &self.secrets));
        let trusted = || list(realm.audiences.iter().map(quoted_item));
        let (expected, came, advice) = match error {
            IdTokenError::Audience => (
                format!("an aud with {client_id}, the realm's {property}"),
                format!("aud {aud}"),
                if is_native { advice::NATIVE_CLIENT_ID } else { advice::CLIENT_ID },
            ),
            IdTokenError::UntrustedAudience => (
                format!(
                    "an aud with {client_id} and besides only the realm's audiences ({})",
                    trusted()
                ),
                format!("aud {aud}"),
                advice::AUDIENCES,
            ),
            IdTokenError::TooManyAudiences => (
                format!("an aud with at most {} entries", policy::AUDIENCES),
                format!("aud {aud}"),
                advice::FEWER_AUDIENCES,
            ),
            IdTokenError::AuthorizedParty => (
                format!("azp {client_id}, the realm's {property}"),
                format!("azp {azp}, aud {aud}"),
                if is_native { advice::NATIVE_AUTHORIZED_PARTY } else { advice::AUTHORIZED_PARTY },
            ),
            _ => return None,
        };
        Some(Difference::new(expected, came, advice))
    }

    /// How the end user authenticated.
    fn of_authentication(
        &self,
        error: IdTokenError,
        words: IdTokenWords<'_>,
    ) -> Option<Difference> {
        let realm = self.relying_party.realm();
        let demanded = |words: &Words<&str>| list(words.iter().map(quoted_item));
        Some(match error {
            IdTokenError::NoAuthenticationClass | IdTokenError::AuthenticationClass => {
                Difference::new(
                    format!("an acr of the realm's require-acr: {}", demanded(&realm.required_acr)),
                    format!("acr {}", value(words.acr, &self.secrets)),
                    advice::AUTHENTICATION_CLASS,
                )
            }
            IdTokenError::NoAuthenticationMethods | IdTokenError::AuthenticationMethods => {
                Difference::new(
                    format!(
                        "an amr with all of the realm's require-amr: {}",
                        demanded(&realm.required_amr)
                    ),
                    format!("amr {}", value(words.amr, &self.secrets)),
                    advice::AUTHENTICATION_METHODS,
                )
            }
            _ => return None,
        })
    }

    fn of_time(&self, error: IdTokenError) -> Option<Difference> {
        let realm = self.relying_party.realm();
        let skew = realm.clock_skew;
        let before = |time: UnixTime, seconds: u64| UnixTime(time.0.saturating_sub(seconds));
        let until = |claim: &str, time: UnixTime, now: UnixTime| {
            let until = now.plus(skew);
            (
                format!(
                    "an {claim} until {until}, which is now and the realm's clock-skew of {skew} s"
                ),
                format!("{claim} {time}"),
                time.0.abs_diff(now.0),
            )
        };
        let (expected, came, apart) = match error {
            IdTokenError::Expired { expired, now } => (
                format!(
                    "an exp after {}, which is now less the realm's clock-skew of {skew} s",
                    before(now, skew)
                ),
                format!("exp {expired}"),
                now.0.abs_diff(expired.0),
            ),
            IdTokenError::IssuedInTheFuture { issued, now } => until("iat", issued, now),
            IdTokenError::NotYetValid { not_before, now } => until("nbf", not_before, now),
            IdTokenError::IssuedBeforeLogin { issued, begun } => (
                format!(
                    "an iat from {} on, which is when the login began less {} s and the realm's clock-skew of {skew} s",
                    before(begun, skew.saturating_add(policy::ID_TOKEN_BACKDATING)),
                    policy::ID_TOKEN_BACKDATING,
                ),
                format!("iat {issued}"),
                begun.0.abs_diff(issued.0).saturating_sub(policy::ID_TOKEN_BACKDATING),
            ),
            IdTokenError::AuthenticatedTooLongAgo { authenticated, now } => {
                let max_age = realm.max_age?;
                let expected = format!(
                    "an auth_time from {} on, by the realm's max-age of {max_age} s and clock-skew of {skew} s",
                    before(now, skew.saturating_add(max_age.into())),
                );
                let came = format!("auth_time {authenticated}");
                return Some(Difference::new(expected, came, advice::MAX_AGE));
            }
            _ => return None,
        };
        Some(Difference::new(expected, came, advice::on_clocks(apart)))
    }

    fn of_envelope(&self, error: JwsError, words: IdTokenWords<'_>) -> Option<Difference> {
        let show = |member| value(member, &self.secrets);
        let header = format!("alg {}, kid {}", show(words.alg), show(words.kid));
        let (expected, came, advice) = match error {
            JwsError::Encrypted => (
                "a signed token (JWS, three parts)".to_owned(),
                format!(
                    "an encrypted one (JWE, 5 parts) with alg {}, enc {}",
                    show(words.alg),
                    show(words.enc)
                ),
                advice::ENCRYPTED,
            ),
            JwsError::AlgorithmUnknown => (
                "alg RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA".to_owned(),
                format!("alg {}", show(words.alg)),
                advice::on_algorithm(&words.alg.map(plain).unwrap_or_default()),
            ),
            JwsError::Type => {
                let expected = "typ \"JWT\", \"ID+JWT\" or none".to_owned();
                (expected, format!("typ {}", show(words.typ)), advice::OTHER_KIND_OF_TOKEN)
            }
            JwsError::Key { error: JwksError::Unknown } => {
                (format!("a kid of {}", self.published()), header, advice::UNKNOWN_KEY)
            }
            JwsError::Key { error: JwksError::WrongKind { algorithm } } => {
                let expected = format!("a key for {algorithm} among {}", self.published());
                (expected, header, advice::WRONG_KIND_OF_KEY)
            }
            JwsError::Key { error: JwksError::Ambiguous } => (
                format!("a kid that one key alone has, of {}", self.published()),
                header,
                advice::AMBIGUOUS_KEY,
            ),
            JwsError::Key { error: error @ (JwksError::Malformed | JwksError::RsaSize { .. }) } => {
                (
                    format!("a key that can be used, of {}", self.published()),
                    format!("{header}, of which the key is refused: {error}"),
                    advice::KEY_UNUSABLE,
                )
            }
            _ => return None,
        };
        Some(Difference::new(expected, came, advice))
    }

    fn published(&self) -> String {
        published_keys::told(self.relying_party, self.keys, &self.secrets)
    }
}

/// What kind of value it is, and not which.
fn of_subject(words: IdTokenWords<'_>) -> Difference {
    let came = match words.subject_kind {
        None => "no sub".to_owned(),
        Some("a string") => "sub is another string".to_owned(),
        Some(kind) => format!("sub is {kind}"),
    };
    let expected = "sub, a string of 1 to 255 bytes without control characters";
    Difference::new(expected, came, advice::SUBJECT)
}
