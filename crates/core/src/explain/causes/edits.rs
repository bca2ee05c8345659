//! What is new in a source: which modules of the project were edited since the baseline was recorded, and which of their lines
//! are not those of before. A baseline has no sources, but it knows what identifies them, and so the history of the project can
//! be searched for the source of before.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::observed::{ContentHash, ModuleTable, Observation, Origin};

/// Above this many lines that both have, whatever their order, a line that occurs on both sides counts as an old one: to tell which of
/// several equal lines is the new one is not worth minutes.
const MOST_COMPARED: usize = 5000;

/// A module of the project that was edited since the baseline was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit<'a> {
    /// Its file now.
    pub file: &'a str,
    /// What identifies the content that was recorded.
    pub before: ContentHash,
    /// What identifies the content that was observed.
    pub now: ContentHash,
}

impl<'a> Edit<'a> {
    /// The edit of `module` between two closures of one target; `None` where its content is the same or not known, where one
    /// of the two does not load it, where it has no file, and where it is not the project's own.
    pub fn of(
        module: &str,
        recorded: &ModuleTable,
        observed: &ModuleTable,
        observation: &'a Observation,
    ) -> Option<Self> {
        let (then, now) = (recorded.get(module)?, observed.get(module)?);
        let loaded = observation.modules.iter().find(|loaded| loaded.name == module)?;
        let edit = Self {
            file: loaded.file.as_deref()?,
            before: then.content?,
            now: now.content?,
        };
        (now.origin == Origin::Own && edit.before != edit.now).then_some(edit)
    }
}

/// What is new in a source, in its own one-based lines. Code that only moved or was indented anew is the old code, and blank
/// lines and comments are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangedLines {
    /// Lines that were not there.
    new: BTreeSet<u32>,
    /// Lines behind which something is gone.
    shortened: BTreeSet<u32>,
}

impl ChangedLines {
    /// Compares line by line, without what stands before and behind the code of each.
    pub fn between(before: &str, now: &str) -> Self {
        let before: Vec<&str> = before.lines().map(str::trim).collect();
        let now: Vec<&str> = now.lines().map(str::trim).collect();
        let pairs = pairs(&before, &now);
        let counterparts: BTreeMap<usize, usize> = pairs.iter().copied().collect();
        let old: BTreeSet<usize> = pairs.iter().map(|(_, now)| *now).collect();

        let gone: Vec<usize> = (0..before.len())
            .filter(|line| is_code(before[*line]) && !counterparts.contains_key(line))
            .collect();
        let mut elsewhere: BTreeMap<&str, usize> = BTreeMap::new();
        for line in &gone {
            *elsewhere.entry(before[*line]).or_default() += 1;
        }
        let mut moved: BTreeMap<&str, usize> = BTreeMap::new();
        let mut changed = Self::default();
        for line in (0..now.len()).filter(|line| is_code(now[*line]) && !old.contains(line)) {
            match elsewhere.get_mut(now[line]).filter(|left| **left > 0) {
                Some(left) => {
                    *left -= 1;
                    *moved.entry(now[line]).or_default() += 1;
                }
                None => {
                    changed.new.insert(number(line));
                }
            }
        }
        for line in gone {
            match moved.get_mut(before[line]).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => {
                    let behind = counterparts.range(..line).next_back();
                    changed.shortened.extend(behind.map(|(_, now)| number(*now)));
                }
            }
        }
        changed
    }

    /// True where one of these ranges, given by its first and its last line, is not what it was.
    pub(super) fn touch(&self, ranges: &[(u32, u32)]) -> bool {
        ranges
            .iter()
            .filter(|(first, last)| first <= last)
            .any(|(first, last)| {
                self.new.range(first..=last).next().is_some() || self.shortened.range(first..last).next().is_some()
            })
    }
}

/// The lines that are the same in both, in their order: the position before and the position now.
fn pairs(before: &[&str], now: &[&str]) -> Vec<(usize, usize)> {
    let known: FxHashSet<&str> = before.iter().copied().collect();
    let still: FxHashSet<&str> = now.iter().copied().collect();
    // A line that the other side does not have can be no pair, and a table of thousands of new lines would take long.
    let before: Vec<(usize, &str)> = numbered(before).filter(|(_, text)| still.contains(text)).collect();
    let now: Vec<(usize, &str)> = numbered(now).filter(|(_, text)| known.contains(text)).collect();
    let head = common(before.iter().zip(&now));
    let tail = common(before[head..].iter().rev().zip(now[head..].iter().rev()));
    let (end_before, end_now) = (before.len() - tail, now.len() - tail);
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|line| (before[line].0, now[line].0)).collect();
    pairs.extend(pairs_between(&before[head..end_before], &now[head..end_now]));
    pairs.extend((0..tail).map(|line| (before[end_before + line].0, now[end_now + line].0)));
    pairs
}

/// How many lines are the same from here on.
fn common<'a>(lines: impl Iterator<Item = (&'a (usize, &'a str), &'a (usize, &'a str))>) -> usize {
    lines.take_while(|(before, now)| before.1 == now.1).count()
}

fn pairs_between(before: &[(usize, &str)], now: &[(usize, &str)]) -> Vec<(usize, usize)> {
    if before.len().max(now.len()) > MOST_COMPARED {
        let known: BTreeMap<&str, usize> = before.iter().map(|(line, text)| (*text, *line)).collect();
        return now
            .iter()
            .filter_map(|(line, text)| Some((*known.get(text)?, *line)))
            .collect();
    }
    let texts_before: Vec<&str> = before.iter().map(|(_, text)| *text).collect();
    let texts_now: Vec<&str> = now.iter().map(|(_, text)| *text).collect();
    let mut pairs = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &texts_before, &texts_now) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = operation
        {
            pairs.extend((0..len).map(|step| (before[old_index + step].0, now[new_index + step].0)));
        }
    }
    pairs
}

fn numbered<'a>(lines: &[&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    lines.iter().copied().enumerate()
}

fn is_code(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

fn number(position: usize) -> u32 {
    u32::try_from(position + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{LoadedModule, ModuleRecord};

    fn table(origin: Origin, content: Option<u64>) -> ModuleTable {
        let content = content.map(ContentHash);
        ModuleTable::from([(
            "shop".to_owned(),
            ModuleRecord {
                content,
                origin,
                bytecode: None,
            },
        )])
    }

    fn edit(recorded: &ModuleTable, observed: &ModuleTable, file: Option<&str>) -> Option<(String, u64, u64)> {
        let observation = Observation {
            modules: vec![LoadedModule {
                file: file.map(str::to_owned),
                ..LoadedModule::named("shop", 1)
            }],
            ..Observation::default()
        };
        let edit = Edit::of("shop", recorded, observed, &observation)?;
        Some((edit.file.to_owned(), edit.before.0, edit.now.0))
    }

    #[test]
    fn an_own_module_with_other_content_was_edited() {
        let (before, now) = (table(Origin::Own, Some(1)), table(Origin::Own, Some(2)));
        assert_eq!(
            edit(&before, &now, Some("/p/shop.py")),
            Some(("/p/shop.py".to_owned(), 1, 2))
        );
    }

    #[test]
    fn everything_else_was_not() {
        let own = |content| table(Origin::Own, content);
        let file = Some("/p/shop.py");
        assert_eq!(edit(&own(Some(1)), &own(Some(1)), file), None);
        assert_eq!(edit(&own(None), &own(Some(2)), file), None);
        assert_eq!(edit(&own(Some(1)), &own(None), file), None);
        assert_eq!(edit(&own(Some(1)), &own(Some(2)), None), None);
        assert_eq!(edit(&ModuleTable::new(), &own(Some(2)), file), None);
        let installed = table(Origin::Standard, Some(2));
        assert_eq!(edit(&table(Origin::Standard, Some(1)), &installed, file), None);
    }

    fn new_lines(before: &str, now: &str) -> Vec<u32> {
        ChangedLines::between(before, now).new.into_iter().collect()
    }

    #[test]
    fn what_was_added_or_rewritten_is_new() {
        assert_eq!(new_lines("a\nb\nc\n", "a\nx\nb\nC\n"), [2, 4]);
        assert_eq!(new_lines("a\n", "a\n"), [0; 0]);
    }

    #[test]
    fn of_equal_lines_the_added_one_is_new() {
        assert_eq!(new_lines("a\nburn()\nb\nc\n", "a\nburn()\nb\nburn()\nc\n"), [4]);
    }

    #[test]
    fn what_moved_or_was_indented_is_not_new() {
        assert_eq!(new_lines("a\nb\nc\n", "c\na\nb\n"), [0; 0]);
        assert_eq!(new_lines("a\nb\n", "try:\n    a\n    b\nfinally:\n    c\n"), [1, 4, 5]);
        // Once moved, and once more.
        assert_eq!(new_lines("a\nb\nc\n", "c\nb\na\nc\n").len(), 1);
        assert_eq!(ChangedLines::between("a\nb\nc\n", "c\na\nb\n"), ChangedLines::default());
    }

    #[test]
    fn comments_and_blank_lines_are_no_code() {
        assert_eq!(
            ChangedLines::between("a\n# why\nb\n", "# what\n\na\n\nb\n"),
            ChangedLines::default()
        );
    }

    #[test]
    fn a_statement_that_lost_a_line_inside_it_changed() {
        let changed = ChangedLines::between(
            "x = f(\n    1,\n    fast=True,\n)\ny = 1\n",
            "x = f(\n    1,\n)\ny = 1\n",
        );
        assert!(changed.touch(&[(1, 3)]));
        assert!(!changed.touch(&[(4, 4)]));
        let behind = ChangedLines::between("a\ngone\nb\n", "a\nb\n");
        assert!(!behind.touch(&[(1, 1)]) && !behind.touch(&[(2, 2)]));
    }

    #[test]
    fn tables_of_any_size_are_compared_at_once() {
        let table = |from: u32| -> String { (from..from + 40_000).map(|row| format!("    {row},\n")).collect() };
        let (before, now) = (table(0), table(1_000_000));
        assert_eq!(new_lines(&before, &now).len(), 40_000);
        let backwards: Vec<&str> = before.lines().rev().collect();
        let turned = format!("new\n{}\n", backwards.join("\n"));
        assert_eq!(new_lines(&before, &turned), [1]);
    }
}
