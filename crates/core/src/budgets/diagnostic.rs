//! A mistake in the budgets file, shown with its line and a caret as compilers show theirs. All mistakes are collected
//! before any is reported, so that a file is corrected in one go.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::in_force::Set;
use super::overrides::{OPTION, Override};
use crate::budgets::BudgetLine;
use crate::report::untrusted::acts;

/// How many characters of a value a citation shows.
const CITED_CHARACTERS: usize = 100;

/// The text of a budgets file with that of the settings of the command line behind it, one a line, and where the lines begin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Source {
    file: Arc<str>,
    text: Arc<str>,
    /// How many bytes of the text are the file's.
    file_length: usize,
    /// Byte offsets of the first character of each line.
    line_starts: Arc<[usize]>,
}

impl Source {
    pub(super) fn with_overrides(file: &str, text: &str, overrides: &[Override]) -> Self {
        let mut whole = text.to_owned();
        for setting in overrides {
            whole.push('\n');
            whole.push_str(setting.line());
        }
        let line_starts = std::iter::once(0)
            .chain(whole.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            file: file.into(),
            text: whole.into(),
            file_length: text.len(),
            line_starts,
        }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn text_of_file(&self) -> &str {
        &self.text[..self.file_length]
    }

    /// Each setting of the command line behind as many blanks as stand before it in the whole, so that its places are right.
    pub(super) fn overrides(&self) -> impl Iterator<Item = String> {
        (self.lines_of_file() + 1..=self.line_starts.len())
            .map(|line| format!("{}{}", " ".repeat(self.line_starts[line - 1]), self.line_text(line)))
    }

    fn lines_of_file(&self) -> usize {
        self.line_of(self.file_length)
    }

    /// The file of a line, and the line in it; settings of the command line are counted by themselves.
    fn file_of(&self, line: usize) -> (&str, usize) {
        match line.checked_sub(self.lines_of_file()) {
            None | Some(0) => (&self.file, line),
            Some(setting) => (OPTION, setting),
        }
    }

    /// The one-based line of a byte offset.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    /// The text of a one-based line, without its end.
    pub(super) fn line_text(&self, line: usize) -> &str {
        let start = self.line_starts[line - 1];
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The text of a span; empty where the span does not fall on characters.
    pub(super) fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Cites a key with a value as the file writes it, on one line and shortened.
    pub(super) fn cite(&self, path: &str, span: &Range<usize>, in_list: bool) -> BudgetLine {
        let written = self.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let mut value: String = written.chars().take(CITED_CHARACTERS).collect();
        if value.len() < written.len() {
            value.push('…');
        }
        if in_list {
            value = format!("[{value}]");
        }
        let line = self.line_of(span.start);
        let (file, _) = self.file_of(line);
        BudgetLine {
            file: file.to_owned(),
            line: (line <= self.lines_of_file()).then_some(line),
            text: visible(&format!("{path} = {value}")),
        }
    }

    pub(super) fn diagnostic(&self, span: &Range<usize>, message: &str, help: Option<String>) -> Diagnostic {
        let start = self.character_boundary(span.start);
        let line = self.line_of(start);
        let line_start = self.line_starts[line - 1];
        let source_line = self.line_text(line).to_owned();
        let column = self.text[line_start..start].chars().count() + 1;
        let rest_of_line = source_line.chars().count().saturating_sub(column - 1);
        let spanned = self.slice(&(start..span.end.max(start))).chars().count();
        let (file, line_in_file) = self.file_of(line);
        Diagnostic {
            file: file.to_owned(),
            line: line_in_file,
            column,
            length: spanned.min(rest_of_line).max(1),
            message: visible(message),
            help: help.as_deref().map(visible),
            source_line,
        }
    }

    /// The offset itself, or the nearest place before it where a character begins.
    fn character_boundary(&self, offset: usize) -> usize {
        let mut boundary = offset.min(self.text.len());
        while !self.text.is_char_boundary(boundary) {
            boundary -= 1;
        }
        boundary
    }
}

/// The text with what acts on a terminal, or is seen by nobody, written out: a key in the file may hold any of it by an escape.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if acts(character) {
            shown.extend(character.escape_default())
        } else {
            shown.push(character)
        }
    }
    shown
}

/// One mistake in the budgets file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, as the user named it; `--config` for a setting of the command line.
    pub file: String,
    /// One-based line; the how manieth setting of the command line it is.
    pub line: usize,
    /// One-based column, in characters.
    pub column: usize,
    /// How many characters of that line it is about; at least one.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// The way out, where there is an obvious one.
    pub help: Option<String>,
    /// The line as it stands in the file.
    pub source_line: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gutter = self.line.to_string().len();
        let (shown, before, marked) = self.marked_line();
        writeln!(formatter, "error: {}", self.message)?;
        writeln!(
            formatter,
            "{:gutter$}--> {}:{}:{}",
            "", self.file, self.line, self.column
        )?;
        writeln!(formatter, "{:gutter$} |", "")?;
        writeln!(formatter, "{}", format!("{} | {shown}", self.line).trim_end())?;
        write!(formatter, "{:gutter$} | {:before$}{}", "", "", "^".repeat(marked))?;
        match &self.help {
            Some(help) => write!(formatter, "\n{:gutter$} = help: {help}", ""),
            None => Ok(()),
        }
    }
}

impl Diagnostic {
    /// The source line as a terminal may show it, the columns before the mark and the columns of the mark: a tab takes
    /// four columns, and whatever else acts instead of being seen is replaced, so that the file cannot steer the terminal.
    fn marked_line(&self) -> (String, usize, usize) {
        let mut shown = String::with_capacity(self.source_line.len());
        let (mut before, mut marked) = (0, 0);
        for (index, character) in self.source_line.chars().enumerate() {
            let width = match character {
                '\t' => {
                    shown.push_str("    ");
                    4
                }
                acting if acts(acting) => {
                    shown.push(char::REPLACEMENT_CHARACTER);
                    1
                }
                plain => {
                    shown.push(plain);
                    1
                }
            };
            if index + 1 < self.column {
                before += width;
            } else if index + 1 < self.column + self.length {
                marked += width;
            }
        }
        (shown, before, marked.max(1))
    }
}

/// Every mistake of a budgets file, in the order of its lines; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// The mistakes.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// These mistakes, and then those of another file.
    #[must_use]
    pub(super) fn beside(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// These mistakes together with others of the same file.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(sorted(self.0.into_iter().chain(others.0).collect()))
    }
}

fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.file == OPTION, diagnostic.line, diagnostic.column));
    diagnostics.dedup();
    diagnostics
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            write!(formatter, "{gap}{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// Collects mistakes from all the readers of one file; they share it, hence the interior mutability.
#[derive(Debug)]
pub(super) struct Mistakes<'a> {
    pub(super) source: &'a Source,
    found: RefCell<Vec<Diagnostic>>,
    /// Lines that TOML could not read; what the tree has of them is not what the user wrote.
    unreadable_lines: RefCell<BTreeSet<usize>>,
    /// Set where the parser may have skipped what follows a mistake.
    incomplete: Cell<bool>,
    /// Every key that was read with a valid value.
    set: RefCell<Vec<Set>>,
}

impl<'a> Mistakes<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            source,
            found: RefCell::default(),
            unreadable_lines: RefCell::default(),
            incomplete: Cell::new(false),
            set: RefCell::default(),
        }
    }

    /// Reports what TOML itself refuses; one mistake a line, since what follows on it is a consequence.
    pub(super) fn report_syntax(&self, span: &Range<usize>, message: &str, help: Option<String>) {
        let diagnostic = self.source.diagnostic(span, message, help);
        if self
            .unreadable_lines
            .borrow_mut()
            .insert(self.source.line_of(span.start))
        {
            self.found.borrow_mut().push(diagnostic);
        }
    }

    /// Notes a key that was read with a valid value.
    pub(super) fn note_set(&self, set: Set) {
        self.set.borrow_mut().push(set);
    }

    /// Every key that was noted.
    pub(super) fn every_key_set(&self) -> Vec<Set> {
        self.set.borrow().clone()
    }

    /// Notes that parts of the file may be missing from the tree.
    pub(super) fn mark_incomplete(&self) {
        self.incomplete.set(true);
    }

    /// True where parts of the file may be missing from the tree.
    pub(super) fn is_incomplete(&self) -> bool {
        self.incomplete.get()
    }

    /// How many mistakes were reported so far.
    pub(super) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// True for a line that TOML could not read.
    pub(super) fn is_unreadable(&self, line: usize) -> bool {
        self.unreadable_lines.borrow().contains(&line)
    }

    pub(super) fn report(&self, span: &Range<usize>, message: &str, help: Option<String>) {
        let diagnostic = self.source.diagnostic(span, message, help);
        if !self.is_unreadable(self.source.line_of(span.start)) {
            self.found.borrow_mut().push(diagnostic);
        }
    }

    /// Reports a mistake unless that place has one already: a rule of a layer is held against each of its modules.
    pub(super) fn report_once(&self, span: &Range<usize>, message: &str, help: Option<String>) {
        let diagnostic = self.source.diagnostic(span, message, help);
        let mut found = self.found.borrow_mut();
        let is_there = |earlier: &Diagnostic| {
            let (one, other) = (earlier, &diagnostic);
            (one.line, one.column, &one.file) == (other.line, other.column, &other.file)
        };
        if !found.iter().any(is_there) {
            found.push(diagnostic);
        }
    }

    /// Reports that something is missing, unless it may stand in a part of the file that could not be read.
    pub(super) fn report_absence(&self, span: &Range<usize>, message: &str, help: Option<String>) {
        if !self.is_incomplete() {
            self.report(span, message, help);
        }
    }

    fn into_sorted(self) -> Vec<Diagnostic> {
        sorted(self.found.into_inner())
    }

    /// What was reported, by a caller that knows there is something.
    pub(super) fn into_diagnostics(self) -> Diagnostics {
        Diagnostics(self.into_sorted())
    }

    /// The value, if nobody reported a mistake.
    pub(super) fn unless_any<T>(self, value: T) -> Result<T, Diagnostics> {
        let found = self.into_sorted();
        if found.is_empty() {
            Ok(value)
        } else {
            Err(Diagnostics(found))
        }
    }
}
