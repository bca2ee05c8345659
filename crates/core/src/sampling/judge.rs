//! Stops a target's sampling where its question is answered.

use super::plan::{Arms, Judge, Round};
use super::question::Question;
use super::sequential::Decision;

/// Asks the question of each target that is open after each round.
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
    fn look_round(&mut self, round: Round<'_>) -> Vec<Decision> {
        let targets = self.questions.iter().zip(round.samples).zip(round.open);
        let look = |((question, Arms { head, base }), open): ((&&Question<'_>, &Arms), &bool)| {
            if *open {
                question.look(head, base)
            } else {
                Decision::Continue
            }
        };
        targets.map(look).collect()
    }
}
