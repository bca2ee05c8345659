//! Every layer's targets as bars beside their ceilings and their baselines. The number stands beside the bar as text, and the word for
//! how the target stands, so that the picture is never all there is.

use super::super::facts::TargetResult;
use super::super::layers::{Layer, in_one_line, layers, time_of_limit};
use super::markup::{Html, Tag};
use super::part::Part;
use super::scale::Scale;
use super::{summary, table};
use crate::numbers;
use crate::report::{Report, TargetReport};

/// The height of a bar's picture, and where the bar is in it.
const HEIGHT: f64 = 16.0;
const TOP: f64 = 4.0;
const THICK: f64 = 8.0;
/// The width of a picture where no style sheet makes it as wide as there is room.
const WIDTH: &str = "320";
/// The lines of the axis go through the rows of a layer that has no more than this.
const MOST_WITH_LINES: usize = 40;
/// How the parts of a bar look without a style sheet, on a light ground as on a dark one.
const FILLS: [(TargetResult, &str); 4] = [
    (TargetResult::Pass, "#2c974b"),
    (TargetResult::Warning, "#b07800"),
    (TargetResult::Unsure, "#8a63d2"),
    (TargetResult::Fail, "#d73a31"),
];
const MARK: &str = "#808890";

/// The section of the layers.
pub(super) fn write(html: &mut Html, part: &Part<'_>) {
    if !is_drawn(part.report) {
        return;
    }
    part.section(html, "layers", "Times beside their ceilings", |html| {
        legend(html);
        for (index, layer) in layers(part.report, usize::MAX).iter().enumerate() {
            one(html, part, layer, &part.anchor(&format!("ticks-{index}")));
        }
        summary::write_totals(html, part);
    });
}

/// True where there is a time to draw.
pub(super) fn is_drawn(report: &Report) -> bool {
    layers(report, usize::MAX).iter().any(|layer| scale(layer).is_some())
}

/// What the parts of a bar mean, each beside its word.
fn legend(html: &mut Html) {
    html.element(Tag::of_class("p", "legend"), |html| {
        let key = |html: &mut Html, text: &str, draw: &dyn Fn(&mut Html)| {
            html.element("span", |html| {
                let tag = Tag::from("svg").with("width", "22").with_number("height", HEIGHT);
                html.element(tag.with("aria-hidden", "true"), draw);
                html.text(text);
            });
            html.text(" ");
        };
        key(html, " time", &|html| bar(html, "time pass", 0.0, 1.0, FILLS[0].1));
        key(html, " over the ceiling", &|html| {
            bar(html, "time fail", 0.0, 1.0, FILLS[3].1);
            bar(html, "over", 0.0, 1.0, "url(#hatch)");
        });
        key(html, " ceiling", &|html| ceiling(html, 0.5));
        key(html, " baseline", &|html| baseline(html, 0.5));
    });
}

/// The pattern that lies over what is too much; once a page.
pub(super) fn patterns(html: &mut Html) {
    let hidden = Tag::of_class("svg", "patterns").with("width", "0").with("height", "0");
    html.element(hidden.with("aria-hidden", "true"), |html| {
        let pattern = Tag::from("pattern")
            .with("id", "hatch")
            .with("width", "5")
            .with("height", "5")
            .with("patternUnits", "userSpaceOnUse")
            .with("patternTransform", "rotate(45)");
        html.element("defs", |html| {
            html.element(pattern, |html| {
                let line = Tag::of_class("rect", "stroke").with("width", "2").with("height", "5");
                html.void(line.with("fill", "#ffffff"));
            });
        });
    });
}

fn scale(layer: &Layer<'_>) -> Option<Scale> {
    let of = |target: &&TargetReport| [target.time_ms, target.max_time_ms, target.baseline_time_ms];
    let values: Vec<f64> = layer.rows.iter().flat_map(of).flatten().collect();
    Scale::of_bars(&values)
}

/// A layer; what passes as a whole is folded away.
fn one(html: &mut Html, part: &Part<'_>, layer: &Layer<'_>, ticks: &str) {
    let passes = |target: &&TargetReport| TargetResult::of(target, part.report) == TargetResult::Pass;
    let is_open = !layer.rows.iter().all(passes);
    html.element(Tag::of_class("details", "layer").with_flag("open", is_open), |html| {
        html.element("summary", |html| {
            html.leaf("strong", layer.name.unwrap_or("no layer"));
            html.text(": ");
            html.text(&in_one_line(&layer.rows, part.report));
        });
        if let Some(scale) = scale(layer) {
            // A hundred rows are read by their numbers, and would make a browser draw thousands of lines.
            let lines = (layer.rows.len() <= MOST_WITH_LINES).then_some(ticks);
            html.element(Tag::of_class("table", "bars"), |html| {
                html.element("thead", |html| html.element("tr", |html| head(html, &scale, ticks)));
                html.element("tbody", |html| {
                    for target in part.urgent_first(layer.rows.iter().copied()) {
                        row(html, part, target, (&scale, lines));
                    }
                });
            });
        }
    });
}

fn head(html: &mut Html, scale: &Scale, ticks: &str) {
    let column = || Tag::from("th").with("scope", "col");
    html.leaf(column(), "target");
    html.element(column(), |html| {
        html.leaf(
            "div",
            if scale.is_log {
                "time, logarithmic scale"
            } else {
                "time"
            },
        );
        let tag = Tag::of_class("svg", "axis")
            .with("width", WIDTH)
            .with_number("height", HEIGHT);
        html.element(tag.with("aria-hidden", "true"), |html| axis(html, scale, ticks));
    });
    html.leaf(column().with("class", "number"), "of its ceiling");
    html.leaf(column().with("class", "number"), "baseline");
    html.leaf(column(), "result");
}

/// The values along the scale, and the lines below them, which each row has by their name.
fn axis(html: &mut Html, scale: &Scale, ticks: &str) {
    html.element("defs", |html| {
        html.element(
            Tag::from("g").with("id", ticks).with("stroke-opacity", "0.25"),
            |html| {
                for tick in scale.ticks() {
                    html.void(line("tick", scale.share(tick), 0.0, HEIGHT));
                }
            },
        );
    });
    for tick in scale.ticks() {
        let share = scale.share(tick);
        let anchor = match share {
            _ if share < 0.05 => "start",
            _ if share > 0.95 => "end",
            _ => "middle",
        };
        let tag = Tag::from("text")
            .with_share("x", share)
            .with("y", "11")
            .with("text-anchor", anchor)
            .with("font-size", "11")
            .with("fill", MARK);
        html.leaf(tag, &numbers::time_limit(tick));
    }
}

fn row(html: &mut Html, part: &Part<'_>, target: &TargetReport, (scale, ticks): (&Scale, Option<&str>)) {
    let result = TargetResult::of(target, part.report);
    html.element("tr", |html| {
        html.element(Tag::from("th").with("scope", "row"), |html| {
            part.link_to(html, &target.module)
        });
        html.element(Tag::of_class("td", "bar"), |html| {
            let tag = Tag::from("svg").with("width", WIDTH).with_number("height", HEIGHT);
            html.element(tag.with("aria-hidden", "true"), |html| {
                if let Some(ticks) = ticks {
                    html.void(Tag::from("use").with("href", &format!("#{ticks}")));
                }
                picture(html, target, result, scale);
            });
        });
        let time = target.time_ms.map(|time_ms| time_of_limit(time_ms, target.max_time_ms));
        html.leaf(Tag::of_class("td", "number"), time.as_deref().unwrap_or("no numbers"));
        let before = target.baseline_time_ms.map(numbers::time);
        html.leaf(Tag::of_class("td", "number"), before.as_deref().unwrap_or("-"));
        html.element("td", |html| table::word(html, result));
    });
}

fn picture(html: &mut Html, target: &TargetReport, result: TargetResult, scale: &Scale) {
    if let Some(time_ms) = target.time_ms {
        let time = scale.share(time_ms);
        let fill = FILLS
            .iter()
            .find(|(known, _)| *known == result)
            .map_or(MARK, |(_, fill)| fill);
        bar(html, &format!("time {}", table::class(result)), 0.0, time, fill);
        if let Some(limit_ms) = target.max_time_ms.filter(|limit_ms| time_ms > *limit_ms) {
            bar(html, "over", scale.share(limit_ms), time, "url(#hatch)");
        }
    }
    if let Some(before_ms) = target.baseline_time_ms {
        baseline(html, scale.share(before_ms));
    }
    if let Some(limit_ms) = target.max_time_ms {
        ceiling(html, scale.share(limit_ms));
    }
}

fn bar(html: &mut Html, class: &str, from: f64, to: f64, fill: &str) {
    let tag = Tag::of_class("rect", class)
        .with_share("x", from)
        .with_number("y", TOP)
        .with_share("width", (to - from).max(0.0))
        .with_number("height", THICK);
    html.void(tag.with("fill", fill));
}

/// A line from top to bottom.
fn ceiling(html: &mut Html, share: f64) {
    html.void(line("ceiling", share, 0.0, HEIGHT).with("stroke-width", "2"));
}

/// A dashed line that is a little shorter.
fn baseline(html: &mut Html, share: f64) {
    let tag = line("baseline", share, 1.0, HEIGHT - 1.0).with("stroke-width", "2");
    html.void(tag.with("stroke-dasharray", "2 2"));
}

fn line(class: &str, share: f64, from: f64, to: f64) -> Tag {
    Tag::of_class("line", class)
        .with_share("x1", share)
        .with_share("x2", share)
        .with_number("y1", from)
        .with_number("y2", to)
        .with("stroke", MARK)
}
