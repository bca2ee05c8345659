//! Who was first to import whom, from the order, the indentation and the times of the rows of one process.
//!
//! A row comes after those of what it imported, which are indented below it, and its cumulative time is its own with theirs. So each of
//! the two can be held against the other: an edge is only drawn where the times bear it out.

use super::super::tree::parents_first;
use super::row::Row;
use super::{DoubtKind, Doubts};

/// The rows as a forest.
pub(super) struct Rows {
    /// The rows, a parent always before its children.
    pub(super) order: Vec<usize>,
    /// The row of the importer of each.
    pub(super) parents: Vec<Option<usize>>,
    /// What of the time of each is of imports that have no row.
    pub(super) missing_us: Vec<i64>,
    /// Whether their order says nothing any more.
    pub(super) is_sorted: bool,
}

/// Each level is indented by so many columns.
const STEP: usize = 2;
/// So many rows in the order of their times are no chance.
const MANY: usize = 8;
/// No module is the first to import more than this.
const MOST_IMPORTS: usize = 10_000;

/// Finds out who imported whom.
pub(super) fn nest(rows: &[Row], doubts: &mut Doubts) -> Rows {
    let below_zero = rows.iter().filter(|row| row.own_us < 0).count();
    if below_zero > 0 {
        doubts.add(DoubtKind::Threads, below_zero, 0);
    }
    let is_sorted = are_sorted(rows);
    let (parents, missing_us) = if is_sorted {
        doubts.add(DoubtKind::Sorted, rows.len(), 0);
        (vec![None; rows.len()], vec![0; rows.len()])
    } else {
        let depths = depths(rows);
        if depths.is_none() {
            doubts.add(DoubtKind::IndentationLost, rows.len(), 0);
        }
        parents(rows, depths.as_deref(), doubts)
    };
    Rows {
        order: parents_first(&parents),
        parents,
        missing_us,
        is_sorted,
    }
}

/// The time that is not a module's own. Each time is rounded up by itself.
fn of_others(row: &Row) -> i64 {
    row.cumulative_us.saturating_sub(row.own_us)
}

/// Whether some of the time is that of rows below.
fn has_imports(row: &Row) -> bool {
    of_others(row) > 1
}

/// Whether somebody has sorted the rows, as `sort -k2` does.
fn are_sorted(rows: &[Row]) -> bool {
    let by = |time: fn(&Row) -> i64| {
        rows.is_sorted_by_key(time) || rows.is_sorted_by_key(|row| std::cmp::Reverse(time(row)))
    };
    let differ = rows.first().map(|row| row.cumulative_us) != rows.last().map(|row| row.cumulative_us);
    rows.len() >= MANY
        && differ
        && rows.iter().any(has_imports)
        && (by(|row| row.cumulative_us) || by(|row| row.own_us))
}

/// How deep each row is; `None` where the indentation is gone, though rows have others below them.
fn depths(rows: &[Row]) -> Option<Vec<usize>> {
    let smallest = rows.iter().map(|row| row.indent).min()?;
    let is_flat = rows.iter().all(|row| row.indent == smallest);
    let has_imports = rows.iter().any(has_imports);
    let is_whole = rows.iter().all(|row| (row.indent - smallest).is_multiple_of(STEP));
    let depths = rows.iter().map(|row| (row.indent - smallest) / STEP).collect();
    (is_whole && !(is_flat && has_imports)).then_some(depths)
}

/// The importers, and what is missing below each. Those whose importers are still to come wait on a stack.
fn parents(rows: &[Row], depths: Option<&[usize]>, doubts: &mut Doubts) -> (Vec<Option<usize>>, Vec<i64>) {
    let mut parents = vec![None; rows.len()];
    let mut missing_us = vec![0; rows.len()];
    let mut waiting: Vec<usize> = Vec::new();
    // What threads do side by side is in the time of each: nothing follows from what is too much.
    let is_one_thread = rows.iter().all(|row| row.own_us >= 0);
    for (position, row) in rows.iter().enumerate() {
        let deeper = depths.map_or(waiting.len(), |depths| {
            let is_deeper = |&&open: &&usize| depths[open] > depths[position];
            waiting.iter().rev().take_while(is_deeper).count()
        });
        let below = &waiting[waiting.len() - deeper..];
        let (taken, sum) = match depths {
            Some(_) => that_fit(rows, row, below),
            None => that_add_up(rows, row, below),
        };
        let missing = of_others(row).saturating_sub(sum);
        if missing > 1 && is_one_thread {
            doubts.add(DoubtKind::RowsMissing, 1, missing);
            missing_us[position] = missing;
        }
        for &child in &below[below.len() - taken..] {
            parents[child] = Some(position);
        }
        if depths.is_some() {
            // Whoever is deeper and not below this one is below none that comes later either.
            let left = deeper - taken;
            if left > 0 {
                doubts.add(DoubtKind::Contradicting, left, 0);
            }
            waiting.truncate(waiting.len() - deeper);
        } else {
            waiting.truncate(waiting.len() - taken);
        }
        waiting.push(position);
    }
    let cut_off = depths.map_or(0, |depths| waiting.iter().filter(|&&open| depths[open] > 0).count());
    if cut_off > 0 {
        doubts.add(DoubtKind::CutOff, cut_off, 0);
    }
    (parents, missing_us)
}

/// How many of the rows that are deeper, counted from the last, have room in the time of this one, and what they sum up to.
fn that_fit(rows: &[Row], row: &Row, below: &[usize]) -> (usize, i64) {
    let room = of_others(row);
    let (mut taken, mut sum) = (0, 0_i64);
    for &child in below.iter().rev() {
        let with = sum.saturating_add(rows[child].cumulative_us);
        // A time below zero, its own or another's, is none to reckon with.
        let is_sound = row.own_us >= 0 && rows[child].own_us >= 0;
        if is_sound && with > room.saturating_add(slack(taken + 1)) {
            break;
        }
        (taken, sum) = (taken + 1, with);
    }
    (taken, sum)
}

/// How many of the last rows come to just the time that this one has for others; none where no number of them does.
fn that_add_up(rows: &[Row], row: &Row, below: &[usize]) -> (usize, i64) {
    if !has_imports(row) {
        return (0, 0);
    }
    let room = of_others(row);
    let mut sum = 0_i64;
    for (taken, &child) in (1..=MOST_IMPORTS).zip(below.iter().rev()) {
        sum = sum.saturating_add(rows[child].cumulative_us);
        if sum > room.saturating_add(slack(taken)) {
            break;
        }
        if sum >= room.saturating_sub(1) {
            return (taken, sum);
        }
    }
    (0, 0)
}

/// By how much the sum of so many times may be off that were rounded up each by itself, in microseconds.
fn slack(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1)
}
