//! What nobody who keeps a login outside of the process can do without.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use onerealm_core::PendingAuthorization;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// A file that is created, renamed, read and removed.
pub struct OneFile {
    directory: PathBuf,
    new: PathBuf,
}

impl OneFile {
    pub fn new(directory: &Path) -> Self {
        let new = directory.join(format!("{}.new", std::process::id()));
        OneFile { directory: directory.to_owned(), new }
    }

    pub fn begin(&self, pending: &PendingAuthorization) -> String {
        let state = pending.state().as_str().to_owned();
        let mut buf = [0; PendingAuthorization::PENDING_LEN];
        fs::write(&self.new, pending.encode(&mut buf).unwrap()).unwrap();
        fs::rename(&self.new, self.directory.join(&state)).unwrap();
        state
    }

    pub fn finish(&self, state: &str) {
        let kept = self.directory.join(state);
        black_box(fs::read(&kept).unwrap());
        fs::remove_file(&kept).unwrap();
    }
}

/// A login that is encrypted, and then decrypted; and a file that is made when it is finished.
pub struct SealAndFile {
    key: LessSafeKey,
    sealed: Vec<u8>,
    directory: PathBuf,
    finished: usize,
}

impl SealAndFile {
    pub fn new(directory: &Path) -> Self {
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &[7; 32]).unwrap());
        SealAndFile { key, sealed: Vec::new(), directory: directory.to_owned(), finished: 0 }
    }

    /// The state is the nonce's number, which isn't told: there is one login at a time.
    pub fn begin(&mut self, pending: &PendingAuthorization) -> String {
        let mut buf = [0; PendingAuthorization::PENDING_LEN];
        self.sealed.clear();
        self.sealed.extend_from_slice(pending.encode_to_seal(&mut buf).unwrap());
        self.key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut self.sealed).unwrap();
        String::new()
    }

    pub fn finish(&mut self, _state: &str) {
        black_box(self.key.open_in_place(nonce(), Aad::empty(), &mut self.sealed).unwrap());
        self.finished += 1;
        fs::File::create_new(self.directory.join(self.finished.to_string())).unwrap();
    }
}

/// Always the same: nothing here is a secret.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([7; NONCE_LEN])
}
