//! Dominators answer what a module hangs on entirely: that which every way from the root to it leads through.

/// The immediate dominators of every node that the root reaches.
///
/// Computed by the iterative algorithm of Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001):
/// for graphs of this size it beats Lengauer and Tarjan's, and it needs no auxiliary forest.
#[derive(Debug)]
pub(super) struct DominatorTree {
    /// The immediate dominator of each node; the root's is itself, an unreachable node has none.
    immediate: Vec<Option<usize>>,
}

impl DominatorTree {
    /// The dominators of the graph whose edges are `successors`, seen from `root`.
    pub(super) fn of(successors: &[Vec<usize>], root: usize) -> Self {
        let order = reverse_postorder(successors, root);
        let mut rank = vec![usize::MAX; successors.len()];
        for (position, &node) in order.iter().enumerate() {
            rank[node] = position;
        }
        let mut predecessors = vec![Vec::new(); successors.len()];
        for &node in &order {
            for &next in &successors[node] {
                predecessors[next].push(node);
            }
        }
        let mut immediate = vec![None; successors.len()];
        immediate[root] = Some(root);
        let mut changed = true;
        while changed {
            changed = false;
            for &node in order.iter().skip(1) {
                let nearest = predecessors[node]
                    .iter()
                    .copied()
                    .filter(|&before| immediate[before].is_some())
                    .reduce(|left, right| intersect(&immediate, &rank, left, right));
                if immediate[node] != nearest {
                    immediate[node] = nearest;
                    changed = true;
                }
            }
        }
        Self { immediate }
    }

    /// The immediate dominator of `node`; `None` for the root and for what the root does not reach.
    pub(super) fn immediate(&self, node: usize) -> Option<usize> {
        self.immediate[node].filter(|&above| above != node)
    }

    /// True where the root reaches `node`.
    pub(super) fn reaches(&self, node: usize) -> bool {
        self.immediate[node].is_some()
    }
}

fn intersect(immediate: &[Option<usize>], rank: &[usize], mut left: usize, mut right: usize) -> usize {
    while left != right {
        // The node further from the root steps up; both are reachable, so each has a dominator.
        let further = if rank[left] > rank[right] {
            &mut left
        } else {
            &mut right
        };
        *further = immediate[*further].unwrap_or(*further);
    }
    left
}

/// Reachable nodes in reverse postorder of a depth-first walk, which keeps its own stack: import chains can be deep.
fn reverse_postorder(successors: &[Vec<usize>], root: usize) -> Vec<usize> {
    let mut seen = vec![false; successors.len()];
    let mut postorder = Vec::new();
    let mut stack = vec![(root, 0)];
    seen[root] = true;
    while let Some((node, position)) = stack.last_mut() {
        if let Some(&next) = successors[*node].get(*position) {
            *position += 1;
            if !seen[next] {
                seen[next] = true;
                stack.push((next, 0));
            }
        } else {
            postorder.push(*node);
            stack.pop();
        }
    }
    postorder.reverse();
    postorder
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reaches(successors: &[Vec<usize>], without: usize, to: usize) -> bool {
        let mut seen = vec![false; successors.len()];
        let mut stack = vec![0];
        while let Some(node) = stack.pop() {
            if node != without && !std::mem::replace(&mut seen[node], true) {
                stack.extend(&successors[node]);
            }
        }
        seen[to]
    }

    #[test]
    fn the_irreducible_example_of_the_paper() {
        // Figure 4 of the paper, its nodes 6, 5, 4, 1, 2, 3 numbered from 0: the root dominates everything.
        let graph = vec![vec![1, 2], vec![3], vec![4, 5], vec![4], vec![3, 5], vec![4]];
        let tree = DominatorTree::of(&graph, 0);
        assert_eq!(
            (1..6).map(|node| tree.immediate(node)).collect::<Vec<_>>(),
            vec![Some(0); 5]
        );
    }

    proptest! {
        #[test]
        fn a_node_falls_away_with_its_dominator_and_with_nothing_nearer(
            edges in prop::collection::vec((0usize..12, 0usize..12), 0..40)
        ) {
            let mut graph = vec![Vec::new(); 12];
            for (from, to) in edges {
                graph[from].push(to);
            }
            let tree = DominatorTree::of(&graph, 0);
            for node in 1..12 {
                let mut above = Vec::new();
                let mut next = tree.immediate(node);
                while let Some(dominator) = next {
                    above.push(dominator);
                    next = tree.immediate(dominator);
                }
                for cut in (0..12).filter(|&cut| cut != node) {
                    let lost = reaches(&graph, usize::MAX, node) && !reaches(&graph, cut, node);
                    prop_assert_eq!(lost, above.contains(&cut), "node {} without {}", node, cut);
                }
            }
        }
    }
}
