//! Stops a target's sampling where its question is answered.

use super::plan::{Arms, Judge};
use super::question::Question;
use super::sequential::Decision;

/// Asks each target's question after each of its samples.
#[derive(Debug)]
pub struct SequentialJudge<'a> {
    questions: Vec<&'a Question<'a>>,
}

impl<'a> SequentialJudge<'a> {
    /// One question for each target of the plan, in its order.
    pub fn new(questions: impl IntoIterator<Item = &'a Question<'a>>) -> Self {
        Self {
            questions: questions.into_iter().collect(),
        }
    }
}

impl Judge for SequentialJudge<'_> {
    fn look(&mut self, target: usize, samples: &Arms) -> Decision {
        self.questions[target].look(&samples.head, &samples.base)
    }
}
