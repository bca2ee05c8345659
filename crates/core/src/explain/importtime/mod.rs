//! What a log of `python -X importtime` says: the form in which people report slow imports. Every version of Python prints a row
//! for each module that an import loaded, after the rows of what that one imported, indented below it; from 3.14 on, with
//! `importtime=2`, also one for each that was loaded already.
//!
//! Such a log comes as people post it: between other output, behind prefixes, cut, sorted, or without its indentation. What it still
//! says is read; what it does not is a [`Doubt`], never a guess.

mod nesting;
mod packages;
mod row;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use super::Group;
use nesting::Rows;
use row::{Line, Row};

pub(crate) use packages::is_standard;
pub use text::decode;

/// A module that the log has a row for. Times are milliseconds of the wall clock.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedModule {
    /// Its name.
    pub module: String,
    /// What it belongs to, by its name alone.
    pub group: Group,
    /// The position of the module that was first to import it.
    pub parent: Option<usize>,
    /// What its own body took.
    pub own_ms: f64,
    /// With everything that it was the first to import, as the log says.
    pub cumulative_ms: f64,
    /// What of that is of imports whose own rows are not in the log.
    pub missing_ms: f64,
    /// The line of the log.
    pub line: usize,
}

/// What one process logged.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct LoggedProcess {
    /// The first line of it.
    pub line: usize,
    /// The position of its first module in the tree.
    pub first: usize,
    /// How many modules.
    pub modules: usize,
    /// How long its imports took, in milliseconds.
    pub time_ms: f64,
    /// What of that is the interpreter's own start, up to the end of `site`; 0 where that is not in the log.
    pub start_ms: f64,
}

/// Why a log says less than it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DoubtKind {
    /// The indentation is gone; who imported whom is told by which times add up.
    IndentationLost,
    /// The rows were sorted by time; who imported whom cannot be told.
    Sorted,
    /// Times of some modules contradict those of what they seem to have imported: rows are missing between, or threads imported
    /// at the same time.
    Contradicting,
    /// Own times below zero: threads imported at the same time.
    Threads,
    /// Time of imports whose own rows are not in the log.
    RowsMissing,
    /// Modules whose importer has no row: the log ends before it, or the process left without ending its imports.
    CutOff,
    /// Lines that begin as a row and cannot be read.
    Unreadable,
}

/// What a log says less than it could, and how much of it that concerns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Doubt {
    /// Why.
    pub kind: DoubtKind,
    /// How many modules or lines it concerns.
    pub count: usize,
    /// How much time, in milliseconds.
    pub time_ms: f64,
}

/// A module that is asked for again and again, where the log says so (`-X importtime=2`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Repeated {
    /// The module.
    pub module: String,
    /// How often it was asked for when it was loaded already.
    pub times: usize,
}

/// What the modules of one group took together.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedGroup {
    /// The group.
    pub group: Group,
    /// How many modules of it.
    pub modules: usize,
    /// What their own bodies took, in milliseconds.
    pub own_ms: f64,
    /// The module of it whose import took longest, by its position in the tree.
    pub entry: usize,
}

/// What a log says.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportLog {
    /// What was read, as the reader names it.
    pub name: String,
    /// How long all imports took, in milliseconds.
    pub time_ms: f64,
    /// The processes, in the order of the log.
    pub processes: Vec<LoggedProcess>,
    /// The tree of first imports, a parent always before its children.
    pub tree: Vec<LoggedModule>,
    /// What belongs together, heaviest first.
    pub groups: Vec<LoggedGroup>,
    /// What was asked for again, most often first; empty where the log does not tell.
    pub repeated: Vec<Repeated>,
    /// True for a log of `-X importtime=2`.
    pub tells_repeated: bool,
    /// Why it says less than it could.
    pub doubts: Vec<Doubt>,
}

/// There is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// No line is a row.
    #[error(
        "{name} has no line of `python -X importtime` among its {lines}; such a line looks like\n  \
         import time:       421 |       5286 |     json.decoder\n\
         make one with `python -X importtime -c \"import NAME\" 2> {file}`"
    )]
    NoRows {
        /// What was read.
        name: String,
        /// How many lines it has, in words.
        lines: String,
        /// A file that could be written.
        file: String,
    },
    /// A module that was asked for has no row.
    #[error("{name} has no row for `{module}`{}", .similar.as_ref().map_or(String::new(), |similar| format!("; it has one for `{similar}`")))]
    NoModule {
        /// What was read.
        name: String,
        /// The module.
        module: String,
        /// One that it may stand for.
        similar: Option<String>,
    },
}

/// Reads a log; `name` is what the reader calls it.
///
/// # Errors
/// [`LogError::NoRows`] where no line of it is a row.
pub fn read(name: &str, text: &str) -> Result<ImportLog, LogError> {
    let lines = text::lines(text);
    let read = row::read_all(&lines);
    if !read.iter().any(|line| matches!(line, Line::Row(_))) {
        return Err(LogError::NoRows {
            name: name.to_owned(),
            lines: crate::numbers::counted(lines.len() as u64, "line"),
            file: if name == STANDARD_INPUT { "import.log" } else { name }.to_owned(),
        });
    }
    let mut log = ImportLog {
        name: name.to_owned(),
        time_ms: 0.0,
        processes: Vec::new(),
        tree: Vec::new(),
        groups: Vec::new(),
        repeated: Vec::new(),
        tells_repeated: false,
        doubts: Vec::new(),
    };
    let mut doubts = Doubts::default();
    let mut repeated: BTreeMap<String, usize> = BTreeMap::new();
    let mut processes = Processes::default();
    for line in read {
        match line {
            Line::Header => processes.close(),
            Line::Row(row) => processes.add(row),
            Line::Unreadable => doubts.add(DoubtKind::Unreadable, 1, 0),
            Line::Cached(name) => {
                log.tells_repeated = true;
                *repeated.entry(name).or_default() += 1;
            }
        }
    }
    for rows in processes.finish() {
        log.add(rows, &mut doubts);
    }
    log.groups = groups(&log.tree);
    log.repeated = most_repeated(repeated);
    log.doubts = doubts.list();
    Ok(log)
}

/// What standard input is called.
pub const STANDARD_INPUT: &str = "standard input";

impl ImportLog {
    /// The tree as if one module had been all that was imported.
    ///
    /// # Errors
    /// [`LogError::NoModule`] where it has no row.
    pub fn below(mut self, module: &str) -> Result<Self, LogError> {
        let top = self.position_of(module)?;
        let mut places: Vec<Option<usize>> = vec![None; self.tree.len()];
        let mut kept: Vec<LoggedModule> = Vec::new();
        for (position, mut node) in std::mem::take(&mut self.tree).into_iter().enumerate() {
            let parent = node.parent.and_then(|parent| places[parent]);
            if position == top || parent.is_some() {
                places[position] = Some(kept.len());
                node.parent = parent;
                kept.push(node);
            }
        }
        self.time_ms = kept[0].cumulative_ms;
        self.processes = vec![LoggedProcess {
            line: kept[0].line,
            first: 0,
            modules: kept.len(),
            time_ms: self.time_ms,
            start_ms: 0.0,
        }];
        self.groups = groups(&kept);
        self.tree = kept;
        Ok(self)
    }

    /// The way to a module, from the top of the log: positions in the tree.
    ///
    /// # Errors
    /// [`LogError::NoModule`] where it has no row.
    pub fn chain_to(&self, module: &str) -> Result<Vec<usize>, LogError> {
        Ok(self.chain(self.position_of(module)?))
    }

    /// The way to the module at a position of the tree.
    pub fn chain(&self, position: usize) -> Vec<usize> {
        let mut chain: Vec<usize> =
            std::iter::successors(Some(position), |&position| self.tree[position].parent).collect();
        chain.reverse();
        chain
    }

    /// The modules whose own bodies took longest, heaviest first, as positions in the tree.
    pub fn heaviest_bodies(&self, smallest_ms: f64, most: usize) -> Vec<usize> {
        let mut bodies: Vec<usize> = (0..self.tree.len())
            .filter(|&position| self.tree[position].own_ms >= smallest_ms.max(f64::MIN_POSITIVE))
            .collect();
        bodies.sort_by(|&left, &right| self.tree[right].own_ms.total_cmp(&self.tree[left].own_ms));
        bodies.truncate(most);
        bodies
    }

    /// The costliest row of a module, since a failed import is tried again.
    fn position_of(&self, module: &str) -> Result<usize, LogError> {
        let rows = self.tree.iter().enumerate().filter(|(_, node)| node.module == module);
        let costliest = rows.max_by(|(_, left), (_, right)| left.cumulative_ms.total_cmp(&right.cumulative_ms));
        costliest
            .map(|(position, _)| position)
            .ok_or_else(|| LogError::NoModule {
                name: self.name.clone(),
                module: module.to_owned(),
                similar: self.similar_to(module),
            })
    }

    /// A module that differs only in its case, or of which this is the last part.
    fn similar_to(&self, module: &str) -> Option<String> {
        let wanted = module.to_lowercase();
        let mut names = self.tree.iter().map(|node| &node.module);
        let is_similar = |name: &&String| {
            let name = name.to_lowercase();
            name == wanted || name.ends_with(&format!(".{wanted}"))
        };
        names.find(is_similar).cloned()
    }

    fn add(&mut self, rows: Vec<Row>, doubts: &mut Doubts) {
        let Rows {
            order,
            parents,
            missing_us,
            is_sorted,
        } = nesting::nest(&rows, doubts);
        let first = self.tree.len();
        let mut place_in_order = vec![0; rows.len()];
        for (place, &row) in order.iter().enumerate() {
            place_in_order[row] = first + place;
        }
        let mut process = LoggedProcess {
            line: rows.iter().map(|row| row.line).min().unwrap_or(1),
            first,
            modules: rows.len(),
            time_ms: 0.0,
            start_ms: 0.0,
        };
        for &position in &order {
            let row = &rows[position];
            let module = LoggedModule {
                module: row.module.clone(),
                group: packages::group_of(&row.module),
                parent: parents[position].map(|parent| place_in_order[parent]),
                own_ms: milliseconds(row.own_us),
                cumulative_ms: milliseconds(row.cumulative_us),
                missing_ms: milliseconds(missing_us[position]),
                line: row.line,
            };
            process.time_ms += module.own_ms + module.missing_ms;
            self.tree.push(module);
        }
        if !is_sorted {
            process.start_ms = start_of(&self.tree[first..]);
        }
        self.time_ms += process.time_ms;
        self.processes.push(process);
    }
}

/// What the rows up to that of `site` took; what comes before it is imported by the interpreter itself.
fn start_of(tree: &[LoggedModule]) -> f64 {
    let is_top = |node: &&LoggedModule| node.parent.is_none();
    let Some(site) = tree.iter().filter(is_top).find(|node| node.module == "site") else {
        return 0.0;
    };
    let tops = tree.iter().filter(is_top).filter(|node| node.line <= site.line);
    tops.map(|node| node.cumulative_ms).sum()
}

fn milliseconds(microseconds: i64) -> f64 {
    microseconds.max(0) as f64 / 1e3
}

/// The rows of each process, one after the other.
#[derive(Default)]
struct Processes {
    whole: Vec<Vec<Row>>,
    open: Vec<Row>,
}

impl Processes {
    fn add(&mut self, row: Row) {
        // The first module that any interpreter imports: where it comes again, and the header is cut off, another one has started.
        if row.module == "_frozen_importlib_external" && self.open.iter().any(|known| known.module == row.module) {
            let below = self
                .open
                .iter()
                .rev()
                .take_while(|open| open.indent > row.indent)
                .count();
            let first = self.open.len() - below;
            let next = self.open.split_off(first);
            self.close();
            self.open = next;
        }
        self.open.push(row);
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.whole.push(std::mem::take(&mut self.open));
        }
    }

    fn finish(mut self) -> Vec<Vec<Row>> {
        self.close();
        self.whole
    }
}

/// Doubts as they come up.
#[derive(Debug, Default)]
struct Doubts {
    found: BTreeMap<DoubtKind, (usize, i64)>,
}

impl Doubts {
    fn add(&mut self, kind: DoubtKind, count: usize, microseconds: i64) {
        let found = self.found.entry(kind).or_default();
        found.0 += count;
        found.1 = found.1.saturating_add(microseconds);
    }

    fn list(self) -> Vec<Doubt> {
        let doubt = |(kind, (count, microseconds))| Doubt {
            kind,
            count,
            time_ms: milliseconds(microseconds),
        };
        self.found.into_iter().map(doubt).collect()
    }
}

fn groups(tree: &[LoggedModule]) -> Vec<LoggedGroup> {
    let mut totals: BTreeMap<&Group, LoggedGroup> = BTreeMap::new();
    for (position, node) in tree.iter().enumerate() {
        let total = totals.entry(&node.group).or_insert_with(|| LoggedGroup {
            group: node.group.clone(),
            modules: 0,
            own_ms: 0.0,
            entry: position,
        });
        total.modules += 1;
        total.own_ms += node.own_ms;
        if node.cumulative_ms > tree[total.entry].cumulative_ms {
            total.entry = position;
        }
    }
    let mut totals: Vec<LoggedGroup> = totals.into_values().collect();
    totals.sort_by(|left, right| right.own_ms.total_cmp(&left.own_ms));
    totals
}

fn most_repeated(repeated: BTreeMap<String, usize>) -> Vec<Repeated> {
    let mut repeated: Vec<Repeated> = repeated
        .into_iter()
        .map(|(module, times)| Repeated { module, times })
        .collect();
    repeated.sort_by_key(|one| std::cmp::Reverse(one.times));
    repeated
}

#[cfg(test)]
mod tests;
