//! Which line of a module's own body takes most of it: no import statement shows that, and to put one off would not help.

use serde::Serialize;

use super::Node;
use crate::observed::{LineSeen, Place};

/// How many bodies are looked at.
const MOST_BODIES: usize = 3;
/// A body that takes a smaller share of the whole import is not looked at.
const SMALLEST_BODY: f64 = 0.1;
/// A line that takes a smaller share of its body is not what makes it heavy.
const SMALLEST_LINE: f64 = 0.25;
/// What takes no more than this share, of a body or of what several lines take together, does not take most of it.
const MOST: f64 = 0.5;

/// The line that takes most of a module's own body.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct HeavyLine {
    /// The module.
    pub module: String,
    /// The first line of the statement.
    pub place: Place,
    /// The text of that line, which names what it calls; untrusted.
    pub source: String,
    /// The share of the body that it takes. It was seen line by line, which moves times, so it is no time of its own.
    pub share: f64,
    /// What it calls, where that is where the time goes; untrusted.
    pub calls: Option<String>,
    /// What the whole body takes, in milliseconds.
    pub body_ms: f64,
}

/// The modules whose own bodies are heavy, heaviest first, each with what its body takes in milliseconds.
pub(crate) fn heavy_bodies(tree: &[Node], time_ms: f64, smallest_ms: f64) -> Vec<(&str, f64)> {
    let least = smallest_ms.max(time_ms * SMALLEST_BODY);
    let nodes = tree.iter().filter(|node| node.own_ms >= least);
    let mut bodies: Vec<(&str, f64)> = nodes.map(|node| (node.module.as_str(), node.own_ms)).collect();
    bodies.sort_by(|left, right| right.1.total_cmp(&left.1));
    bodies.truncate(MOST_BODIES);
    bodies
}

/// The heaviest line of a body, or the loop that it takes no more than half of; `None` where no line is heavy, or none was seen.
pub(crate) fn heaviest_line((module, body_ms): (&str, f64), seen: &[LineSeen]) -> Option<HeavyLine> {
    let lines: Vec<&LineSeen> = seen.iter().filter(|line| line.module == module).collect();
    let total: u64 = lines.iter().map(|line| line.ns).sum();
    let line = heaviest(&lines)?;
    let of_a_loop = loop_of(line, &lines).filter(|(_, spent)| !takes_most(line.ns, *spent));
    let (line, spent) = of_a_loop.unwrap_or((line, line.ns));
    let share = spent as f64 / total.max(1) as f64;
    (share >= SMALLEST_LINE).then(|| HeavyLine {
        module: module.to_owned(),
        place: Place {
            file: line.file.clone(),
            line: line.line,
        },
        source: line.text.clone(),
        share,
        calls: called_where_time_goes(line, share).filter(|_| !line.makes_a_class()),
        body_ms,
    })
}

/// What a line calls, or makes a subclass of, where it takes most of its body, `share` of it: only then that is where the time goes.
pub(super) fn called_where_time_goes(line: &LineSeen, share: f64) -> Option<String> {
    line.calls.clone().filter(|_| share > MOST)
}

/// True where so much is most of what several lines take together.
pub(super) fn takes_most(ns: u64, together: u64) -> bool {
    ns as f64 > MOST * together as f64
}

/// The line that takes most, the first of those that take the same.
pub(super) fn heaviest<'l>(lines: &[&'l LineSeen]) -> Option<&'l LineSeen> {
    let lines = lines.iter().copied();
    lines.max_by_key(|line| (line.ns, std::cmp::Reverse(line.line)))
}

/// The outermost loop that a line is in, where it is among these lines, and what those of them in it take.
pub(super) fn loop_of<'l>(line: &LineSeen, lines: &[&'l LineSeen]) -> Option<(&'l LineSeen, u64)> {
    let first = line.loop_line?;
    let header = lines.iter().copied().find(|other| other.line == first)?;
    let inside = lines.iter().filter(|other| other.loop_line == Some(first));
    Some((header, inside.map(|other| other.ns).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(line: u32, ns: u64) -> LineSeen {
        LineSeen {
            module: "shop".to_owned(),
            file: "shop.py".to_owned(),
            line,
            ns,
            text: format!("line {line}"),
            extent: Vec::new(),
            reach: Vec::new(),
            calls: None,
            loop_line: None,
        }
    }

    #[test]
    fn a_line_is_named_where_it_takes_much_of_its_body() {
        let line = heaviest_line(("shop", 40.0), &[seen(1, 10), seen(8, 90)]).expect("a heavy line");
        assert_eq!((line.place.to_string().as_str(), line.share), ("shop.py:8", 0.9));
        let even: Vec<LineSeen> = (1..=10).map(|line| seen(line, 10)).collect();
        assert_eq!(heaviest_line(("shop", 40.0), &even), None);
        assert_eq!(heaviest_line(("other", 40.0), &even), None);
    }
}
