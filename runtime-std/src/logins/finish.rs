//! A login is finished: the end user is back.
//!
//! Steps that can fail harmlessly come first. Sending the code uses a login up, and so does the
//! provider's refusal.

use onerealm_core::{
    AuthorizationError, AuthorizationResponse, Identity, PendingAuthorization, PendingKey,
    SealedState, UnixTime, policy,
};
use zeroize::Zeroizing;

use super::Logins;
use super::callback::Callback;
use super::message::buffer_for;
use super::refused;
use super::tokens::{MEMBERS, TokenKeys, validate};
use super::userinfo::{Asked, Room};
use crate::claims::Claims;
use crate::clock::now;
use crate::documents::URL_LEN;
use crate::error::Error;
use crate::error::cause::Cause;
use crate::error::facts::Facts;
use crate::error::user_name::UserError;
use crate::error::words::ProviderWords;
use crate::groups::{Groups, Warning};
use crate::realm::RealmConfig;
use crate::redirect_url;
use crate::store::StoreError;
use crate::user::User;

/// The authorization response, and whether it has everything that the browser brought.
struct Arrived<'a> {
    response: AuthorizationResponse<'a>,
    is_whole: bool,
}

/// A login as the store has it.
#[derive(Clone, Copy)]
struct Kept<'a> {
    state: &'a str,
    key: PendingKey,
    begun: UnixTime,
}

/// What the caller learns about an end user.
type ToldAs<T> = fn(&Identity<'_>, &RealmConfig) -> Result<T, UserError>;

impl Logins {
    /// Finishes a login that [`begin`](Self::begin) began, here or in another process.
    ///
    /// `redirect_url`, if given, must be the one that the login began with, as browsers write it; a
    /// call with another one does not use the login up.
    ///
    /// # Errors
    ///
    /// Anything that prevents the login: [`Error::class`] says who must act. A login that
    /// [`begin_in_browser`](Self::begin_in_browser) began is refused.
    pub fn finish(
        &self,
        callback: Callback<'_>,
        redirect_url: Option<&str>,
    ) -> Result<User, Error> {
        let is_whole = callback.is_whole();
        let response = callback.response()?;
        self.finish_stored(Arrived { response, is_whole }, redirect_url)
    }

    /// Finishes a login that [`begin_in_browser`](Self::begin_in_browser) began, here or in another
    /// process: `browser_binding` is the value in the cookie of the browser that came with the
    /// callback, if it has one. `redirect_url` is as in [`finish`](Self::finish).
    ///
    /// Without the value, or with another login's, the login is refused and not used up.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish). A login that [`begin`](Self::begin) began is refused.
    pub fn finish_in_browser(
        &self,
        callback: Callback<'_>,
        redirect_url: Option<&str>,
        browser_binding: Option<&str>,
    ) -> Result<User, Error> {
        let is_whole = callback.is_whole();
        let response = callback.response()?.from_browser(browser_binding);
        self.finish_stored(Arrived { response, is_whole }, redirect_url)
    }

    fn finish_stored(
        &self,
        arrived: Arrived<'_>,
        redirect_url: Option<&str>,
    ) -> Result<User, Error> {
        let redirect_url = redirect_url.map(redirect_url::as_browsers_write);
        let is_whole = arrived.is_whole;
        let response = arrived.response.at(redirect_url.as_deref());
        let state = state_text(&response)?;
        let pending = self.store.read(&state, now())?;
        let kept = Kept { state: &state, key: pending.key(), begun: pending.begun() };
        let own_state = pending.state();
        let response = match SealedState::parse(&state) {
            Ok(sealed) => response.opened(sealed, &own_state),
            Err(_) => response,
        };
        let user = self.identify(pending, Arrived { response, is_whole }, Some(kept), User::new)?;
        self.store.authenticated(now());
        Ok(user)
    }

    /// Finishes a login that [`start`](Self::start) began.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish), except for those of the store.
    pub fn complete(
        &self,
        pending: PendingAuthorization,
        callback: Callback<'_>,
    ) -> Result<User, Error> {
        self.complete_as(pending, callback, None, User::new)
    }

    /// Finishes a login that [`start`](Self::start) began and returns the claims unchanged, for
    /// callers with their own rules for user names. Control characters are still refused in claims
    /// that usually identify a person or a group. `redirect_url` is as in [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// As [`complete`](Self::complete), except for those of the user name and the groups.
    pub fn complete_with_claims(
        &self,
        pending: PendingAuthorization,
        callback: Callback<'_>,
        redirect_url: Option<&str>,
    ) -> Result<Claims, Error> {
        self.complete_as(pending, callback, redirect_url, |identity, _| {
            Claims::to_hand_on(identity)
        })
    }

    /// The same, and what is missing of the groups, where the realm has a `groups-claim`.
    ///
    /// # Errors
    ///
    /// As [`complete_with_claims`](Self::complete_with_claims).
    pub fn complete_with_claims_and_warnings(
        &self,
        pending: PendingAuthorization,
        callback: Callback<'_>,
        redirect_url: Option<&str>,
    ) -> Result<(Claims, Vec<Warning>), Error> {
        self.complete_as(pending, callback, redirect_url, |identity, config| {
            let claim = config.groups_claim.as_deref();
            let warnings = Warning::of(&Groups::of(identity, claim), claim);
            Ok((Claims::to_hand_on(identity)?, warnings))
        })
    }

    fn complete_as<T>(
        &self,
        pending: PendingAuthorization,
        callback: Callback<'_>,
        redirect_url: Option<&str>,
        told_as: ToldAs<T>,
    ) -> Result<T, Error> {
        let redirect_url = redirect_url.map(redirect_url::as_browsers_write);
        let is_whole = callback.is_whole();
        let response = callback.response()?.at(redirect_url.as_deref());
        self.identify(pending, Arrived { response, is_whole }, None, told_as)
    }

    /// From the authorization response to the end user. `kept` is the login as it is stored.
    fn identify<T>(
        &self,
        pending: PendingAuthorization,
        arrived: Arrived<'_>,
        kept: Option<Kept<'_>>,
        told_as: ToldAs<T>,
    ) -> Result<T, Error> {
        let redirect_uri = redirect_url::as_browsers_write(pending.redirect_uri());
        let response = arrived.response.to_redirect_uri_written(&redirect_uri);
        check_way_back(&pending, &response)?;
        let own_state = pending.state();
        let login = self.login(self.realms.get(pending.realm())?)?;
        let metadata = login.published.metadata();
        let relying_party = login.relying_party(&metadata)?;
        let mut url = [0; URL_LEN];
        let keys = login.published.keys(&login.call, &mut url)?;
        if response.error_text().is_none() {
            keys.get()?;
        }
        let decision = pending.decision();
        let facts = || Facts::of(relying_party, decision, &redirect_uri);
        let accepted = pending.accept_either(&response, relying_party, now()).or_else(|error| {
            if let AuthorizationError::Refused { .. } = error {
                self.use_up(kept)?;
            }
            let is_whole = arrived.is_whole;
            Err(refused::authorization(error, &response, relying_party, &facts(), is_whole))
        })?;
        let mut assertion = Zeroizing::new(Vec::new());
        let request = login.signed(accepted, &mut assertion)?;
        let client_type = request.client_type();
        let mut sent = buffer_for(request.request(&mut []))?;
        let message = request.request(&mut sent)?;
        self.use_up(kept)?;
        let answer = login.send(&message)?;
        let secrets = || login.secrets(Some(&own_state), &message);
        let id_token = request.response(answer.response()).map_err(|error| {
            refused::token(error, client_type, &answer, relying_party, &facts(), &secrets())
        })?;

        let mut token_keys = TokenKeys::of(keys)?;
        let mut buf = vec![0; id_token.buffer_needed()];
        let mut scratch = [0; MEMBERS];
        let room = (buf.as_mut_slice(), scratch.as_mut_slice());
        let identity = validate(id_token, &mut token_keys, relying_party, &secrets, room)?;
        let asked = Asked::of(&identity, &login)?;
        let mut room = Room::default();
        let identity = match &asked {
            Some(asked) => {
                identity.with_userinfo(asked.userinfo(&mut token_keys, relying_party, &mut room)?)
            }
            None => identity,
        };
        let told = told_as(&identity, login.config)?;
        log::info!("realm {}: a {} login is done", login.config.name(), client_type.as_str());
        login.served(Some(keys));
        Ok(told)
    }

    /// Takes a stored login, exclusively.
    fn use_up(&self, kept: Option<Kept<'_>>) -> Result<(), Error> {
        if let Some(Kept { state, key, begun }) = kept {
            self.store.take_known(state, key, begun, now())?;
        }
        Ok(())
    }
}

/// A response of another browser or to another redirect URI is refused before any request is sent.
fn check_way_back(
    pending: &PendingAuthorization,
    response: &AuthorizationResponse<'_>,
) -> Result<(), Error> {
    let is_ours = pending.check_browser(response);
    is_ours.and_then(|()| pending.check_redirect_uri(response)).map_err(|error| {
        let words = ProviderWords::of_authorization(response);
        Cause::Authorization { error, words }.into()
    })
}

/// The state from the response; [`StoreError::Unknown`] if it is longer than any that is sent.
fn state_text(response: &AuthorizationResponse<'_>) -> Result<String, Error> {
    let bytes = response.state().bytes().take(policy::STATE_LEN + 1).collect();
    let text = String::from_utf8(bytes).ok().filter(|text| text.len() <= policy::STATE_LEN);
    Ok(text.ok_or(StoreError::Unknown)?)
}
