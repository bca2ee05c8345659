//! When recorded numbers hold without measuring again: where the import would run the same code on the same data.

use std::collections::BTreeMap;

use super::Recorded;
use crate::observed::{ClosureChange, ContentHash};

impl Recorded {
    /// True where an import after these `preload`s, whose closure differs by `change` and which read these files, runs the same
    /// code on the same data as when it was recorded. The interpreter has to be the same, too, which [`Comparability`] knows.
    ///
    /// [`Comparability`]: super::Comparability::modules_compare
    pub fn is_same_code(
        &self,
        preload: &[String],
        change: &ClosureChange,
        files_read: &BTreeMap<String, Option<ContentHash>>,
    ) -> bool {
        change.is_empty() && self.preload == preload && self.files_read == *files_read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_modules_after_the_same_preloads_with_the_same_data_are_the_same_code() {
        let data = |content| BTreeMap::from([("data.csv".to_owned(), Some(ContentHash(content)))]);
        let json = ["json".to_owned()];
        let recorded = Recorded {
            preload: json.to_vec(),
            files_read: data(1),
            ..Recorded::default()
        };
        let same = ClosureChange::default();
        let edited = ClosureChange {
            changed: vec!["shop".to_owned()],
            ..ClosureChange::default()
        };
        assert!(recorded.is_same_code(&json, &same, &data(1)));
        assert!(!recorded.is_same_code(&json, &edited, &data(1)));
        assert!(!recorded.is_same_code(&[], &same, &data(1)));
        assert!(!recorded.is_same_code(&json, &same, &data(2)));
        assert!(!recorded.is_same_code(&json, &same, &BTreeMap::new()));
    }
}
