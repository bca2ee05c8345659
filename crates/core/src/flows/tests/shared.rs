//! What a scripted interpreter changes while it answers, from whichever thread asks.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A value that threads take turns with.
#[derive(Debug, Default)]
pub(super) struct Shared<T>(Mutex<T>);

impl<T> Shared<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// The value, for as long as the answer is held; not to be asked for twice by one thread.
    pub(super) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, with the default left in its place.
    pub(super) fn take(&self) -> T
    where
        T: Default,
    {
        std::mem::take(&mut self.lock())
    }
}

impl<T: Clone> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self::new(self.lock().clone())
    }
}
