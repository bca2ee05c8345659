//! The project's own tests in the changed copy. Where they fail, each change is tried by itself to find which of them is to blame.

use super::{FixError, Workshop};
use crate::fix::{Proposal, Withdrawn};
use crate::report::progress_line::{Phase, Progress};

impl Workshop<'_, '_> {
    /// The changes that the tests pass with, and those that are withdrawn.
    pub(super) fn tested(&mut self, proposals: Vec<Proposal>) -> Result<(Vec<Proposal>, Vec<Withdrawn>), FixError> {
        let Some(command) = self.fix.test.filter(|_| !proposals.is_empty()) else {
            return Ok((proposals, Vec::new()));
        };
        let mut failed = match self.tests_fail(command, &proposals)? {
            None => return Ok((proposals, Vec::new())),
            Some(output) => output,
        };
        if let Err(output) = self.copies.test(command, false)? {
            return Err(FixError::TestsFail { output });
        }
        if let [_] = proposals[..] {
            let withdrawn = proposals
                .into_iter()
                .map(|proposal| withdrawn(proposal, false, failed.clone()));
            return Ok((Vec::new(), withdrawn.collect()));
        }
        let (mut passing, mut failing) = (Vec::new(), Vec::new());
        for proposal in proposals {
            match self.tests_fail(command, std::slice::from_ref(&proposal))? {
                None => passing.push(proposal),
                Some(output) => failing.push(withdrawn(proposal, false, output)),
            }
        }
        // Each passes by itself; where they fail together, the one that saves least goes.
        let mut is_known_to_fail = failing.is_empty();
        while passing.len() > 1 {
            if !is_known_to_fail {
                match self.tests_fail(command, &passing)? {
                    None => break,
                    Some(output) => failed = output,
                }
            }
            is_known_to_fail = false;
            failing.extend(passing.pop().map(|proposal| withdrawn(proposal, true, failed.clone())));
        }
        Ok((passing, failing))
    }

    /// What the tests print where they fail with these changes; `None` where they pass.
    fn tests_fail(&mut self, command: &str, proposals: &[Proposal]) -> Result<Option<String>, FixError> {
        self.apply(proposals)?;
        self.progress.show(&Progress {
            phase: Phase::Testing,
            done: 0,
            total: 0,
            target: command,
        });
        Ok(self.copies.test(command, true)?.err())
    }
}

fn withdrawn(proposal: Proposal, only_with_others: bool, output: String) -> Withdrawn {
    Withdrawn {
        proposal,
        only_with_others,
        output,
    }
}
