//! Stops a target's sampling where its question is answered.

use super::plan::{Arms, Judge, Round};
use super::pool::{Pool, Pooled};
use super::question::Question;
use super::sequential::Decision;

/// Asks the question of each target that is open after each round, beside what the samples of all targets say.
#[derive(Debug)]
pub struct SequentialJudge<'a> {
    questions: Vec<&'a Question<'a>>,
    pool: Pool,
    /// What each target was last decided with.
    pooled: Vec<Pooled>,
}

impl<'a> SequentialJudge<'a> {
    /// One question for each target of the plan, in its order.
    pub fn new(questions: impl IntoIterator<Item = &'a Question<'a>>) -> Self {
        let questions: Vec<&Question<'_>> = questions.into_iter().collect();
        Self {
            pool: Pool::new(&questions),
            pooled: vec![Pooled::default(); questions.len()],
            questions,
        }
    }

    /// What the samples of all targets said when each was last looked at: its answers are those that it was stopped for.
    pub fn into_pooled(self) -> Vec<Pooled> {
        self.pooled
    }
}

impl Judge for SequentialJudge<'_> {
    fn look_round(&mut self, round: Round<'_>) -> Vec<Decision> {
        let pooled = self.pool.pooled(&self.questions, round.samples);
        let mut decisions = Vec::new();
        for (target, Arms { head, base }) in round.samples.iter().enumerate() {
            decisions.push(if round.open[target] {
                self.pooled[target] = pooled[target];
                let question = self.questions[target].clone();
                question.beside(pooled[target]).look(head, base)
            } else {
                Decision::Continue
            });
        }
        decisions
    }
}
