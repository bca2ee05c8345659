//! What a node of an icicle is called, and its numbers, as a label, in the text that a pointer brings up, and in the list.

use std::borrow::Cow;

use super::forest::{Amount, Node, Quantity, Subject};
use crate::numbers;

/// Changes of memory below this are not spoken of, in bytes: it comes in pages, and which module is the first to need a new one is
/// chance.
const SMALLEST_MEMORY: f64 = 65_536.0;
/// The same of times, in milliseconds: half of what the report keeps.
const SMALLEST_TIME: f64 = 0.000_5;

/// What became of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    More,
    Less,
    Same,
}

impl Sign {
    pub(super) fn of(change: f64, quantity: Quantity) -> Self {
        let smallest = match quantity {
            Quantity::Time => SMALLEST_TIME,
            Quantity::Memory => SMALLEST_MEMORY,
        };
        match change {
            _ if change.abs() < smallest => Self::Same,
            _ if change > 0.0 => Self::More,
            _ => Self::Less,
        }
    }
}

/// What it is called.
pub(super) fn name<'a>(node: &Node<'a>) -> Cow<'a, str> {
    match node.subject {
        Subject::Whole => Cow::Borrowed("the whole import"),
        Subject::Module(module) if module.count > 1 => Cow::Owned(format!(
            "{} and {} more",
            module.module,
            numbers::count(module.count - 1)
        )),
        Subject::Module(module) => Cow::Borrowed(&module.module),
        Subject::AllGone => Cow::Borrowed("not loaded any more"),
        Subject::Gone(module) => Cow::Borrowed(&module.module),
    }
}

/// A time or an amount of memory; below zero where more was given back than taken.
pub(super) fn amount(value: f64, quantity: Quantity) -> String {
    match quantity {
        Quantity::Time => numbers::time(value),
        Quantity::Memory if value < 0.0 => numbers::bytes_change(value as i64),
        Quantity::Memory => numbers::bytes(value as u64),
    }
}

/// A change with its sign and, where there is one, its reason: `+12.3 ms, new`, `as before`.
pub(super) fn change(node: &Node<'_>, amount: Amount, quantity: Quantity) -> String {
    let change = amount.change();
    let text = match (Sign::of(change, quantity), quantity) {
        (Sign::Same, _) => String::new(),
        (_, Quantity::Time) => numbers::time_change(change),
        (_, Quantity::Memory) => numbers::bytes_change(change as i64),
    };
    let reason = match (node.is_new, node.is_gone()) {
        (true, _) => "new",
        (_, true) => "gone",
        _ if text.is_empty() => "as before",
        _ => "",
    };
    let said: Vec<&str> = [text.as_str(), reason]
        .into_iter()
        .filter(|said| !said.is_empty())
        .collect();
    said.join(", ")
}

/// What a node takes by itself and with what it imports, and what changed of that where it was compared:
/// `312 ms with imports, 4.10 ms own, +312 ms, new`.
pub(super) fn numbers_of(node: &Node<'_>, quantity: Quantity, is_compared: bool) -> String {
    let (own, with_imports) = (node.own(quantity), node.with_imports(quantity));
    let side = |amount: Amount| if node.is_gone() { amount.before } else { amount.now };
    let mut said = vec![amount(side(with_imports), quantity)];
    let has_body = matches!(node.subject, Subject::Module(_));
    if has_body && !node.children.is_empty() {
        said = vec![
            format!("{} with imports", amount(side(with_imports), quantity)),
            format!("{} own", amount(side(own), quantity)),
        ];
    }
    if is_compared {
        said.push(change(node, with_imports, quantity));
    }
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::forest::Forest;
    use super::*;
    use crate::report::fixture::tree_module;
    use crate::report::{GoneModule, ImportTree, TreeBefore, TreeModule};

    #[test]
    fn a_sign_is_a_word_too() {
        let tree = ImportTree {
            modules: vec![
                tree_module("app", None, 1.0, Some(1.0)),
                tree_module("new", Some(0), 4.0, None),
                TreeModule {
                    count: 1_201,
                    own_memory_bytes: -2 << 20,
                    ..tree_module("less", Some(0), 1.0, Some(3.0))
                },
            ],
            before: Some(TreeBefore {
                gone: vec![GoneModule {
                    module: "old".to_owned(),
                    own_ms: 5.0,
                    own_memory_bytes: Some(1 << 20),
                }],
                has_memory: true,
            }),
        };
        let forest = Forest::of(&tree);
        let said = |position: usize, quantity| numbers_of(&forest.nodes[position], quantity, true);
        assert_eq!(said(1, Quantity::Time), "6.00 ms with imports, 1.00 ms own, +2.00 ms");
        assert_eq!(said(2, Quantity::Time), "4.00 ms, +4.00 ms, new");
        assert_eq!(name(&forest.nodes[3]), "less and 1,200 more");
        assert_eq!(said(3, Quantity::Time), "1.00 ms, -2.00 ms");
        assert_eq!(said(3, Quantity::Memory), "-2.00 MiB, -2.86 MiB");
        assert_eq!(said(5, Quantity::Time), "5.00 ms, -5.00 ms, gone");
        let own = forest.nodes[1].own(Quantity::Time);
        assert_eq!(change(&forest.nodes[1], own, Quantity::Time), "as before");
        assert_eq!(numbers_of(&forest.nodes[2], Quantity::Time, false), "4.00 ms");
    }
}
