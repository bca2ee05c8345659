//! Imports as tracks of spans, which is what viewers of profiles draw: every module begins when its import does, and ends after
//! everything that it was the first to import. Each format of such a viewer is one file.
//!
//! What a body does before, between and after its imports is not told apart: it is drawn before them.

pub mod chrome;
mod spans;
pub mod speedscope;

use std::borrow::Cow;

use self::spans::{Frame, Span};
use super::matrix::Matrix;
use super::{ImportTree, Report, TreeBefore, TreeModule, first_names};
use crate::explain::Explanation;
use crate::explain::importtime::ImportLog;
use crate::numbers;
use crate::observed::Place;

/// What modules are found under that are gone, and whose importer is therefore not known.
const NOT_LOADED_ANY_MORE: &str = "(not loaded any more)";

/// What a viewer is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces<'a> {
    title: String,
    tracks: Vec<Track<'a>>,
    left_out: Option<String>,
}

/// One import.
#[derive(Debug, Clone, PartialEq)]
struct Track<'a> {
    /// The target, with its environment where there are several.
    subject: String,
    /// Whether it is the import as it is or as it was; `None` where there is only one.
    side: Option<Side>,
    /// Parents before their children, each within its parent and after its elder siblings.
    spans: Vec<Span<'a>>,
}

/// One of the two imports that a check compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Now,
    Before,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Before => "before",
        }
    }
}

impl Track<'_> {
    fn name(&self) -> String {
        match self.side {
            Some(side) => format!("{}, {}", self.subject, side.word()),
            None => self.subject.clone(),
        }
    }

    /// When its last span ends, in microseconds.
    fn end_us(&self) -> u64 {
        self.spans.iter().map(|span| span.end_us).max().unwrap_or(0)
    }
}

impl<'a> Traces<'a> {
    /// The targets of a check, each as it is and, where that is known, as it was.
    pub fn of_report(report: &'a Report) -> Self {
        Self::of_reports(std::slice::from_ref(report), |_| String::new())
    }

    /// The same of several environments.
    pub fn of_matrix(matrix: &'a Matrix) -> Self {
        Self::of_reports(&matrix.legs, |report| format!("{}: ", report.environment.key))
    }

    fn of_reports(reports: &'a [Report], environment: impl Fn(&Report) -> String) -> Self {
        let mut tracks = Vec::new();
        let mut without = Vec::new();
        let mut targets = 0;
        for report in reports {
            let environment = environment(report);
            for picture in &report.pictures {
                if let Some(tree) = &picture.tree {
                    tracks.extend(of_tree(&format!("{environment}{}", picture.target), tree));
                }
            }
            let has_tree = |target: &str| report.picture(target).is_some_and(|picture| picture.tree.is_some());
            let bare = report.targets.iter().filter(|target| !has_tree(&target.module));
            without.extend(bare.map(|target| format!("{environment}{}", target.module)));
            targets += report.targets.len();
        }
        Self {
            title: "importgate check".to_owned(),
            tracks,
            left_out: left_out(&without, targets),
        }
    }

    /// The target of an explanation.
    pub fn of_explanation(explanation: &'a Explanation) -> Self {
        let frames = explanation.tree.iter().map(|node| Frame {
            module: Cow::Borrowed(&node.module),
            parent: node.parent,
            place: node.place.as_ref(),
            own_ms: node.own_ms,
        });
        Self::of_one(&explanation.target, frames.collect())
    }

    /// What a log tells.
    pub fn of_log(log: &'a ImportLog) -> Self {
        let frames = log.tree.iter().map(|node| Frame {
            module: Cow::Borrowed(&node.module),
            parent: node.parent,
            place: None,
            own_ms: node.own_ms + node.missing_ms,
        });
        Self::of_one(&log.name, frames.collect())
    }

    fn of_one(subject: &str, frames: Vec<Frame<'a>>) -> Self {
        Self {
            title: format!("import {subject}"),
            tracks: vec![Track {
                subject: subject.to_owned(),
                side: None,
                spans: spans::spans(frames),
            }],
            left_out: None,
        }
    }

    /// Which targets are not in it, and why, in one sentence; `None` where all are.
    pub fn left_out(&self) -> Option<&str> {
        self.left_out.as_deref()
    }
}

fn left_out(without: &[String], targets: usize) -> Option<String> {
    (!without.is_empty()).then(|| {
        format!(
            "{} of {} not drawn, since this run looked at none of {} closely: {}",
            numbers::count(without.len() as u64),
            numbers::counted(targets as u64, "target"),
            if without.len() == 1 {
                "its imports"
            } else {
                "their imports"
            },
            first_names(without.iter().map(String::as_str))
        )
    })
}

/// A target as it is, and as it was where that is known.
fn of_tree<'a>(subject: &str, tree: &'a ImportTree) -> Vec<Track<'a>> {
    let track = |side, frames| Track {
        subject: subject.to_owned(),
        side,
        spans: spans::spans(frames),
    };
    let Some(before) = &tree.before else {
        return vec![track(None, now(tree))];
    };
    vec![
        track(Some(Side::Now), now(tree)),
        track(Some(Side::Before), as_it_was(tree, before)),
    ]
}

fn now(tree: &ImportTree) -> Vec<Frame<'_>> {
    let modules = tree.modules.iter();
    modules
        .map(|module| of_module(module, module.parent, module.own_ms))
        .collect()
}

/// What was loaded before, each below the nearest that was above it and is so now, and then what is gone.
fn as_it_was<'a>(tree: &'a ImportTree, before: &'a TreeBefore) -> Vec<Frame<'a>> {
    let mut frames = Vec::new();
    // Where each module is among the frames, or where its nearest known importer is.
    let mut nearest: Vec<Option<usize>> = Vec::with_capacity(tree.modules.len());
    for module in &tree.modules {
        let parent = module.parent.and_then(|parent| nearest.get(parent).copied().flatten());
        match module.own_before_ms {
            Some(own_ms) => {
                nearest.push(Some(frames.len()));
                frames.push(of_module(module, parent, own_ms));
            }
            None => nearest.push(parent),
        }
    }
    if !before.gone.is_empty() {
        let above = frames.len();
        frames.push(named(NOT_LOADED_ANY_MORE.into(), None, 0.0));
        let gone = before.gone.iter();
        frames.extend(gone.map(|gone| named(Cow::Borrowed(&gone.module), Some(above), gone.own_ms)));
    }
    frames
}

fn of_module(module: &TreeModule, parent: Option<usize>, own_ms: f64) -> Frame<'_> {
    let name = match module.count {
        0 | 1 => Cow::Borrowed(module.module.as_str()),
        count => Cow::Owned(format!("{} and {} more", module.module, numbers::count(count - 1))),
    };
    Frame {
        place: module.place.as_ref(),
        ..named(name, parent, own_ms)
    }
}

fn named(module: Cow<'_, str>, parent: Option<usize>, own_ms: f64) -> Frame<'_> {
    Frame {
        module,
        parent,
        place: None::<&Place>,
        own_ms,
    }
}

#[cfg(test)]
mod tests;
