//! The import of a target as a picture needs it: one node for the whole, below it what the target imports, and at the end what is not
//! loaded any more, each with what it takes and took by itself and with everything below it.

use crate::observed::Place;
use crate::report::{GoneModule, ImportTree, TreeModule};

/// What a width stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Time,
    Memory,
}

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Subject<'a> {
    /// The whole import.
    Whole,
    /// A module, or several small ones.
    Module(&'a TreeModule),
    /// All modules that are not loaded any more.
    AllGone,
    /// One of them.
    Gone(&'a GoneModule),
}

/// A quantity now and before: milliseconds or bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Amount {
    pub(super) now: f64,
    pub(super) before: f64,
}

impl Amount {
    pub(super) fn change(self) -> f64 {
        self.now - self.before
    }

    fn add(&mut self, other: Self) {
        self.now += other.now;
        self.before += other.before;
    }
}

/// A node of the picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node<'a> {
    pub(super) subject: Subject<'a>,
    /// The positions of what it was the first to import, in the order in which that was loaded.
    pub(super) children: Vec<usize>,
    /// How many modules it is, with everything below it.
    pub(super) modules: u64,
    /// True where it was not loaded before.
    pub(super) is_new: bool,
    own: [Amount; 2],
    with_imports: [Amount; 2],
}

impl<'a> Node<'a> {
    fn new(subject: Subject<'a>, modules: u64, own: [Amount; 2]) -> Self {
        Self {
            subject,
            children: Vec::new(),
            modules,
            is_new: false,
            own,
            with_imports: own,
        }
    }

    /// What its own body takes.
    pub(super) fn own(&self, quantity: Quantity) -> Amount {
        self.own[quantity as usize]
    }

    /// The same with everything below it.
    pub(super) fn with_imports(&self, quantity: Quantity) -> Amount {
        self.with_imports[quantity as usize]
    }

    /// True where it is not loaded any more.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.subject, Subject::AllGone | Subject::Gone(_))
    }

    /// The line that imports it.
    pub(super) fn place(&self) -> Option<&'a Place> {
        match self.subject {
            Subject::Module(module) => module.place.as_ref(),
            _ => None,
        }
    }
}

/// All nodes. The first is the whole, and each comes before what is below it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Forest<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    is_compared: [bool; 2],
}

impl<'a> Forest<'a> {
    pub(super) fn of(tree: &'a ImportTree) -> Self {
        let has_memory = tree.before.as_ref().is_some_and(|before| before.has_memory);
        let mut forest = Self {
            nodes: vec![Node::new(Subject::Whole, 0, Default::default())],
            is_compared: [tree.before.is_some(), has_memory],
        };
        for (position, module) in tree.modules.iter().enumerate() {
            let own = [
                forest.amount(Quantity::Time, module.own_ms, module.own_before_ms),
                forest.amount(
                    Quantity::Memory,
                    module.own_memory_bytes as f64,
                    module.own_memory_before_bytes.map(|bytes| bytes as f64),
                ),
            ];
            let mut node = Node::new(Subject::Module(module), module.count, own);
            node.is_new = tree.before.is_some() && module.own_before_ms.is_none();
            // The whole is in front of the modules.
            let parent = module
                .parent
                .filter(|&parent| parent < position)
                .map_or(0, |parent| parent + 1);
            forest.push(node, parent);
        }
        let gone = tree.before.as_ref().map_or(&[][..], |before| &before.gone);
        if !gone.is_empty() {
            let above = forest.push(Node::new(Subject::AllGone, 0, Default::default()), 0);
            for module in gone {
                let memory = if has_memory {
                    module.own_memory_bytes.unwrap_or(0)
                } else {
                    0
                };
                let own = [module.own_ms, memory as f64].map(|before| Amount {
                    now: 0.0,
                    before: finite(before),
                });
                forest.push(Node::new(Subject::Gone(module), 1, own), above);
            }
        }
        forest.add_up();
        forest
    }

    /// True where it is known of each module what it took.
    pub(super) fn is_compared(&self, quantity: Quantity) -> bool {
        self.is_compared[quantity as usize]
    }

    /// The whole import.
    pub(super) fn whole(&self) -> &Node<'a> {
        &self.nodes[0]
    }

    /// Where there is nothing to compare with, nothing has changed.
    fn amount(&self, quantity: Quantity, now: f64, before: Option<f64>) -> Amount {
        let now = finite(now);
        let before = if self.is_compared(quantity) {
            before.map_or(0.0, finite)
        } else {
            now
        };
        Amount { now, before }
    }

    fn push(&mut self, node: Node<'a>, parent: usize) -> usize {
        let position = self.nodes.len();
        self.nodes.push(node);
        self.nodes[parent].children.push(position);
        position
    }

    /// What is below comes later, so backwards every sum is complete before it is handed up.
    fn add_up(&mut self) {
        for position in (0..self.nodes.len()).rev() {
            for child in self.nodes[position].children.clone() {
                let (modules, amounts) = (self.nodes[child].modules, self.nodes[child].with_imports);
                let node = &mut self.nodes[position];
                node.modules += modules;
                for (sum, amount) in node.with_imports.iter_mut().zip(amounts) {
                    sum.add(amount);
                }
            }
        }
    }
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::TreeBefore;
    use crate::report::fixture::tree_module;

    #[test]
    fn everything_adds_up_to_the_whole_with_what_is_gone() {
        let tree = ImportTree {
            modules: vec![
                tree_module("app", None, 1.0, Some(1.5)),
                tree_module("new", Some(0), 4.0, None),
                tree_module("old", Some(1), 2.0, Some(3.0)),
            ],
            before: Some(TreeBefore {
                gone: vec![GoneModule {
                    module: "gone".to_owned(),
                    own_ms: 5.0,
                    own_memory_bytes: None,
                }],
                has_memory: false,
            }),
        };
        let forest = Forest::of(&tree);
        let whole = forest.whole();
        assert_eq!((whole.modules, whole.children.as_slice()), (4, &[1, 4][..]));
        assert_eq!(whole.with_imports(Quantity::Time), Amount { now: 7.0, before: 9.5 });
        let new = &forest.nodes[2];
        assert!(new.is_new && !new.is_gone());
        assert_eq!(new.with_imports(Quantity::Time), Amount { now: 6.0, before: 3.0 });
        assert_eq!(new.own(Quantity::Time), Amount { now: 4.0, before: 0.0 });
        assert_eq!(new.own(Quantity::Memory).change(), 0.0, "its memory was not compared");
        assert!(forest.nodes[5].is_gone());
    }

    #[test]
    fn without_a_comparison_nothing_is_new() {
        let tree = ImportTree {
            modules: vec![tree_module("app", None, f64::NAN, None)],
            before: None,
        };
        let forest = Forest::of(&tree);
        assert!(!forest.nodes[1].is_new && !forest.is_compared(Quantity::Time));
        assert_eq!(forest.whole().with_imports(Quantity::Time), Amount::default());
    }
}
