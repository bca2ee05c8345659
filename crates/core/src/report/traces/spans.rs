//! When each module of a tree begins and ends, if its import were the only thing that happens.

use std::borrow::Cow;

use crate::observed::Place;

/// A module of a tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame<'a> {
    pub(super) module: Cow<'a, str>,
    /// The position of the module that was first to import it, which comes before it.
    pub(super) parent: Option<usize>,
    /// The line that did.
    pub(super) place: Option<&'a Place>,
    /// Everything but its imports.
    pub(super) own_ms: f64,
}

/// A module in time.
///
/// Times are whole microseconds: viewers compute with fractions, and what begins a rounding error before its elder sibling has ended
/// is no sibling to them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span<'a> {
    pub(super) module: Cow<'a, str>,
    /// The line that imports it.
    pub(super) place: Option<&'a Place>,
    /// How many spans it lies in.
    pub(super) depth: usize,
    pub(super) start_us: u64,
    pub(super) end_us: u64,
    /// Everything but its imports, in milliseconds.
    pub(super) own_ms: f64,
}

/// The spans of a tree, parents before their children.
pub(super) fn spans(frames: Vec<Frame<'_>>) -> Vec<Span<'_>> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); frames.len()];
    let mut roots = Vec::new();
    for (position, frame) in frames.iter().enumerate() {
        match frame.parent {
            Some(parent) if parent < position => children[parent].push(position),
            _ => roots.push(position),
        }
    }
    let mut frames: Vec<Option<Frame<'_>>> = frames.into_iter().map(Some).collect();
    let mut spans = Vec::with_capacity(frames.len());
    let mut at_us = 0.0;
    // Without recursion: how deep modules import each other, measured code decides.
    let mut open: Vec<Step> = roots.into_iter().rev().map(|root| Step::Open(root, 0)).collect();
    while let Some(step) = open.pop() {
        match step {
            Step::Open(position, depth) => {
                let Some(frame) = frames[position].take() else { continue };
                open.push(Step::Close(spans.len()));
                open.extend(
                    children[position]
                        .iter()
                        .rev()
                        .map(|&child| Step::Open(child, depth + 1)),
                );
                spans.push(frame.at(at_us, depth));
                at_us += spans[spans.len() - 1].own_ms * 1000.0;
            }
            Step::Close(span) => spans[span].end_us = at_us.round() as u64,
        }
    }
    spans
}

/// What to do next on the way through a tree.
enum Step {
    /// Begins a frame, in so many others.
    Open(usize, usize),
    /// Ends a span.
    Close(usize),
}

impl<'a> Frame<'a> {
    fn at(self, start_us: f64, depth: usize) -> Span<'a> {
        let start_us = start_us.round() as u64;
        Span {
            module: self.module,
            place: self.place,
            depth,
            start_us,
            end_us: start_us,
            own_ms: if self.own_ms.is_finite() {
                self.own_ms.max(0.0)
            } else {
                0.0
            },
        }
    }
}
