//! The drop-in behind a C interface, which `lib/PVE/RS/OpenId.pm` calls. For tests only.
//!
//! Texts go in as NUL-terminated UTF-8, and come out as such texts that [`onerealm_free`] takes back. Structures are
//! JSON. A function that fails returns null, and puts a text into `error`, which is to be freed too. Where `error` is
//! null, its text is lost. No panic leaves a function: it becomes such a text.
//!
//! Nothing is run when the library is loaded, and nothing is global but what the drop-in keeps.

mod border;

use std::ffi::{c_char, c_int};

use proxmox_openid::{OpenIdAuthenticator, StateStore};

use border::{as_ref, freed_text, into_text, out, text};

/// A realm's provider and one redirect URL, from its configuration in JSON. [`onerealm_drop`] takes it back.
///
/// # Safety
///
/// `config` and `redirect_url` are null or texts, and `error` is null or the place of a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onerealm_discover(
    config: *const c_char,
    redirect_url: *const c_char,
    error: *mut *mut c_char,
) -> *mut OpenIdAuthenticator {
    // SAFETY: null or a pointer's place, says the caller.
    let error = unsafe { error.as_mut() };
    let made = out(error, || {
        // SAFETY: a text or null, says the caller.
        let config = unsafe { text(&config) }?;
        // SAFETY: as above.
        let redirect_url = unsafe { text(&redirect_url) }?;
        OpenIdAuthenticator::discover(&serde_json::from_str(config)?, redirect_url)
    });
    made.map_or(std::ptr::null_mut(), |authenticator| Box::into_raw(Box::new(authenticator)))
}

/// The URL of a login that begins.
///
/// # Safety
///
/// `authenticator` is null or of [`onerealm_discover`] and not dropped; the others are as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onerealm_authorize_url(
    authenticator: *const OpenIdAuthenticator,
    state_dir: *const c_char,
    key_file: *const c_char,
    realm: *const c_char,
    error: *mut *mut c_char,
) -> *mut c_char {
    // SAFETY: null or a pointer's place, says the caller.
    let error = unsafe { error.as_mut() };
    let url = out(error, || {
        // SAFETY: null or not dropped, says the caller.
        let authenticator = unsafe { as_ref(&authenticator) }?;
        // SAFETY: a text or null, says the caller.
        let state_dir = unsafe { text(&state_dir) }?;
        // SAFETY: as above.
        let key_file = unsafe { text(&key_file) }?;
        // SAFETY: as above.
        let realm = unsafe { text(&realm) }?;
        let states = StateStore::new(state_dir).with_key_file(key_file);
        into_text(authenticator.authorize_url_in(&states, realm)?)
    });
    url.unwrap_or(std::ptr::null_mut())
}

/// Takes the login of a state: an array of its realm and its private state.
///
/// # Safety
///
/// As [`onerealm_discover`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onerealm_verify_public_auth_state(
    state_dir: *const c_char,
    key_file: *const c_char,
    state: *const c_char,
    error: *mut *mut c_char,
) -> *mut c_char {
    // SAFETY: null or a pointer's place, says the caller.
    let error = unsafe { error.as_mut() };
    let taken = out(error, || {
        // SAFETY: a text or null, says the caller.
        let state_dir = unsafe { text(&state_dir) }?;
        // SAFETY: as above.
        let key_file = unsafe { text(&key_file) }?;
        // SAFETY: as above.
        let state = unsafe { text(&state) }?;
        let states = StateStore::new(state_dir).with_key_file(key_file);
        let (realm, private) = states.verify_public_auth_state(state)?;
        into_text(serde_json::to_string(&(realm, private))?)
    });
    taken.unwrap_or(std::ptr::null_mut())
}

/// Finishes a login with its private state: the claims. Userinfo is asked for unless `query_userinfo` is 0.
///
/// # Safety
///
/// As [`onerealm_authorize_url`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onerealm_verify_authorization_code(
    authenticator: *const OpenIdAuthenticator,
    code: *const c_char,
    private_state: *const c_char,
    query_userinfo: c_int,
    error: *mut *mut c_char,
) -> *mut c_char {
    // SAFETY: null or a pointer's place, says the caller.
    let error = unsafe { error.as_mut() };
    let claims = out(error, || {
        // SAFETY: null or not dropped, says the caller.
        let authenticator = unsafe { as_ref(&authenticator) }?;
        // SAFETY: a text or null, says the caller.
        let code = unsafe { text(&code) }?;
        // SAFETY: as above.
        let private_state = unsafe { text(&private_state) }?;
        let state = serde_json::from_str(private_state)?;
        let asks = query_userinfo != 0;
        let claims = authenticator.verify_authorization_code_simple_userinfo(code, &state, asks)?;
        into_text(claims.to_string())
    });
    claims.unwrap_or(std::ptr::null_mut())
}

/// Panics, so that a test sees where that ends.
///
/// # Safety
///
/// `error` is null or the place of a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onerealm_panic(error: *mut *mut c_char) {
    // SAFETY: null or a pointer's place, says the caller.
    let error = unsafe { error.as_mut() };
    out(error, || -> anyhow::Result<()> { panic!("asked to") });
}

/// Takes an authenticator back. Null is nothing.
///
/// # Safety
///
/// It is null, or of [`onerealm_discover`] and not dropped before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onerealm_drop(authenticator: *mut OpenIdAuthenticator) {
    if !authenticator.is_null() {
        out(None, || {
            // SAFETY: it was made by `Box::into_raw`, and is dropped once, says the caller.
            drop(unsafe { Box::from_raw(authenticator) });
            Ok(())
        });
    }
}

/// Takes a text back that a function of this library returned, or put into `error`. Null is nothing.
///
/// # Safety
///
/// It is null, or such a text, not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn onerealm_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: it is a text of `into_text`, and freed once, says the caller.
        drop(unsafe { freed_text(text) });
    }
}
