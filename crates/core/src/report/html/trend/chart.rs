//! One target over the revisions: its time with a dot at each recording, its memory and its modules below, and a line through all of
//! them at each step. What was not recorded again is a level stretch.

use super::super::super::trend::Summary;
use super::super::super::trend::sparkline::Range;
use super::super::markup::{Html, Tag};
use crate::numbers;
use crate::trend::Trend;

/// The size of the picture, in its own units.
const WIDTH: f64 = 720.0;
/// Room on the left for the numbers.
const LEFT: f64 = 76.0;
const TIME: f64 = 96.0;
const OTHER: f64 = 40.0;
const GAP: f64 = 14.0;
const AXIS: f64 = 18.0;

/// The size of the line in a table.
const LINE: (f64, f64) = (150.0, 22.0);

const NOW: &str = "#2f6fc4";
const FAINT: &str = "#808890";
const STEP: &str = "#d73a31";

/// A series as a small line.
pub(super) fn line(html: &mut Html, values: &[Option<f64>]) {
    let Some(range) = Range::of(values) else {
        return;
    };
    let (width, height) = LINE;
    let frame = Frame {
        left: 1.0,
        top: 2.0,
        width: width - 2.0,
        height: height - 4.0,
        revisions: values.len(),
    };
    html.element(svg(width, height), |html| frame.draw(html, values, range, NOW));
}

/// The picture with its words.
pub(super) fn figure(html: &mut Html, trend: &Trend, summary: &Summary<'_>) {
    let revisions = trend.revisions.len();
    let series = [
        (
            summary.times(),
            TIME,
            (|value| numbers::time(value)) as fn(f64) -> String,
        ),
        (summary.memory(), OTHER, |value| numbers::bytes(value.max(0.0) as u64)),
        (summary.modules(), OTHER, |value| {
            numbers::count(value.max(0.0).round() as u64)
        }),
    ];
    let height = TIME + 2.0 * (OTHER + GAP) + AXIS;
    html.element(Tag::of_class("figure", "strip"), |html| {
        html.leaf("figcaption", &caption(summary));
        html.element(svg(WIDTH, height), |html| {
            let mut top = 4.0;
            for (values, height, write) in series {
                let frame = Frame {
                    left: LEFT,
                    top,
                    width: WIDTH - LEFT - 4.0,
                    height: height - 8.0,
                    revisions,
                };
                if let Some(range) = Range::of(&values) {
                    frame.scale(html, [range.high, range.low].map(write));
                    frame.draw(html, &values, range, NOW);
                    if height == TIME {
                        frame.dots(html, summary, range);
                    }
                }
                top += height + GAP;
            }
            let whole = Frame {
                left: LEFT,
                top: 0.0,
                width: WIDTH - LEFT - 4.0,
                height: height - AXIS,
                revisions,
            };
            for step in &summary.target.steps {
                whole.step(html, step.by);
            }
            let days = [trend.revisions.first(), trend.revisions.last()];
            whole.days(
                html,
                days.map(|revision| revision.map_or("", |revision| &revision.date)),
            );
        });
    });
}

fn caption(summary: &Summary<'_>) -> String {
    let (recorded, steps) = (summary.target.recordings, summary.target.steps.len() as u64);
    let mut text = format!(
        "time, memory and modules; recorded {} (dots), {} (lines)",
        match recorded {
            1 => "once".to_owned(),
            times => format!("{} times", numbers::count(times)),
        },
        numbers::counted(steps, "step"),
    );
    let others = summary
        .target
        .points
        .iter()
        .any(|point| !point.comparable && point.time_ms.is_some());
    if others {
        text.push_str("; times of another kind of machine or interpreter are not drawn");
    }
    text
}

fn svg(width: f64, height: f64) -> Tag {
    Tag::from("svg")
        .with("viewBox", &format!("0 0 {width} {height}"))
        .with_number("width", width)
        .with_number("height", height)
        .with("aria-hidden", "true")
}

/// Where a series is drawn.
#[derive(Debug, Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    revisions: usize,
}

impl Frame {
    fn x(&self, revision: usize) -> f64 {
        self.left + self.width * (revision as f64 + 0.5) / self.revisions.max(1) as f64
    }

    fn y(&self, value: f64, range: Range) -> f64 {
        self.top + self.height * (1.0 - range.share(value))
    }

    /// The series as level stretches.
    fn draw(&self, html: &mut Html, values: &[Option<f64>], range: Range, colour: &str) {
        let half = self.width / (2.0 * self.revisions.max(1) as f64);
        let (mut path, mut before) = (String::new(), None);
        for (revision, value) in values.iter().enumerate() {
            match value
                .filter(|value| value.is_finite())
                .map(|value| self.y(value, range))
            {
                Some(y) if before == Some(y) => {}
                Some(y) if before.is_some() => path.push_str(&format!("H{:.1}V{y:.1}", self.x(revision) - half)),
                Some(y) => path.push_str(&format!("M{:.1} {y:.1}", self.x(revision) - half)),
                None if before.is_some() => path.push_str(&format!("H{:.1}", self.x(revision) - half)),
                None => {}
            }
            before = value
                .filter(|value| value.is_finite())
                .map(|value| self.y(value, range));
        }
        if before.is_some() {
            path.push_str(&format!("H{:.1}", self.left + self.width));
        }
        let tag = Tag::of_class("path", "now").with("d", &path).with("fill", "none");
        html.void(tag.with("stroke", colour).with("stroke-width", "1.5"));
    }

    /// A dot where it was timed: a line without a length, of which only its ends are seen.
    fn dots(&self, html: &mut Html, summary: &Summary<'_>, range: Range) {
        let recorded = summary
            .target
            .points
            .iter()
            .filter(|point| point.recorded && point.comparable);
        let dot = |point: &crate::trend::Point| {
            let y = self.y(point.time_ms?, range);
            Some(format!("M{:.1} {y:.1}h0", self.x(point.revision)))
        };
        let path: String = recorded.filter_map(dot).collect();
        let tag = Tag::of_class("path", "now").with("d", &path).with("fill", "none");
        html.void(
            tag.with("stroke", NOW)
                .with("stroke-width", "4")
                .with("stroke-linecap", "round"),
        );
    }

    fn step(&self, html: &mut Html, revision: usize) {
        let x = self.x(revision) - self.width / (2.0 * self.revisions.max(1) as f64);
        let (from, to) = (self.top, self.top + self.height);
        let tag = Tag::of_class("path", "ceiling")
            .with("d", &format!("M{x:.1} {from}V{to}"))
            .with("fill", "none");
        html.void(tag.with("stroke", STEP).with("stroke-dasharray", "3 3"));
    }

    /// The values at the top and at the bottom, and a line at each.
    fn scale(&self, html: &mut Html, labels: [String; 2]) {
        for (label, y) in labels.iter().zip([self.top, self.top + self.height]) {
            let to = self.left + self.width;
            let tag = Tag::of_class("path", "tick").with("d", &format!("M{} {y:.1}H{to}", self.left));
            html.void(tag.with("stroke", FAINT).with("stroke-opacity", "0.3"));
            text(html, self.left - 6.0, y + 4.0, "end", label);
        }
    }

    fn days(&self, html: &mut Html, [first, last]: [&str; 2]) {
        let y = self.top + self.height + 13.0;
        text(html, self.left, y, "start", first);
        if first != last {
            text(html, self.left + self.width, y, "end", last);
        }
    }
}

fn text(html: &mut Html, x: f64, y: f64, anchor: &str, label: &str) {
    let tag = Tag::from("text")
        .with_number("x", x)
        .with_number("y", y)
        .with("text-anchor", anchor);
    html.leaf(tag.with("font-size", "11").with("fill", FAINT), label);
}
