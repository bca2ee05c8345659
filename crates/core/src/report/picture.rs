//! What a page draws of a target and no other format has room for: its samples one by one, and its import as a tree, as it is and as it
//! was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::observed::Place;

/// What there is to draw of one target. Times are milliseconds as its row shows them, memory is bytes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Picture {
    /// The target's name.
    pub target: String,
    /// The time of each sample, in the order in which they were taken; of a target whose numbers are reused, those of the baseline.
    pub samples_ms: Vec<f64>,
    /// The same of the samples that it was compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baseline_samples_ms: Vec<f64>,
    /// Its import, where this run looked at it closely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<ImportTree>,
}

/// What an import loads, below the module that was first to import it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ImportTree {
    /// The modules, parents before their children, and children in the order in which they were loaded.
    pub modules: Vec<TreeModule>,
    /// What it was compared with; `None` where that is not known module by module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<TreeBefore>,
}

/// The import that a tree was compared with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TreeBefore {
    /// The modules that it loaded and that are not loaded any more, the costliest first: who imported them is not kept.
    pub gone: Vec<GoneModule>,
    /// True where the memory of before is known module by module.
    pub has_memory: bool,
}

/// A module in the tree, or several small ones that have one parent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TreeModule {
    /// Its name; of several, that of the costliest.
    pub module: String,
    /// How many modules it stands for: 1, or more where these are too small to be drawn.
    pub count: u64,
    /// The position of the module that was first to import it; `None` for what the target itself imports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<usize>,
    /// The line that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What its own body takes, in milliseconds.
    pub own_ms: f64,
    /// What it took; what samples do not tell from `own_ms` is equal to it. `None` where it was not loaded, or nothing is known of
    /// before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_before_ms: Option<f64>,
    /// Resident memory that its own body adds, in bytes.
    pub own_memory_bytes: i64,
    /// What it added. `None` where it was not loaded, or that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_memory_before_bytes: Option<i64>,
}

/// A module that is not loaded any more.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct GoneModule {
    /// Its name.
    pub module: String,
    /// What its own body took, in milliseconds.
    pub own_ms: f64,
    /// Resident memory that it added, in bytes, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_memory_bytes: Option<i64>,
}

/// The same modules, where those that take less than `smallest_share` of the import with everything below them, in time and in
/// memory, now and before, are one for each parent, behind its other children.
pub(crate) fn fold(modules: Vec<TreeModule>, smallest_share: f64) -> Vec<TreeModule> {
    let sums = Sums::with_all_below(&modules);
    let roots = || (0..modules.len()).filter(|&position| modules[position].parent.is_none());
    let whole = roots().fold(Sums::default(), |whole, root| whole.plus(&sums[root]));
    let is_small: Vec<bool> = sums.iter().map(|sum| sum.is_below(smallest_share, &whole)).collect();
    let mut folded: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for position in 0..modules.len() {
        let is_first = modules[position].parent.is_none_or(|parent| !is_small[parent]);
        if is_small[position] && is_first {
            folded.entry(modules[position].parent).or_default().push(position);
        }
    }
    let stays = |position: usize| !is_small[position] || folded_alone(&folded, &modules, &sums, position);
    let mut kept = Vec::new();
    let mut place_of: BTreeMap<usize, usize> = BTreeMap::new();
    for position in (0..modules.len()).filter(|&position| stays(position)) {
        place_of.insert(position, kept.len());
        kept.push(TreeModule {
            parent: modules[position]
                .parent
                .and_then(|parent| place_of.get(&parent).copied()),
            ..modules[position].clone()
        });
    }
    for (parent, together) in &folded {
        let together: Vec<usize> = together.iter().copied().filter(|position| !stays(*position)).collect();
        let Some(&costliest) =
            (together.iter()).max_by(|&&one, &&other| sums[one].now_ms.total_cmp(&sums[other].now_ms))
        else {
            continue;
        };
        let sum = (together.iter()).fold(Sums::default(), |sum, &position| sum.plus(&sums[position]));
        kept.push(TreeModule {
            module: modules[costliest].module.clone(),
            count: sum.count,
            parent: parent.and_then(|parent| place_of.get(&parent).copied()),
            place: None,
            own_ms: sum.now_ms,
            own_before_ms: sum.before_ms,
            own_memory_bytes: sum.memory_bytes,
            own_memory_before_bytes: sum.memory_before_bytes,
        });
    }
    kept
}

/// True for a module that would stand for nothing but itself.
fn folded_alone(
    folded: &BTreeMap<Option<usize>, Vec<usize>>,
    modules: &[TreeModule],
    sums: &[Sums],
    position: usize,
) -> bool {
    let together = folded.get(&modules[position].parent);
    together.is_some_and(|together| together.as_slice() == [position]) && sums[position].count == 1
}

/// What modules come to together.
#[derive(Debug, Clone, Default)]
struct Sums {
    count: u64,
    now_ms: f64,
    before_ms: Option<f64>,
    memory_bytes: i64,
    memory_before_bytes: Option<i64>,
}

impl Sums {
    /// Each module with everything below it.
    fn with_all_below(modules: &[TreeModule]) -> Vec<Self> {
        let mut sums: Vec<Self> = modules.iter().map(Self::of).collect();
        // Children come after their parents, so backwards every sum is complete before it is handed up.
        for position in (0..modules.len()).rev() {
            if let Some(parent) = modules[position].parent {
                sums[parent] = sums[parent].plus(&sums[position]);
            }
        }
        sums
    }

    fn of(module: &TreeModule) -> Self {
        Self {
            count: module.count,
            now_ms: module.own_ms,
            before_ms: module.own_before_ms,
            memory_bytes: module.own_memory_bytes,
            memory_before_bytes: module.own_memory_before_bytes,
        }
    }

    fn plus(&self, other: &Self) -> Self {
        fn both<T: std::ops::Add<Output = T>>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            }
        }
        Self {
            count: self.count + other.count,
            now_ms: self.now_ms + other.now_ms,
            before_ms: both(self.before_ms, other.before_ms),
            memory_bytes: self.memory_bytes + other.memory_bytes,
            memory_before_bytes: both(self.memory_before_bytes, other.memory_before_bytes),
        }
    }

    fn is_below(&self, share: f64, whole: &Self) -> bool {
        let before = |sums: &Self| sums.before_ms.unwrap_or(0.0);
        let memory = |sums: &Self| sums.memory_bytes.max(sums.memory_before_bytes.unwrap_or(0)) as f64;
        let longest_ms = whole.now_ms.max(before(whole));
        self.now_ms.max(before(self)) < share * longest_ms && memory(self) <= share * memory(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, parent: Option<usize>, own_ms: f64, own_before_ms: Option<f64>) -> TreeModule {
        TreeModule {
            module: name.to_owned(),
            count: 1,
            parent,
            own_ms,
            own_before_ms,
            ..TreeModule::default()
        }
    }

    /// `shop` of 90 ms imports `db`, which imports three small modules, and `json`, which imports a small one; `db` was as costly.
    fn tree() -> Vec<TreeModule> {
        vec![
            module("shop", None, 90.0, Some(90.0)),
            module("db", Some(0), 50.0, Some(50.0)),
            module("db.one", Some(1), 0.05, None),
            module("db.two", Some(1), 0.07, Some(0.01)),
            module("db.two.three", Some(3), 0.01, Some(0.01)),
            module("json", Some(0), 20.0, Some(20.0)),
            module("json.only", Some(5), 0.01, None),
        ]
    }

    fn names(modules: &[TreeModule]) -> Vec<(&str, u64, Option<usize>)> {
        modules
            .iter()
            .map(|module| (module.module.as_str(), module.count, module.parent))
            .collect()
    }

    #[test]
    fn small_modules_of_one_parent_are_one_and_nothing_is_lost() {
        let folded = fold(tree(), 0.002);
        assert_eq!(
            names(&folded),
            [
                ("shop", 1, None),
                ("db", 1, Some(0)),
                ("json", 1, Some(0)),
                ("json.only", 1, Some(2)),
                ("db.two", 3, Some(1)),
            ]
        );
        let total = |modules: &[TreeModule]| modules.iter().map(|module| module.own_ms).sum::<f64>();
        assert!((total(&folded) - total(&tree())).abs() < 1e-9);
        let before = |modules: &[TreeModule]| modules.iter().filter_map(|module| module.own_before_ms).sum::<f64>();
        assert!((before(&folded) - before(&tree())).abs() < 1e-9);
    }

    #[test]
    fn what_is_small_now_and_was_not_before_is_kept() {
        let mut modules = tree();
        modules[2].own_before_ms = Some(30.0);
        assert!(names(&fold(modules, 0.002)).contains(&("db.one", 1, Some(1))));
    }

    #[test]
    fn what_takes_memory_and_no_time_is_kept() {
        let mut modules = tree();
        modules[0].own_memory_bytes = 1000;
        modules[2].own_memory_bytes = 500;
        assert!(names(&fold(modules, 0.002)).contains(&("db.one", 1, Some(1))));
    }
}
