//! One icicle as inline SVG. Attributes alone say how it looks, so that it reads without a style sheet; a script finds all that it needs
//! in what is drawn.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::super::untrusted;
use super::super::markup::{Html, Tag};
use super::forest::{Amount, Forest, Node, Quantity};
use super::layout::{Placed, Shown, WIDTH, Weighed, lay_out};
use super::words::{Sign, amount, change, name, numbers_of};
use crate::numbers;

/// Units of the drawing, which are pixels on a laptop's screen.
const ROW: u32 = 21;
const GAP: f64 = 1.0;
const TEXT_INSET: f64 = 4.0;
const TEXT_BASELINE: u32 = 14;
const FONT_SIZE: &str = "12";
/// What a character takes at most, as a rule. Fonts differ; a label that is cut short is better than one that runs into the next box.
const CHARACTER: f64 = 6.9;
/// Fewer characters than these say nothing.
const SHORTEST_LABEL: usize = 6;

const INK: &str = "#1c2128";
const PLAIN: &str = "#e1e7ee";
/// What is more, and what is less: the id of each pattern, its ground, its lines, and the way they lean.
const MORE: Hatch = ("icicle-more", "#fbe3da", "#e39c80", "rotate(45)");
const LESS: Hatch = ("icicle-less", "#d3ebf1", "#6fb2c6", "rotate(-45)");

type Hatch = (&'static str, &'static str, &'static str, &'static str);

/// What an icicle shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Change,
    Now,
    Before,
}

impl View {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Now => "now",
            Self::Before => "before",
        }
    }

    /// What of an amount is its share of the width.
    fn weight(self, own: Amount, quantity: Quantity) -> f64 {
        match self {
            Self::Change if Sign::of(own.change(), quantity) == Sign::Same => 0.0,
            Self::Change => own.change().abs(),
            Self::Now => own.now.max(0.0),
            Self::Before => own.before.max(0.0),
        }
    }
}

/// The hatches of all icicles of a page, in a picture of no size.
pub(in super::super) fn patterns(html: &mut Html) {
    let svg = Tag::from("svg")
        .with("width", "0")
        .with("height", "0")
        .with("aria-hidden", "true")
        .with("class", "patterns");
    html.element(svg, |html| {
        for (id, ground, lines, lean) in [MORE, LESS] {
            let pattern = Tag::from("pattern")
                .with("id", id)
                .with("width", "6")
                .with("height", "6")
                .with("patternUnits", "userSpaceOnUse")
                .with("patternTransform", lean);
            html.element(pattern, |html| {
                let square = Tag::of_class("rect", &format!("{id}-ground"));
                html.void(square.with("width", "6").with("height", "6").with("fill", ground));
                let line = Tag::of_class("rect", &format!("{id}-line"));
                html.void(line.with("width", "1.5").with("height", "6").with("fill", lines));
            });
        }
    });
}

/// Draws the icicle; false where there is nothing to draw.
pub(super) fn write(html: &mut Html, forest: &Forest<'_>, view: View, quantity: Quantity, description: &str) -> bool {
    let nodes: Vec<Weighed<'_>> = (forest.nodes.iter())
        .map(|node| Weighed {
            children: &node.children,
            weight: view.weight(node.own(quantity), quantity),
            modules: node.modules,
        })
        .collect();
    let placed = lay_out(&nodes);
    let Some(rows) = placed.iter().map(|placed| placed.row + 1).max() else {
        return false;
    };
    let svg = Tag::from("svg")
        .with("viewBox", &format!("0 0 {} {}", WIDTH / 10, rows * ROW))
        .with("role", "img")
        .with("aria-label", description)
        .with("font-family", "system-ui, sans-serif")
        .with("font-size", FONT_SIZE)
        .with("fill", PLAIN);
    let drawing = Drawing { forest, view, quantity };
    html.element(svg, |html| {
        placed.iter().for_each(|placed| drawing.one(html, *placed));
    });
    true
}

struct Drawing<'a, 'b> {
    forest: &'b Forest<'a>,
    view: View,
    quantity: Quantity,
}

impl Drawing<'_, '_> {
    fn one(&self, html: &mut Html, placed: Placed) {
        let (left, right) = (f64::from(placed.left) / 10.0, f64::from(placed.right) / 10.0);
        let width = right - left - GAP;
        let top = placed.row * ROW;
        html.element("g", |html| {
            self.title(html, placed.shown);
            let rect = Tag::from("rect")
                .with_number("x", left)
                .with("y", &top.to_string())
                .with_number("width", width)
                .with("height", &(ROW - 1).to_string())
                .with_known("fill", self.fill(placed.shown));
            html.void(rect);
            if let Some(label) = self.label(placed.shown, width - 2.0 * TEXT_INSET) {
                let text = Tag::from("text")
                    .with_number("x", left + TEXT_INSET)
                    .with("y", &(top + TEXT_BASELINE).to_string())
                    .with("fill", INK);
                html.leaf(text, &label);
            }
        });
    }

    /// The text that a pointer brings up: the name, the numbers and the line, each in a line of its own.
    fn title(&self, html: &mut Html, shown: Shown) {
        html.element("title", |html| match shown {
            Shown::Node(position) => {
                let node = &self.forest.nodes[position];
                html.text(&name(node));
                html.line_break();
                html.text(&numbers_of(node, self.quantity, self.forest.is_compared(self.quantity)));
                if let Some(place) = node.place() {
                    html.line_break();
                    html.text(&format!("imported at {place}"));
                }
            }
            Shown::Narrow { parent, modules } => {
                html.text(&narrow(modules));
                html.line_break();
                html.text(&format!(
                    "of {}, too narrow to be drawn",
                    name(&self.forest.nodes[parent])
                ));
            }
        });
    }

    /// The hatch of what is more or less by itself; `None` for what is as it was.
    fn fill(&self, shown: Shown) -> Option<String> {
        let Shown::Node(position) = shown else { return None };
        let node = &self.forest.nodes[position];
        let hatch = |(id, ..): Hatch| format!("url(#{id})");
        match Sign::of(node.own(self.quantity).change(), self.quantity) {
            _ if node.is_new => Some(hatch(MORE)),
            Sign::Less if position > 0 => Some(hatch(LESS)),
            _ if node.is_gone() => Some(hatch(LESS)),
            Sign::More => Some(hatch(MORE)),
            Sign::Less | Sign::Same => None,
        }
    }

    /// As much of the name and the number as fits.
    fn label(&self, shown: Shown, room: f64) -> Option<String> {
        let columns = (room / CHARACTER).max(0.0) as usize;
        match shown {
            Shown::Node(position) => {
                let node = &self.forest.nodes[position];
                fitting(&name(node), &self.number(node), columns)
            }
            Shown::Narrow { modules, .. } => fitting(&narrow(modules), "", columns),
        }
    }

    fn number(&self, node: &Node<'_>) -> String {
        let with_imports = node.with_imports(self.quantity);
        match self.view {
            View::Change => change(node, with_imports, self.quantity),
            View::Now => amount(with_imports.now, self.quantity),
            View::Before => amount(with_imports.before, self.quantity),
        }
    }
}

fn narrow(modules: u64) -> String {
    format!("{} more", numbers::counted(modules, "module"))
}

/// The name with a number behind it where both fit; else the name; else its last part; else what fits of that.
fn fitting(name: &str, number: &str, columns: usize) -> Option<String> {
    let both = format!("{name}  {number}");
    let last = name.rsplit_once('.').map(|(_, last)| format!(".{last}"));
    let short = last.as_deref().unwrap_or(name);
    let whole = [both.trim_end(), name, short]
        .into_iter()
        .find(|text| columns_of(text) <= columns);
    match whole {
        Some(text) => Some(text.to_owned()),
        None => (columns >= SHORTEST_LABEL).then(|| beginning(short, columns)),
    }
}

/// As much of a text as fits in front of three dots.
fn beginning(text: &str, columns: usize) -> String {
    let mut used = 3;
    let safe = untrusted::line(text);
    let fits = |character: &char| {
        used += character.width().unwrap_or(0);
        used <= columns
    };
    safe.chars().take_while(fits).collect::<String>() + "..."
}

/// How many columns a text takes once what acts in it is written as an escape.
fn columns_of(text: &str) -> usize {
    untrusted::line(text).as_str().width()
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn a_label_is_as_much_as_fits() {
        let label = |columns| fitting("sympy.core.numbers", "12.3 ms", columns);
        for (columns, expected) in [
            (27, Some("sympy.core.numbers  12.3 ms")),
            (26, Some("sympy.core.numbers")),
            (17, Some(".numbers")),
            (7, Some(".num...")),
            (5, None),
        ] {
            assert_eq!(label(columns).as_deref(), expected, "{columns}");
        }
        assert_eq!(fitting("os", "", 2).as_deref(), Some("os"));
        assert_eq!(fitting("a\u{202e}b", "", 4), None, "its escape needs room");
    }
}
