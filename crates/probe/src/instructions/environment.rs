//! The environment of a counted run. Every variable costs instructions when the interpreter starts, and moves what is
//! allocated after it, so only those stay without which an import may fail.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// What stays as it is, beside `PYTHON*`: where programs and libraries are found.
const KEPT: [&str; 3] = ["HOME", "LD_LIBRARY_PATH", "PATH"];

/// What is the same everywhere.
const FIXED: [(&str, &str); 6] = [
    ("LC_ALL", "C.UTF-8"),
    // Numeric libraries start a thread for each processor when they are imported. How long the threads spin before they
    // sleep is chance: with them, the count of `import numpy` wanders by 4%.
    ("MKL_NUM_THREADS", "1"),
    ("OMP_NUM_THREADS", "1"),
    ("OPENBLAS_NUM_THREADS", "1"),
    // A run that compiles is another run than one that reads bytecode.
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PYTHONHASHSEED", "0"),
];

/// The changes to an inherited environment that pin it, with some variables added.
pub(super) fn pinned(
    inherited: impl IntoIterator<Item = OsString>,
    added: &BTreeMap<OsString, OsString>,
) -> BTreeMap<OsString, Option<OsString>> {
    let mut changes: BTreeMap<OsString, Option<OsString>> = inherited
        .into_iter()
        .filter(|name| !is_kept(name))
        .map(|name| (name, None))
        .collect();
    changes.extend(FIXED.map(|(name, value)| (OsString::from(name), Some(OsString::from(value)))));
    changes.extend(added.iter().map(|(name, value)| (name.clone(), Some(value.clone()))));
    changes
}

fn is_kept(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| KEPT.contains(&name) || name.starts_with("PYTHON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_imports_need_stays() {
        let inherited = ["PATH", "PYTHONPATH", "PYTHONHASHSEED", "CI_JOB_ID", "LANG"].map(OsString::from);
        let added = BTreeMap::from([(OsString::from("SETTINGS"), OsString::from("shop"))]);
        let changes = pinned(inherited, &added);
        let shown: Vec<_> = changes
            .iter()
            .map(|(name, value)| {
                (
                    name.to_str().unwrap_or("?"),
                    value.as_ref().and_then(|value| value.to_str()),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("CI_JOB_ID", None),
                ("LANG", None),
                ("LC_ALL", Some("C.UTF-8")),
                ("MKL_NUM_THREADS", Some("1")),
                ("OMP_NUM_THREADS", Some("1")),
                ("OPENBLAS_NUM_THREADS", Some("1")),
                ("PYTHONDONTWRITEBYTECODE", Some("1")),
                ("PYTHONHASHSEED", Some("0")),
                ("SETTINGS", Some("shop")),
            ]
        );
    }

    #[test]
    fn what_the_caller_adds_wins() {
        let added = BTreeMap::from([(OsString::from("PYTHONHASHSEED"), OsString::from("7"))]);
        assert_eq!(
            pinned([], &added)[OsStr::new("PYTHONHASHSEED")],
            Some(OsString::from("7"))
        );
    }
}
