//! Where each node of an icicle lies: children below their parent, from its left edge on, each as wide as it weighs with everything
//! below it. What is too narrow to be seen is one box for each parent, behind its other children.

/// How wide the whole is, in the tenths of a unit of the drawing that edges are on: on whole numbers, boxes that touch do not overlap.
pub(super) const WIDTH: u32 = 11_000;
/// The least width of a box.
const LEAST: f64 = 30.0;

/// What a box shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// A node.
    Node(usize),
    /// Children of a node that are too narrow, and how many modules they are with everything below them.
    Narrow { parent: usize, modules: u64 },
}

/// A box, with its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) shown: Shown,
    pub(super) row: u32,
    pub(super) left: u32,
    pub(super) right: u32,
}

/// A node as it is laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighed<'a> {
    pub(super) children: &'a [usize],
    /// What it weighs without its children; not negative.
    pub(super) weight: f64,
    /// How many modules it is, with everything below it.
    pub(super) modules: u64,
}

/// Lays out nodes, the first of which is the root and each of which comes before its children. Parents come before their children,
/// too; nothing is laid out where nothing weighs anything.
pub(super) fn lay_out(nodes: &[Weighed<'_>]) -> Vec<Placed> {
    let mut totals: Vec<f64> = nodes.iter().map(|node| node.weight).collect();
    for (position, node) in nodes.iter().enumerate().rev() {
        totals[position] += node.children.iter().map(|&child| totals[child]).sum::<f64>();
    }
    let Some(whole) = totals.first().copied().filter(|whole| *whole > 0.0) else {
        return Vec::new();
    };
    let width = |position: usize| totals[position] / whole * f64::from(WIDTH);
    let root = Placed {
        shown: Shown::Node(0),
        row: 0,
        left: 0,
        right: WIDTH,
    };
    let (mut placed, mut open) = (Vec::new(), vec![(root, 0.0)]);
    while let Some((parent, start)) = open.pop() {
        placed.push(parent);
        let Shown::Node(position) = parent.shown else { continue };
        let children = nodes[position].children.iter().copied();
        let (wide, narrow): (Vec<usize>, Vec<usize>) = children.partition(|&child| width(child) >= LEAST);
        let together = narrow.iter().map(|&child| width(child)).sum::<f64>();
        let narrow = Shown::Narrow {
            parent: position,
            modules: narrow.iter().map(|&child| nodes[child].modules).sum(),
        };
        let boxes = wide.into_iter().map(|child| (Shown::Node(child), width(child)));
        let boxes = boxes.chain((together >= LEAST).then_some((narrow, together)));
        let (mut at, mut left) = (start, parent.left);
        let mut below = Vec::new();
        for (shown, width) in boxes {
            let right = ((at + width).round() as u32).min(parent.right);
            let row = parent.row + 1;
            below.push((
                Placed {
                    shown,
                    row,
                    left,
                    right,
                },
                at,
            ));
            (at, left) = (at + width, right);
        }
        open.extend(below.into_iter().rev());
    }
    placed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The parent of each node but the root, and what each weighs by itself.
    fn laid_out(parents: &[usize], weights: &[f64]) -> Vec<Placed> {
        let children: Vec<Vec<usize>> = (0..weights.len())
            .map(|node| (1..weights.len()).filter(|&child| parents[child - 1] == node).collect())
            .collect();
        let nodes: Vec<Weighed<'_>> = children
            .iter()
            .zip(weights)
            .map(|(children, &weight)| Weighed {
                children,
                weight,
                modules: 1,
            })
            .collect();
        lay_out(&nodes)
    }

    fn node(position: usize, row: u32, left: u32, right: u32) -> Placed {
        Placed {
            shown: Shown::Node(position),
            row,
            left,
            right,
        }
    }

    #[test]
    fn children_lie_below_their_parent_in_their_order_and_leave_it_its_own() {
        let placed = laid_out(&[0, 0, 1], &[2.0, 1.0, 4.0, 3.0]);
        let whole = [
            node(0, 0, 0, 11_000),
            node(1, 1, 0, 4_400),
            node(3, 2, 0, 3_300),
            node(2, 1, 4_400, 8_800),
        ];
        assert_eq!(placed, whole);
    }

    #[test]
    fn what_is_too_narrow_is_one_box_behind_the_others() {
        let mut weights = vec![0.0, 1.0, 1.0, 1.0, 997.0];
        let placed = laid_out(&[0, 0, 0, 0], &weights);
        let narrow = Shown::Narrow { parent: 0, modules: 3 };
        assert_eq!(placed[1], node(4, 1, 0, 10_967));
        assert_eq!(
            (placed[2].shown, placed[2].left, placed[2].right),
            (narrow, 10_967, 11_000)
        );
        weights[4] = 9_997.0;
        assert_eq!(laid_out(&[0, 0, 0, 0], &weights).len(), 2, "together, too");
    }

    #[test]
    fn a_hundred_levels_are_a_hundred_rows() {
        let parents: Vec<usize> = (0..99).collect();
        let placed = laid_out(&parents, &[1.0; 100]);
        assert_eq!(placed.len(), 100);
        assert!(
            placed
                .windows(2)
                .all(|pair| pair[1].row == pair[0].row + 1 && pair[1].right < pair[0].right)
        );
    }

    #[test]
    fn one_node_is_all_and_nothing_is_nothing() {
        assert_eq!(laid_out(&[], &[5.0]), [node(0, 0, 0, WIDTH)]);
        assert_eq!(laid_out(&[0], &[0.0, 0.0]), []);
        assert_eq!(lay_out(&[]), []);
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_everything_lies_within_its_parent(
            nodes in prop::collection::vec((any::<prop::sample::Index>(), 0.0..1e9_f64), 1..120)
        ) {
            let parents: Vec<usize> = (1..nodes.len()).map(|child| nodes[child].0.index(child)).collect();
            let weights: Vec<f64> = nodes.iter().map(|(_, weight)| *weight).collect();
            let placed = laid_out(&parents, &weights);
            let box_of = |position: usize| placed.iter().find(|placed| placed.shown == Shown::Node(position));
            for (index, one) in placed.iter().enumerate() {
                prop_assert!(one.left <= one.right);
                let parent = match one.shown {
                    Shown::Node(0) => None,
                    Shown::Node(position) => Some(parents[position - 1]),
                    Shown::Narrow { parent, .. } => Some(parent),
                };
                if let Some(parent) = parent {
                    let parent = box_of(parent).expect("its parent has a box");
                    prop_assert!(parent.left <= one.left && one.right <= parent.right && one.row == parent.row + 1);
                }
                let same_row = placed[index + 1..].iter().filter(|other| other.row == one.row);
                for other in same_row {
                    prop_assert!(other.left >= one.right || one.left >= other.right);
                }
            }
            let total: f64 = weights.iter().sum();
            for one in &placed {
                if let Shown::Node(position) = one.shown {
                    let mut below = vec![position];
                    let mut weight = 0.0;
                    while let Some(node) = below.pop() {
                        weight += weights[node];
                        below.extend((1..weights.len()).filter(|&child| parents[child - 1] == node));
                    }
                    let width = f64::from(one.right - one.left);
                    prop_assert!((width - weight / total * f64::from(WIDTH)).abs() <= 1.0);
                }
            }
        }
    }
}
