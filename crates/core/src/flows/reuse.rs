//! How far a check takes equal code for equal cost.

use crate::budgets::{ReuseBy, Target};
use crate::checks::AmendedBaseline;

/// How far a check goes in taking equal code for equal cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reuse {
    /// What has to show that the code of a target is the baseline's.
    pub by: ReuseBy,
    /// Let the times alone decide, even where closures prove that the code is the same.
    pub times_alone: bool,
}

impl Reuse {
    /// True where files may show that a target is the same.
    pub(super) fn is_by_files(self) -> bool {
        self.by == ReuseBy::Files && !self.times_alone
    }
}

/// The same target by target: what the change under test wrote into the baseline is its own word, and is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReuseOfTargets<'a> {
    pub(super) usual: Reuse,
    pub(super) amended: Option<&'a AmendedBaseline>,
}

impl ReuseOfTargets<'_> {
    pub(super) fn of(self, target: &Target) -> Reuse {
        let is_own_word = self.amended.is_some_and(|amended| amended.is_own_word(&target.name));
        Reuse {
            by: if is_own_word { ReuseBy::Never } else { self.usual.by },
            ..self.usual
        }
    }
}
