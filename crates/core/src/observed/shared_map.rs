//! A map that many hold and few change. What a thousand targets loaded is known in several places at once, as it was recorded, as
//! it was observed and as it is compared, and mostly these are the same: a copy costs no more than a pointer until it is changed.

use std::collections::{BTreeMap, btree_map};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A [`BTreeMap`] whose copies share their content until one of them changes it.
#[derive(Debug, PartialEq, Eq)]
pub struct SharedMap<K, V>(Arc<BTreeMap<K, V>>);

impl<K, V> SharedMap<K, V> {
    /// Without entries.
    pub fn new() -> Self {
        Self::from(BTreeMap::new())
    }
}

impl<K, V> Clone for SharedMap<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> Deref for SharedMap<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<K: Clone, V: Clone> DerefMut for SharedMap<K, V> {
    /// The entries of this copy alone.
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

impl<K, V> From<BTreeMap<K, V>> for SharedMap<K, V> {
    fn from(entries: BTreeMap<K, V>) -> Self {
        Self(Arc::new(entries))
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SharedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        Self::from(BTreeMap::from(entries))
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SharedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::from(BTreeMap::from_iter(entries))
    }
}

impl<'a, K, V> IntoIterator for &'a SharedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<K: Clone, V: Clone> IntoIterator for SharedMap<K, V> {
    type Item = (K, V);
    type IntoIter = btree_map::IntoIter<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_is_changed_leaves_the_others_as_they_are() {
        let first = SharedMap::from([("a", 1), ("b", 2)]);
        let (same, mut changed) = (first.clone(), first.clone());
        changed.insert("c", 3);
        assert_eq!((first.len(), changed.len()), (2, 3));
        assert_eq!(first, same);
        assert!(Arc::ptr_eq(&first.0, &same.0), "what is the same is there once");
        assert_eq!((&first).into_iter().collect::<Vec<_>>(), [(&"a", &1), (&"b", &2)]);
    }
}
