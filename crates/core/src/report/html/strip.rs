//! All samples of a target, one mark each: dots for this run, squares above them for the baseline, with a line at each median and at the
//! ceiling. Within a row they stand in the order in which they were taken, from top to bottom, so that a drift shows as a slope.

use super::markup::{Html, Tag};
use super::scale::Scale;
use crate::numbers;
use crate::report::TargetReport;
use crate::report::picture::Picture;
use crate::stats::quantile::median;

/// The size of the picture, in its own units.
const WIDTH: f64 = 640.0;
const ROW: f64 = 26.0;
const AXIS: f64 = 18.0;
/// How thick a mark is.
const MARK: f64 = 4.5;
/// How many samples of a row are drawn; more of them are one blot.
const MOST: usize = 200;
/// A ceiling that is further away than this many times the spread of the samples is told, and not drawn.
const FAR: f64 = 1.5;

const NOW: &str = "#2f6fc4";
const BEFORE: &str = "#808890";
const CEILING: &str = "#d73a31";

/// One row of marks.
struct Row<'a> {
    class: &'static str,
    colour: &'static str,
    /// What each mark is: a dot or a square.
    cap: &'static str,
    samples: &'a [f64],
}

/// The picture with its words; nothing where there are no samples.
pub(super) fn write(html: &mut Html, picture: &Picture, target: &TargetReport) {
    let rows = [
        Row {
            class: "before",
            colour: BEFORE,
            cap: "butt",
            samples: &picture.baseline_samples_ms,
        },
        Row {
            class: "now",
            colour: NOW,
            cap: "round",
            samples: &picture.samples_ms,
        },
    ];
    let rows: Vec<Row<'_>> = rows.into_iter().filter(|row| !row.samples.is_empty()).collect();
    let mut values: Vec<f64> = rows.iter().flat_map(|row| row.samples).copied().collect();
    let ceiling = target.max_time_ms.filter(|limit_ms| is_near(*limit_ms, &values));
    values.extend(ceiling);
    let Some(scale) = Scale::around(&values) else {
        return;
    };
    html.element(Tag::of_class("figure", "strip"), |html| {
        html.element("figcaption", |html| {
            html.text(&caption(picture, target, ceiling.is_some()))
        });
        let height = ROW * rows.len() as f64 + AXIS;
        let tag = Tag::from("svg")
            .with("viewBox", &format!("0 0 {WIDTH} {height}"))
            .with_number("width", WIDTH)
            .with_number("height", height)
            .with("aria-hidden", "true");
        html.element(tag, |html| {
            axis(html, &scale, height - AXIS);
            for (index, row) in rows.iter().enumerate() {
                marks(html, row, &scale, ROW * index as f64);
            }
            if let Some(limit_ms) = ceiling {
                vertical(html, "ceiling", scale.share(limit_ms), (0.0, height - AXIS), CEILING);
            }
        });
    });
}

/// What the picture shows, in words.
fn caption(picture: &Picture, target: &TargetReport, is_ceiling_drawn: bool) -> String {
    let row = |samples: &[f64], mark: &str| {
        let median = median(samples)?;
        let number = numbers::counted(samples.len() as u64, "sample");
        Some(format!("{number} ({mark}), median {}", numbers::time(median)))
    };
    let mut said: Vec<String> = Vec::new();
    said.extend(row(&picture.samples_ms, "dots"));
    said.extend(row(&picture.baseline_samples_ms, "squares").map(|text| format!("baseline: {text}")));
    said.extend(target.max_time_ms.map(|limit_ms| {
        let limit = numbers::time_limit(limit_ms);
        match is_ceiling_drawn {
            true => format!("ceiling {limit} (line)"),
            false => format!("ceiling {limit}, outside of the picture"),
        }
    }));
    said.join("; ")
}

/// True where a ceiling can be drawn without pressing the samples together.
fn is_near(limit_ms: f64, values: &[f64]) -> bool {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let room = FAR * (most - least).max(most * 0.1);
    limit_ms >= least - room && limit_ms <= most + room
}

fn axis(html: &mut Html, scale: &Scale, bottom: f64) {
    for tick in scale.ticks() {
        let x = scale.share(tick) * WIDTH;
        let line = Tag::of_class("path", "tick").with("d", &format!("M{x:.1} 0V{bottom}"));
        html.void(line.with("stroke", BEFORE).with("stroke-opacity", "0.3"));
        let anchor = match x {
            _ if x < 30.0 => "start",
            _ if x > WIDTH - 30.0 => "end",
            _ => "middle",
        };
        let text = Tag::from("text")
            .with_number("x", x)
            .with_number("y", bottom + 13.0)
            .with("text-anchor", anchor)
            .with("font-size", "11")
            .with("fill", BEFORE);
        html.leaf(text, &numbers::time_limit(tick));
    }
}

/// The marks of a row as one path: each is a line too short to have a length, of which only its ends are seen.
fn marks(html: &mut Html, row: &Row<'_>, scale: &Scale, top: f64) {
    let step = (ROW - 2.0 * MARK) / row.samples.len().min(MOST) as f64;
    let length = if row.cap == "round" { 0.0 } else { MARK };
    let mark = |(index, sample): (usize, &f64)| {
        let x = scale.share(*sample) * WIDTH - length / 2.0;
        let y = top + MARK + step * (index as f64 + 0.5);
        format!("M{x:.0} {y:.0}h{length}")
    };
    let path: String = row.samples.iter().take(MOST).enumerate().map(mark).collect();
    let tag = Tag::of_class("path", row.class)
        .with("d", &path)
        .with("stroke", row.colour)
        .with_number("stroke-width", MARK)
        .with("stroke-linecap", row.cap);
    html.void(tag);
    if let Some(median) = median(row.samples) {
        vertical(
            html,
            row.class,
            scale.share(median),
            (top + 1.0, top + ROW - 1.0),
            row.colour,
        );
    }
}

fn vertical(html: &mut Html, class: &str, share: f64, (from, to): (f64, f64), colour: &str) {
    let x = share * WIDTH;
    let tag = Tag::of_class("path", class).with("d", &format!("M{x:.1} {from}V{to}"));
    html.void(tag.with("stroke", colour).with("stroke-width", "1.5"));
}
