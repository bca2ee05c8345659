//! What a target came to, for its row in a table.

use crate::trend::{Change, Point, TargetTrend};

/// Where a target is going, by its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Course {
    /// It takes longer than at the first revision.
    Slower,
    /// It takes less.
    Faster,
    /// It changed its level, and is where it was.
    Back,
    /// Its time has one level.
    Steady,
    /// The newest revision says that its import fails.
    Failing,
    /// The newest revision does not have it.
    Gone,
}

/// The levels of a time are the same again within this share.
const SAME: f64 = 0.035;

impl Course {
    fn of(target: &TargetTrend) -> Self {
        if target.is_failing {
            return Self::Failing;
        }
        if !target.is_there {
            return Self::Gone;
        }
        match change_of_levels(target) {
            None => Self::Steady,
            Some(change) if (change.after / change.before).ln().abs() < SAME => Self::Back,
            Some(change) if change.after > change.before => Self::Slower,
            Some(_) => Self::Faster,
        }
    }

    /// The word of every output.
    pub(in crate::report) fn as_str(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::Back => "back",
            Self::Steady => "steady",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }
}

/// What a row says.
#[derive(Debug)]
pub(in crate::report) struct Summary<'a> {
    /// The target.
    pub(in crate::report) target: &'a TargetTrend,
    /// Where it is going.
    pub(in crate::report) course: Course,
    /// From the first to the last level of its time; `None` where it has one.
    pub(in crate::report) change: Option<Change>,
    revisions: usize,
}

impl<'a> Summary<'a> {
    /// Of a target in a history of so many revisions.
    pub(in crate::report) fn of(target: &'a TargetTrend, revisions: usize) -> Self {
        Self {
            target,
            course: Course::of(target),
            change: change_of_levels(target),
            revisions,
        }
    }

    /// The newest numbers.
    pub(in crate::report) fn newest(&self) -> Option<&'a Point> {
        self.target.points.last()
    }

    /// The time of each revision, as far as it can be held against the newest.
    pub(in crate::report) fn times(&self) -> Vec<Option<f64>> {
        self.each(|point| point.time_ms.filter(|_| point.comparable))
    }

    /// The memory of each revision, in bytes.
    pub(in crate::report) fn memory(&self) -> Vec<Option<f64>> {
        self.each(|point| point.memory_bytes.map(|bytes| bytes as f64))
    }

    /// The number of modules of each revision.
    pub(in crate::report) fn modules(&self) -> Vec<Option<f64>> {
        self.each(|point| Some(point.modules as f64))
    }

    fn each(&self, read: impl Fn(&Point) -> Option<f64>) -> Vec<Option<f64>> {
        let mut values = vec![None; self.revisions];
        for point in &self.target.points {
            if let Some(value) = values.get_mut(point.revision) {
                *value = read(point);
            }
        }
        values
    }
}

fn change_of_levels(target: &TargetTrend) -> Option<Change> {
    let mut times = target.steps.iter().filter_map(|step| step.time_ms);
    let first = times.next()?;
    let last = times.next_back().unwrap_or(first);
    Some(Change {
        before: first.before,
        after: last.after,
    })
}
