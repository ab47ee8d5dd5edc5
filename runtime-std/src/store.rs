//! Pending logins between their two calls. Each can be taken once.

mod batch;
mod bound;
mod directory;
mod error;
pub(crate) mod files;
mod key_file;
mod lifetime;
mod memory;
mod pending_store;
mod reported;
mod seal;
mod sealed;
mod sealing_keys;
mod slots;
mod sweep;
mod taking;
#[cfg(test)]
mod tests;

pub use self::directory::DirectoryStore;
pub use self::error::{StoreError, Unsafe};
pub use self::memory::MemoryStore;
pub use self::pending_store::PendingStore;
pub use self::sealed::{SealedOrDirectoryStore, SealedStore};
