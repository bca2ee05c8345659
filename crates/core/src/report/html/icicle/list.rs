//! The tree of an icicle as nested lists, for a keyboard, for whoever listens, and for those who would rather read numbers.

use super::super::markup::{Html, Tag};
use super::forest::{Forest, Node, Quantity};
use super::words::{name, numbers_of};

/// Lists are nested so deep at most: a reader of markup gives up at some depth, and the modules below are listed all the same.
const DEEPEST: usize = 100;

pub(super) fn write(html: &mut Html, forest: &Forest<'_>) {
    html.element(Tag::of_class("ul", "modules"), |html| {
        let top = &forest.whole().children;
        top.iter().for_each(|&child| item(html, forest, child, 1));
    });
}

fn item(html: &mut Html, forest: &Forest<'_>, position: usize, depth: usize) {
    let node = &forest.nodes[position];
    let is_nested = !node.children.is_empty() && depth < DEEPEST;
    html.element("li", |html| {
        if is_nested {
            html.element(Tag::from("details").with_flag("open", depth == 1), |html| {
                html.element("summary", |html| line(html, forest, node));
                html.element("ul", |html| {
                    node.children
                        .iter()
                        .for_each(|&child| item(html, forest, child, depth + 1));
                });
            });
        } else {
            line(html, forest, node);
        }
    });
    if !is_nested {
        let mut below: Vec<usize> = node.children.iter().rev().copied().collect();
        while let Some(position) = below.pop() {
            let node = &forest.nodes[position];
            html.element("li", |html| line(html, forest, node));
            below.extend(node.children.iter().rev());
        }
    }
}

/// A module with its numbers, and the line that imports it.
fn line(html: &mut Html, forest: &Forest<'_>, node: &Node<'_>) {
    html.leaf("strong", &name(node));
    let numbers = |quantity| numbers_of(node, quantity, forest.is_compared(quantity));
    html.text(&format!(" {}", numbers(Quantity::Time)));
    if node.with_imports(Quantity::Memory) != Default::default() {
        html.text(&format!("; {}", numbers(Quantity::Memory)));
    }
    if let Some(place) = node.place() {
        html.text(" ");
        html.leaf("code", &place.to_string());
    }
}
