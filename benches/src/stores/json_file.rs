//! A model of a store that is one JSON file for each realm, as `proxmox-openid` has it: what a call does with the file,
//! and in which order. Its limit of 100 logins is left out, so that it can be compared beyond it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use onerealm_core::PendingAuthorization;
use serde::{Deserialize, Serialize};

const LIFETIME: u64 = 600;

/// One file with all pending logins of a realm, and one that is locked while it is used.
pub struct JsonFile {
    path: PathBuf,
    new: PathBuf,
    lock: PathBuf,
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
    /// The one in `directory`; it is there behind the first [`write`](Self::write).
    pub fn new(directory: &Path) -> Self {
        let [path, new, lock] = ["states", "new", "lock"].map(|name| directory.join(name));
        JsonFile { path, new, lock }
    }

    pub fn begin(&self, state: &State) {
        let _locked = self.lock();
        let mut states = self.read(state.ctime);
        states.push(state.clone());
        self.write(&states);
    }

    pub fn finish(&self, csrf_token: &str, now: u64) -> Option<State> {
        let _locked = self.lock();
        let mut states = self.read(now);
        let found = states.iter().position(|state| state.csrf_token == csrf_token)?;
        let state = states.remove(found);
        self.write(&states);
        Some(state)
    }

    /// It is unlocked when it is closed.
    fn lock(&self) -> File {
        let lock = File::options().create(true).append(true).open(&self.lock).unwrap();
        lock.lock().unwrap();
        lock
    }

    /// All that have not expired.
    fn read(&self, now: u64) -> Vec<State> {
        let text = fs::read(&self.path).unwrap();
        let mut states: Vec<State> = serde_json::from_slice(&text).unwrap();
        states.retain(|state| now < state.ctime + LIFETIME);
        states
    }

    /// A new file takes the old one's name.
    pub fn write(&self, states: &[State]) {
        fs::write(&self.new, serde_json::to_vec(states).unwrap()).unwrap();
        fs::rename(&self.new, &self.path).unwrap();
    }
}
