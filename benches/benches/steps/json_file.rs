//! A model of a store that is one JSON file for each realm, as `proxmox-openid` has it: what a call does with the file,
//! and in which order. Its limit of 100 logins is left out, so that it can be compared beyond it.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use onerealm_core::PendingAuthorization;
use serde::{Deserialize, Serialize};

const LIFETIME: u64 = 600;

/// One file with all pending logins of a realm.
pub struct JsonFile {
    path: PathBuf,
    /// A lock on a file takes a little longer.
    lock: Mutex<()>,
}

/// A login as it is in the file.
#[derive(Clone, Serialize, Deserialize)]
pub struct State {
    csrf_token: String,
    nonce: String,
    pkce_verifier: String,
    ctime: u64,
}

impl State {
    /// Of the same size as the real one's: three random texts.
    pub fn of(pending: &PendingAuthorization) -> Self {
        let state = pending.state().as_str().to_owned();
        State {
            csrf_token: state.clone(),
            nonce: state.clone(),
            pkce_verifier: state,
            ctime: pending.begun().0,
        }
    }
}

impl JsonFile {
    pub fn new(path: PathBuf, pending: &[State]) -> Self {
        let file = JsonFile { path, lock: Mutex::default() };
        file.write(pending);
        file
    }

    pub fn begin(&self, state: &State) {
        let _lock = self.lock.lock().unwrap();
        let mut states = self.read(state.ctime);
        states.push(state.clone());
        self.write(&states);
    }

    pub fn finish(&self, csrf_token: &str, now: u64) -> Option<State> {
        let _lock = self.lock.lock().unwrap();
        let mut states = self.read(now);
        let found = states.iter().position(|state| state.csrf_token == csrf_token)?;
        let state = states.remove(found);
        self.write(&states);
        Some(state)
    }

    /// All that have not expired.
    fn read(&self, now: u64) -> Vec<State> {
        let text = fs::read(&self.path).unwrap();
        let mut states: Vec<State> = serde_json::from_slice(&text).unwrap();
        states.retain(|state| now < state.ctime + LIFETIME);
        states
    }

    /// A new file takes the old one's name.
    fn write(&self, states: &[State]) {
        let new = self.path.with_extension("new");
        fs::write(&new, serde_json::to_vec(states).unwrap()).unwrap();
        fs::rename(&new, &self.path).unwrap();
    }
}
