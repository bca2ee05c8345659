//! The import of a target to look at: a row for each level of imports, and a box for each module, as wide as what it takes with
//! everything that it was the first to import. What changed, what is, and what was, by time and by memory, are drawn one below the
//! other; the style sheet shows the one that is asked for, and the script zooms. The same tree is there as a list.

mod draw;
mod forest;
mod layout;
mod list;
mod words;

pub(super) use draw::patterns;

use self::draw::View;
use self::forest::{Forest, Quantity};
use self::words::{Sign, amount};
use super::markup::{Html, Tag};
use crate::report::ImportTree;

const VIEWS: [View; 3] = [View::Change, View::Now, View::Before];
const QUANTITIES: [Quantity; 2] = [Quantity::Time, Quantity::Memory];

/// Writes the icicle of a tree; its parts are called by `anchor`, which no other part of the page begins with.
pub(super) fn write(html: &mut Html, tree: &ImportTree, anchor: &str) {
    let forest = Forest::of(tree);
    html.element(Tag::of_class("div", "icicle"), |html| {
        choices(html, &forest, anchor);
        for &quantity in quantities(&forest) {
            for view in views(&forest) {
                figure(html, &forest, *view, quantity);
            }
        }
        html.element(
            Tag::of_class("p", "readout")
                .with("aria-live", "polite")
                .with_flag("hidden", true),
            |_| {},
        );
        html.element("details", |html| {
            html.leaf("summary", "The modules as a list");
            list::write(html, &forest);
        });
    });
}

/// What there is to choose from: where nothing was compared, only what is.
fn views(forest: &Forest<'_>) -> &'static [View] {
    match forest.is_compared(Quantity::Time) {
        true => &VIEWS,
        false => &VIEWS[1..2],
    }
}

/// What a width may stand for: where no memory is known, as in a log, only time.
fn quantities(forest: &Forest<'_>) -> &'static [Quantity] {
    let has_memory = |node: &forest::Node<'_>| node.own(Quantity::Memory) != Default::default();
    match forest.nodes.iter().any(has_memory) {
        true => &QUANTITIES,
        false => &QUANTITIES[..1],
    }
}

/// The change where there is one, else what is.
fn first_view(forest: &Forest<'_>) -> View {
    let is_changed =
        |node: &forest::Node<'_>| Sign::of(node.own(Quantity::Time).change(), Quantity::Time) != Sign::Same;
    match forest.nodes.iter().any(is_changed) {
        true => View::Change,
        false => View::Now,
    }
}

/// Buttons of which one of each kind is chosen. What they choose, the style sheet shows.
fn choices(html: &mut Html, forest: &Forest<'_>, anchor: &str) {
    html.element(Tag::of_class("div", "choices"), |html| {
        let first = first_view(forest);
        let views = views(forest);
        if views.len() > 1 {
            let of_views = views.iter().map(|view| (view.word(), *view == first));
            choice(html, "Shown", &format!("{anchor}-view"), of_views);
        }
        let quantities = quantities(forest);
        if quantities.len() > 1 {
            let of_quantities = quantities
                .iter()
                .map(|&quantity| (word(quantity), quantity == Quantity::Time));
            choice(html, "Width", &format!("{anchor}-width"), of_quantities);
        }
        let out = Tag::of_class("button", "zoom-out")
            .with("type", "button")
            .with_flag("hidden", true);
        html.leaf(out, "Zoom out");
    });
}

fn choice(html: &mut Html, legend: &str, name: &str, options: impl Iterator<Item = (&'static str, bool)>) {
    html.element("fieldset", |html| {
        html.leaf("legend", legend);
        for (word, is_chosen) in options {
            html.element("label", |html| {
                let radio = Tag::from("input")
                    .with("type", "radio")
                    .with("name", name)
                    .with("value", word);
                html.void(radio.with_flag("checked", is_chosen));
                html.text(word);
            });
        }
    });
}

fn figure(html: &mut Html, forest: &Forest<'_>, view: View, quantity: Quantity) {
    let class = format!("{} {}", view.word(), word(quantity));
    html.element(Tag::of_class("figure", &class), |html| {
        let caption = caption(forest, view, quantity);
        html.leaf("figcaption", &caption);
        if view != View::Now && !forest.is_compared(quantity) {
            return;
        }
        let frame = Tag::of_class("div", "frame")
            .with("tabindex", "0")
            .with("role", "group")
            .with("aria-label", &caption);
        html.element(frame, |html| {
            if !draw::write(html, forest, view, quantity, &caption) {
                html.leaf("p", "Nothing to draw.");
            }
        });
    });
}

fn word(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Time => "time",
        Quantity::Memory => "memory",
    }
}

/// What a figure shows, with the number of the whole.
fn caption(forest: &Forest<'_>, view: View, quantity: Quantity) -> String {
    let whole = forest.whole();
    let all = whole.with_imports(quantity);
    let word = word(quantity);
    if view != View::Now && !forest.is_compared(quantity) {
        return format!("The {word} of each module before is not known; beside a base (--against) it is.");
    }
    match view {
        View::Now => format!("What is: {}, width by {word}", amount(all.now, quantity)),
        View::Before => format!("What was: {}, width by {word}", amount(all.before, quantity)),
        View::Change => format!(
            "What changed: {}, width by {word} that is more or less",
            words::change(whole, all, quantity)
        ),
    }
}

#[cfg(test)]
mod tests;
