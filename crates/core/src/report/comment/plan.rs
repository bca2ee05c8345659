//! What has to be done to the comments that stand there, so that there is one and it tells of the newest run.
//!
//! Jobs do not wait for each other. Two may find no comment and make one each, or both write into the same. Therefore each looks again
//! after it has written, and asks this again: the oldest comment stays, duplicates go, and a leg that is not named in it by then is added.
//! When nothing is left to do, all of them see the same.

use super::body::{Draft, Top};
use super::marker::{Leg, Marker, State};
use super::news::{News, Policy};
use crate::checks::Verdict;

/// A comment that stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its number, which grows from comment to comment.
    pub id: u64,
    /// The login of who made it.
    pub author: String,
    /// Its text.
    pub body: String,
}

/// A request that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make a comment.
    Create {
        /// With this text.
        body: String,
    },
    /// Replace the text of a comment.
    Update {
        /// Which.
        id: u64,
        /// By this one.
        body: String,
    },
    /// Take away a duplicate.
    Delete {
        /// Which.
        id: u64,
    },
}

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// These requests, in this order.
    Steps(Vec<Step>),
    /// Nothing: the comment says it already.
    UpToDate,
    /// Nothing: there is no comment, and no news that asks for one.
    NoNews,
    /// Nothing: a newer run has commented.
    Superseded {
        /// Its number.
        run: u64,
    },
}

/// What brings the comments of a pull request, in any order, to the state that this draft asks for; `author` is who makes the draft's.
pub fn plan(comments: &[Comment], author: &str, draft: &Draft<'_>) -> Plan {
    let own = comments.iter().filter(|comment| comment.author == author);
    let marked = own.filter_map(|comment| Some((comment, Marker::of(&comment.body)?)));
    let mut mine: Vec<(&Comment, Marker)> = marked.filter(|(_, marker)| marker.gate == draft.gate).collect();
    mine.sort_by_key(|(comment, _)| comment.id);
    let ages = mine.iter().map(|(_, marker)| &marker.run);
    if let Some(newest) = ages
        .max_by_key(|run| run.age())
        .filter(|newest| newest.age() > draft.run.age())
    {
        return Plan::Superseded { run: newest.id };
    }
    let Some(((standing, marker), duplicates)) = mine.split_first() else {
        return first(draft);
    };
    let update = update(standing, marker, draft).map(|body| Step::Update { id: standing.id, body });
    let duplicates = duplicates
        .iter()
        .map(|(duplicate, _)| Step::Delete { id: duplicate.id });
    let steps: Vec<Step> = update.into_iter().chain(duplicates).collect();
    if steps.is_empty() {
        Plan::UpToDate
    } else {
        Plan::Steps(steps)
    }
}

/// What to do where there is no comment yet.
fn first(draft: &Draft<'_>) -> Plan {
    let top = Top {
        missing: draft.missing(),
        ..Top::of(draft.legs())
    };
    // That a run has no report is news for those alone who had one before.
    if draft.reports.is_empty() || !draft.policy.asks_for_one(draft.news(&top.missing)) {
        return Plan::NoNews;
    }
    let body = if draft.news(&top.missing) == News::Nothing {
        draft.settled(&top, false)
    } else {
        draft.full(&top, &draft.below(), own_state(draft))
    };
    Plan::Steps(vec![Step::Create { body }])
}

/// The text that the comment should have; `None` where it has it.
fn update(standing: &Comment, marker: &Marker, draft: &Draft<'_>) -> Option<String> {
    let is_well = draft.news(&draft.missing()) == News::Nothing && !draft.reports.is_empty();
    let is_same_run = marker.run == draft.run;
    // That all is well stands there. Which commit was the first of which it was true is as good as the last.
    if is_well && marker.state == State::Settled && (is_same_run || draft.policy != Policy::Always) {
        return None;
    }
    let body = if is_same_run {
        within_run(standing, marker, draft)
    } else {
        after_run(marker, draft)
    };
    let new = Marker::of(&body)?;
    let is_unchanged = below_marker(&body) == below_marker(&standing.body)
        && (&new.legs, &new.others, &new.missing) == (&marker.legs, &marker.others, &marker.missing);
    (!is_unchanged).then_some(body)
}

/// The text after an earlier run's. A leg that had reported then and has not now is named: its job may still run, or have failed.
fn after_run(marker: &Marker, draft: &Draft<'_>) -> String {
    let mut top = Top::of(draft.legs());
    let before = marker.legs.iter().chain(&marker.others).map(|(name, _)| name.clone());
    top.missing = top.without_own(draft.missing().into_iter().chain(before));
    if !draft.reports.is_empty() && draft.news(&top.missing) == News::Nothing {
        return draft.settled(&top, marker.state != State::Settled);
    }
    draft.full(&top, &draft.below(), own_state(draft))
}

/// The text that adds the legs of this draft to what other jobs of the run have written.
fn within_run(standing: &Comment, marker: &Marker, draft: &Draft<'_>) -> String {
    let mut top = Top::of(draft.legs());
    let not_own = |legs: &[Leg]| -> Vec<Leg> {
        let legs = legs.iter().filter(|(name, _)| !top.has(name));
        legs.cloned().collect()
    };
    let (their_legs, their_others) = (not_own(&marker.legs), not_own(&marker.others));
    let theirs = if their_legs.is_empty() {
        News::Nothing
    } else {
        news_of(marker)
    };
    let own = News::of(draft.reports);
    let does_stay = !their_legs.is_empty() && marker.state != State::Settled && own <= theirs;
    if does_stay {
        // What stands there has as much to say: the legs of this draft are named above it.
        let added = top
            .legs
            .into_iter()
            .filter(|(name, _)| !marker.legs.iter().any(|(leg, _)| leg == name));
        top = Top {
            others: their_others.into_iter().chain(added).collect(),
            ..Top::of(marker.legs.clone())
        };
    } else {
        top.others = [their_legs, their_others].concat();
    }
    top.missing = top.without_own(draft.missing().into_iter().chain(marker.missing.clone()));
    let is_well = own.max(theirs) == News::Nothing && top.verdict() == Verdict::Pass;
    if is_well {
        return draft.settled(&top, true);
    }
    match standing.body.split_once(&draft.dialect.divider()) {
        Some((_, reports)) if does_stay => draft.full(&top, reports, marker.state),
        _ => draft.full(&top, &draft.below(), own_state(draft)),
    }
}

/// What a comment that says all this is in.
fn own_state(draft: &Draft<'_>) -> State {
    match News::of(draft.reports) {
        News::Nothing => State::Waiting,
        _ => State::Open,
    }
}

/// What the reports of a comment came to.
fn news_of(marker: &Marker) -> News {
    let verdicts = marker.legs.iter().map(|(_, verdict)| *verdict);
    match (marker.state, verdicts.fold(Verdict::Pass, Verdict::worst)) {
        (State::Settled | State::Waiting, _) => News::Nothing,
        (State::Open, Verdict::Pass) => News::Improvement,
        (State::Open, Verdict::Inconclusive) => News::Open,
        (State::Open, Verdict::Fail) => News::Failure,
    }
}

/// What people see of a comment. Services keep line ends as they like.
fn below_marker(body: &str) -> Vec<&str> {
    body.trim_end().lines().skip(1).collect()
}
