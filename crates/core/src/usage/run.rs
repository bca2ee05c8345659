//! What the recorder wrote about one run, line by line, whatever it came to: a process may die in the middle of a line.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::UseCounts;
use crate::observed::is_at_or_below;

/// One run: a start of the interpreter, with everything that it forked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    loaded: BTreeSet<String>,
    opaque: BTreeSet<String>,
    /// Without code of their own.
    plain: BTreeSet<String>,
    used: BTreeSet<String>,
    ended: bool,
}

impl Run {
    /// Reads the lines; those that say nothing are left out, and so is an unfinished last one.
    pub fn parse(text: &str) -> Self {
        let mut run = Self::default();
        for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            match line.split_once(' ') {
                Some(("loaded", module)) => {
                    run.loaded.insert(module.to_owned());
                }
                Some(("opaque", module)) => {
                    run.loaded.insert(module.to_owned());
                    run.opaque.insert(module.to_owned());
                }
                Some(("plain", module)) => {
                    run.loaded.insert(module.to_owned());
                    run.plain.insert(module.to_owned());
                }
                Some(("used", module)) => run.use_with_packages(module),
                None if line == "ended" => run.ended = true,
                _ => {}
            }
        }
        run
    }

    /// A package is used where any module below it is.
    fn use_with_packages(&mut self, module: &str) {
        let mut name = module;
        self.loaded.insert(name.to_owned());
        loop {
            self.used.insert(name.to_owned());
            match name.rsplit_once('.') {
                Some((package, _)) => name = package,
                None => break,
            }
        }
    }

    /// False where a process was killed, or ended without its exit handlers: what it loaded last may be missing.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// True where the module can be used without a trace.
    fn is_opaque(&self, module: &str) -> bool {
        let has_below = || {
            let after = (Bound::Excluded(module), Bound::Unbounded);
            let next = self.loaded.range::<str, _>(after).next();
            next.is_some_and(|name| is_at_or_below(name, module))
        };
        self.opaque.contains(module) || (self.plain.contains(module) && !has_below())
    }

    /// The modules that it loaded, as counts of this one run.
    pub(super) fn counts(&self) -> impl Iterator<Item = (String, UseCounts)> {
        self.loaded.iter().map(|module| {
            let used = self.used.contains(module);
            let counts = UseCounts {
                loaded: 1,
                used: u64::from(used),
                unknown: u64::from(!used && self.is_opaque(module)),
            };
            (module.clone(), counts)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Usage;

    #[test]
    fn a_package_is_used_with_what_lies_below_it() {
        let run = Run::parse("python 3.13\nloaded a\nloaded a.b\nopaque a.c\nopaque d\nused a.b\nended\n");
        assert!(run.ended());
        let usage = Usage::of_runs(&[run.clone(), run]);
        let counts = |loaded, used, unknown| UseCounts { loaded, used, unknown };
        let modules: Vec<_> = usage.modules().collect();
        assert_eq!(
            modules,
            [
                ("a", counts(2, 2, 0)),
                ("a.b", counts(2, 2, 0)),
                ("a.c", counts(2, 0, 2)),
                ("d", counts(2, 0, 2)),
            ]
        );
    }

    #[test]
    fn a_module_without_code_is_opaque_where_nothing_lies_below_it() {
        let usage = Usage::of_runs(&[Run::parse("plain package\nloaded package.part\nplain constants\n")]);
        let unknown: Vec<_> = usage.modules().map(|(name, counts)| (name, counts.unknown)).collect();
        assert_eq!(unknown, [("constants", 1), ("package", 0), ("package.part", 0)]);
    }

    #[test]
    fn an_unfinished_line_says_nothing() {
        let run = Run::parse("loaded alpha\nnonsense\nloaded bet");
        assert!(!run.ended());
        let usage = Usage::of_runs(&[run]);
        assert_eq!(usage.modules().map(|(name, _)| name).collect::<Vec<_>>(), ["alpha"]);
    }
}
