//! A source with some of its import statements moved. Lines that are not changed keep every byte: their encoding, their tabs, and
//! what ends them.

use std::collections::BTreeMap;

use super::diff::lines;
use super::statement::{ForTypeCheckers, StatementEdit};

/// One level of a block that is written anew.
const INDENTATION: &str = "    ";

/// The source with these edits; each is of another statement of it.
pub fn edited(source: &[u8], edits: &[&StatementEdit]) -> Vec<u8> {
    let old = lines(source);
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.lines);
    let mut changes = Changes::new(&old);
    for edit in &edits {
        changes.replace_statement(edit);
        for insertion in &edit.in_functions {
            changes.insert(insertion.before, &insertion.indentation, &insertion.text, edit);
        }
    }
    changes.add_for_type_checkers(&edits);
    changes.begin_without_blank_lines();
    changes.apply()
}

/// What is to become of the lines of a file.
struct Changes<'a> {
    old: &'a [&'a [u8]],
    /// What stands in the place of a line, by its number.
    instead: BTreeMap<u32, Vec<Vec<u8>>>,
    /// What stands before a line.
    before: BTreeMap<u32, Vec<Vec<u8>>>,
}

impl<'a> Changes<'a> {
    fn new(old: &'a [&'a [u8]]) -> Self {
        Self {
            old,
            instead: BTreeMap::new(),
            before: BTreeMap::new(),
        }
    }

    fn line(&self, number: u32) -> Option<&'a [u8]> {
        let position = usize::try_from(number).ok()?.checked_sub(1)?;
        self.old.get(position).copied()
    }

    /// True also where there is no such line.
    fn is_blank(&self, number: u32) -> bool {
        self.line(number).is_none_or(|line| line.trim_ascii().is_empty())
    }

    /// What ends the lines around this one.
    fn ending(&self, number: u32) -> &'static [u8] {
        let known = [number, number.saturating_sub(1)];
        let line = known
            .into_iter()
            .filter_map(|number| self.line(number))
            .find(|line| line.ends_with(b"\n"));
        if line.is_some_and(|line| line.ends_with(b"\r\n")) {
            b"\r\n"
        } else {
            b"\n"
        }
    }

    fn replace_statement(&mut self, edit: &StatementEdit) {
        let (first, last) = edit.lines;
        let ending = self.ending(first);
        let comment = self.comment_of(edit);
        let mut new: Vec<Vec<u8>> = Vec::new();
        let written = edit.kept.iter().flatten();
        let count = edit.kept.as_ref().map_or(0, Vec::len);
        for (position, text) in written.enumerate() {
            let comment = if position + 1 == count { comment } else { &[] };
            new.push([text.as_bytes(), comment, ending].concat());
        }
        match &edit.lazy {
            Some(_) if edit.kept.is_none() => {
                let line = self.line(first).unwrap_or_default();
                self.instead.insert(first, vec![[b"lazy ", line].concat()]);
                return;
            }
            Some(text) => new.push([text.as_bytes(), comment, ending].concat()),
            None => {}
        }
        let goes_as_a_whole = new.is_empty();
        for number in first..=last {
            self.instead.insert(number, Vec::new());
        }
        self.instead.insert(first, new);
        // Where it stood alone between blank lines, one of them is enough.
        if goes_as_a_whole && self.is_blank(first - 1) && self.is_blank(last + 1) && self.line(last + 1).is_some() {
            self.instead.insert(last + 1, Vec::new());
        }
    }

    /// The comment behind a statement of one line, with the space before it.
    fn comment_of(&self, edit: &StatementEdit) -> &'a [u8] {
        let (first, last) = edit.lines;
        let line = self.line(first).filter(|_| first == last).unwrap_or_default();
        let line = line.trim_ascii_end();
        let Some(start) = line.iter().position(|byte| *byte == b'#') else {
            return &[];
        };
        let space = line[..start].iter().rev().take_while(|byte| byte.is_ascii_whitespace());
        &line[start - space.count()..]
    }

    fn insert(&mut self, before: u32, indentation: &str, text: &str, edit: &StatementEdit) {
        let ending = self.ending(before);
        let comment = self.comment_of(edit);
        let line = [indentation.as_bytes(), text.as_bytes(), comment, ending].concat();
        self.before.entry(before).or_default().push(line);
    }

    /// Statements for type checkers go into the block that is there, or into one in the place of the first of them.
    fn add_for_type_checkers(&mut self, edits: &[&StatementEdit]) {
        let mut anew: Vec<(&StatementEdit, &ForTypeCheckers)> = Vec::new();
        for edit in edits {
            match &edit.for_type_checkers {
                Some(ForTypeCheckers {
                    text,
                    block: Some(block),
                    ..
                }) => self.insert(block.before, &block.indentation, text, edit),
                Some(needed) => anew.push((edit, needed)),
                None => {}
            }
        }
        let Some((first, needed)) = anew.first().copied() else {
            return;
        };
        let line = first.lines.0;
        let ending = self.ending(line);
        let mut block = Vec::new();
        if needed.name.is_none() {
            block.push([b"from typing import TYPE_CHECKING", ending].concat());
        }
        let name = needed.name.as_deref().unwrap_or("TYPE_CHECKING");
        block.push([b"if ", name.as_bytes(), b":", ending].concat());
        for (edit, needed) in anew {
            let comment = self.comment_of(edit);
            block.push([INDENTATION.as_bytes(), needed.text.as_bytes(), comment, ending].concat());
        }
        self.instead.entry(line).or_default().extend(block);
    }

    /// Where the statements at the beginning of a file went, blank lines behind them go too.
    fn begin_without_blank_lines(&mut self) {
        let goes = |changes: &Self, number| {
            let is_gone = changes.instead.get(&number).is_some_and(Vec::is_empty);
            let is_behind_them = number > 1 && changes.line(number).is_some() && changes.is_blank(number);
            !changes.before.contains_key(&number) && (is_gone || is_behind_them)
        };
        let mut number = 1;
        while goes(self, number) {
            self.instead.insert(number, Vec::new());
            number += 1;
        }
    }

    fn apply(mut self) -> Vec<u8> {
        let mut new = Vec::new();
        let count = u32::try_from(self.old.len()).unwrap_or(u32::MAX);
        for number in 1..=count {
            new.extend(self.before.remove(&number).into_iter().flatten().flatten());
            match self.instead.remove(&number) {
                Some(lines) => new.extend(lines.into_iter().flatten()),
                None => new.extend_from_slice(self.line(number).unwrap_or_default()),
            }
        }
        // Behind the last line, which may have no end yet.
        for line in self.before.into_values().flatten() {
            if !new.is_empty() && !new.ends_with(b"\n") {
                new.push(b'\n');
            }
            new.extend(line);
        }
        new
    }
}
