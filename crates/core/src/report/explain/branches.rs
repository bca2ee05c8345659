//! The tree of imports as it is shown to people: each distribution below one parent is a branch, unless every module is asked for.

use std::collections::BTreeMap;

use crate::explain::Group;
use crate::report::wording;

/// A module of the tree, a parent always before its children.
pub(super) struct Stem<'a> {
    pub(super) module: &'a str,
    pub(super) group: &'a Group,
    /// The position of its parent.
    pub(super) parent: Option<usize>,
    pub(super) own_ms: f64,
    /// What it took for others that are not in the tree.
    pub(super) missing_ms: f64,
    pub(super) own_memory_bytes: i64,
}

/// What a branch stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Module(&'a str),
    /// The modules of one group below the same parent.
    Group(&'a Group),
}

/// A line of the tree.
pub(super) struct Branch<'a> {
    subject: Subject<'a>,
    pub(super) own_ms: f64,
    pub(super) own_memory_bytes: i64,
    pub(super) cumulative_ms: f64,
    pub(super) cumulative_memory_bytes: i64,
    pub(super) modules: u64,
    below: Vec<usize>,
}

impl Branch<'_> {
    /// What it is called.
    pub(super) fn name(&self) -> String {
        match self.subject {
            Subject::Module(module) => module.to_owned(),
            // Where no version is known, there is nothing behind the name.
            Subject::Group(group) => wording::group(group).trim_end().to_owned(),
        }
    }
}

/// A branch where it is shown.
pub(super) struct Shown<'a, 'b> {
    pub(super) branch: &'b Branch<'a>,
    pub(super) depth: usize,
}

/// All branches, a parent always before its children.
pub(super) struct Branches<'a> {
    all: Vec<Branch<'a>>,
    roots: Vec<usize>,
}

impl<'a> Branches<'a> {
    /// Turns a tree into branches.
    pub(super) fn of(stems: impl Iterator<Item = Stem<'a>>, by_module: bool) -> Self {
        let mut all: Vec<Branch<'a>> = Vec::new();
        let mut roots = Vec::new();
        let mut branch_of: Vec<usize> = Vec::new();
        let mut known: BTreeMap<(Option<usize>, Subject<'a>), usize> = BTreeMap::new();
        for stem in stems {
            let parent = stem.parent.map(|parent| branch_of[parent]);
            let subject = if by_module || *stem.group == Group::Project {
                Subject::Module(stem.module)
            } else {
                Subject::Group(stem.group)
            };
            let is_group = matches!(subject, Subject::Group(_));
            let same = parent.filter(|&parent| is_group && all[parent].subject == subject);
            let position = same.unwrap_or_else(|| {
                *known.entry((parent, subject)).or_insert_with(|| {
                    all.push(Branch {
                        subject,
                        own_ms: 0.0,
                        own_memory_bytes: 0,
                        cumulative_ms: 0.0,
                        cumulative_memory_bytes: 0,
                        modules: 0,
                        below: Vec::new(),
                    });
                    let position = all.len() - 1;
                    match parent {
                        Some(parent) => all[parent].below.push(position),
                        None => roots.push(position),
                    }
                    position
                })
            });
            all[position].own_ms += stem.own_ms;
            all[position].cumulative_ms += stem.own_ms + stem.missing_ms;
            all[position].own_memory_bytes += stem.own_memory_bytes;
            all[position].modules += 1;
            branch_of.push(position);
        }
        let mut branches = Self { all, roots };
        branches.add_up();
        branches
    }

    /// Children come after their parents, so backwards every sum is complete before it is handed up.
    fn add_up(&mut self) {
        for position in (0..self.all.len()).rev() {
            let branch = &self.all[position];
            let (mut time, mut memory) = (branch.cumulative_ms, branch.own_memory_bytes);
            for &below in &branch.below {
                time += self.all[below].cumulative_ms;
                memory += self.all[below].cumulative_memory_bytes;
            }
            self.all[position].cumulative_ms = time;
            self.all[position].cumulative_memory_bytes = memory;
        }
    }

    /// Those that take so much and are above this depth, each with its heaviest child below it first.
    pub(super) fn shown(&self, smallest_ms: f64, depth: usize) -> Vec<Shown<'a, '_>> {
        let mut shown = Vec::new();
        let mut stack: Vec<(usize, usize)> = Vec::new();
        self.push_sorted(&mut stack, &self.roots, 0);
        while let Some((position, level)) = stack.pop() {
            let branch = &self.all[position];
            if branch.cumulative_ms < smallest_ms || level >= depth {
                continue;
            }
            shown.push(Shown { branch, depth: level });
            self.push_sorted(&mut stack, &branch.below, level + 1);
        }
        shown
    }

    fn push_sorted(&self, stack: &mut Vec<(usize, usize)>, positions: &[usize], depth: usize) {
        let mut sorted = positions.to_vec();
        sorted.sort_by(|&left, &right| self.all[left].cumulative_ms.total_cmp(&self.all[right].cumulative_ms));
        stack.extend(sorted.into_iter().map(|position| (position, depth)));
    }
}
