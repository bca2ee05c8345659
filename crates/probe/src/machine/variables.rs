//! Environment variables that move the time or the memory of an import.
//!
//! A list and no pattern such as `PYTHON*`: these values are written to the baseline, which is committed, and a variable
//! that nobody foresaw may hold a secret.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// Names, in the order of what they move.
const NAMES: [&str; 46] = [
    // What is found, and where.
    "PYTHONHOME",
    "PYTHONNOUSERSITE",
    "PYTHONPATH",
    "PYTHONPLATLIBDIR",
    "PYTHONSAFEPATH",
    "PYTHONUSERBASE",
    "PYTHON_FROZEN_MODULES",
    "PYTHON_LAZY_IMPORTS",
    "PYTHON_PRESITE",
    // Bytecode.
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONNODEBUGRANGES",
    "PYTHONOPTIMIZE",
    "PYTHONPYCACHEPREFIX",
    // What the interpreter does beside running the code.
    "COVERAGE_PROCESS_START",
    "PYTHONASYNCIODEBUG",
    "PYTHONDEVMODE",
    "PYTHONFAULTHANDLER",
    "PYTHONHASHSEED",
    "PYTHONPERFSUPPORT",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONTRACEMALLOC",
    "PYTHONUTF8",
    "PYTHONVERBOSE",
    "PYTHONWARNINGS",
    "PYTHON_GIL",
    "PYTHON_JIT",
    "PYTHON_TLBC",
    "PYPY_DISABLE_JIT",
    "PYPY_GC_NURSERY",
    // Memory.
    "GLIBC_TUNABLES",
    "MALLOC_ARENA_MAX",
    "MALLOC_CHECK_",
    "MALLOC_CONF",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_PERTURB_",
    "MALLOC_TRIM_THRESHOLD_",
    "PYTHONMALLOC",
    // Shared libraries.
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "LD_AUDIT",
    "LD_BIND_NOW",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    // Thread pools that numeric libraries start when they are imported.
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
];

/// How many characters of a value are kept; a search path can have thousands.
const LONGEST: usize = 300;

/// The variables of this process that move the time or the memory of an import, and of those that are `set` besides, with printable
/// values of at most 300 characters.
pub fn relevant_variables(set: impl IntoIterator<Item = (OsString, OsString)>) -> BTreeMap<String, String> {
    relevant(std::env::vars_os().chain(set))
}

/// True where the value of a variable is part of what every run notes.
pub(crate) fn is_relevant(name: &str) -> bool {
    NAMES.contains(&name)
}

fn relevant(variables: impl IntoIterator<Item = (OsString, OsString)>) -> BTreeMap<String, String> {
    variables
        .into_iter()
        .filter_map(|(name, value)| {
            let name = NAMES.iter().find(|known| name == **known)?;
            Some(((*name).to_owned(), printable(&value.to_string_lossy())))
        })
        .collect()
}

fn printable(value: &str) -> String {
    let clean = |character: char| if character.is_control() { '\u{fffd}' } else { character };
    let mut kept: String = value.chars().take(LONGEST).map(clean).collect();
    if value.chars().nth(LONGEST).is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        relevant(
            pairs
                .iter()
                .map(|(name, value)| (OsString::from(name), OsString::from(value))),
        )
    }

    #[test]
    fn only_known_names_are_kept() {
        let kept = of(&[
            ("PYTHONPATH", "/srv/src"),
            ("PYTHON_REGISTRY_TOKEN", "secret"),
            ("MALLOC_ARENA_MAX", "2"),
            ("HOME", "/home/me"),
        ]);
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["MALLOC_ARENA_MAX", "PYTHONPATH"]);
        assert_eq!(kept["PYTHONPATH"], "/srv/src");
    }

    #[test]
    fn values_are_printable_and_short() {
        let kept = of(&[("LD_PRELOAD", "a\u{1b}[31m\n"), ("PYTHONPATH", &"x".repeat(1000))]);
        assert_eq!(kept["LD_PRELOAD"], "a\u{fffd}[31m\u{fffd}");
        assert_eq!(kept["PYTHONPATH"].chars().count(), LONGEST + 1);
    }
}
