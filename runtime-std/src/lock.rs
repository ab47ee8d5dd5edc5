//! Locks whose data stay valid when a thread panics.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Waits for the lock, whatever happened to those who had it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
