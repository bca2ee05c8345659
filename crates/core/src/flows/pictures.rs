//! What a page draws of the targets of a check: their samples, and their imports as trees, now and before.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::{Case, Places, Verdict};
use crate::explain::{Node, Usual, tree_of_import};
use crate::observed::{COLLECTIONS, Collections, Observation, Place, Sample, TargetObservation};
use crate::report::{GoneModule, ImportTree, Picture, TargetReport, TreeBefore, TreeModule, fold};
use crate::stats::calibration::NS_PER_MS;
use crate::stats::changed_part::usual_own_times;
use crate::stats::growth::Growth;
use crate::stats::quantile::{TRIM, trimmed_mean};

use super::target_state::TimesDrawn;

/// How many imports are drawn as trees: what a reader may look through, and what keeps a report of a thousand targets small.
const MOST_TREES: usize = 60;
/// The least share of an import that a module is drawn for by itself, of its time or of its memory.
const SMALLEST_SHARE: f64 = 0.004;
/// How many times as much as the row the modules may tell of a change, or the row as much as they, for both to be one change.
const MOST_APART: f64 = 2.0;
/// Times are kept to a thousandth of a millisecond: no clock of a shared machine tells more.
const PER_MS: f64 = 1000.0;
/// The name of what the samples wait for where the import that was looked at does not show which module does.
const WAITING: &str = "<waiting>";

/// What is known of a target.
pub(super) struct Drawn<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) row: &'a TargetReport,
    /// Its samples, and those that they were compared with.
    pub(super) times: TimesDrawn,
    /// The samples that were taken of it, with the own times of its modules.
    pub(super) taken: &'a [Sample],
    /// What was observed in the base, where there is one.
    pub(super) base: Option<&'a TargetObservation>,
}

/// The pictures of targets: failing ones first, then those that changed most, then the slowest, which is the order in which trees are
/// drawn as long as there are not too many.
pub(super) fn draw(mut targets: Vec<Drawn<'_>>, places: &Places) -> Vec<Picture> {
    let rank = |drawn: &Drawn<'_>| {
        let change = drawn.row.change_ms.unwrap_or(0.0).abs();
        (
            drawn.row.verdict == Verdict::Fail,
            change,
            drawn.row.time_ms.unwrap_or(0.0),
        )
    };
    targets.sort_by(|one, other| {
        let (one, other) = (rank(one), rank(other));
        (other.0.cmp(&one.0))
            .then(other.1.total_cmp(&one.1))
            .then(other.2.total_cmp(&one.2))
    });
    let mut trees = 0;
    let pictures = targets.iter().map(|drawn| {
        let tree = (trees < MOST_TREES).then(|| drawn.tree(places)).flatten();
        trees += usize::from(tree.is_some());
        Picture {
            target: drawn.row.module.clone(),
            samples_ms: at_level(&drawn.times.now_ms, drawn.row.time_ms),
            baseline_samples_ms: at_level(&drawn.times.before_ms, drawn.row.baseline_time_ms),
            tree,
        }
    });
    pictures
        .filter(|picture| picture.tree.is_some() || !picture.samples_ms.is_empty())
        .collect()
}

/// The samples where their location is what the row shows: a comparison tells more finely than the samples by themselves what a
/// target takes, and it is that which the row has.
fn at_level(times_ms: &[f64], shown_ms: Option<f64>) -> Vec<f64> {
    let usual = trimmed_mean(times_ms, TRIM).filter(|usual| *usual > 0.0);
    let scale = shown_ms.zip(usual).map_or(1.0, |(shown, usual)| shown / usual);
    times_ms.iter().map(|time| rounded(time * scale)).collect()
}

fn rounded(ms: f64) -> f64 {
    (ms * PER_MS).round() / PER_MS
}

impl Drawn<'_> {
    /// The import as a tree whose times add up to what the row shows; `None` where nobody saw who imports whom.
    fn tree(&self, places: &Places) -> Option<ImportTree> {
        let observation = self
            .case
            .observation
            .filter(|seen| !seen.edges.is_empty() && !self.case.is_command())?;
        let time_ms = self.row.time_ms?;
        let own_ns = self.own_times()?;
        let blocked_ms = self.row.blocked_ms.unwrap_or(0.0).min(time_ms);
        let collections = share_of(COLLECTIONS, &own_ns);
        let collecting_ms = collections * (time_ms - blocked_ms);
        let usual = Usual {
            cpu_ms: time_ms - blocked_ms - collecting_ms,
            blocked_ms,
            own_ns,
            collections: Collections::default(),
            samples: self.row.samples,
        };
        let nodes = tree_of_import(observation, self.case.closure, &usual);
        let before = self.earlier(observation, &nodes, time_ms);
        let memory = self.case.scale_of_memory(observation);
        let mut modules: Vec<TreeModule> = nodes
            .iter()
            .map(|node| TreeModule {
                module: node.module.clone(),
                count: 1,
                parent: node.parent,
                place: node.place.as_ref().map(|place| seen(place, places)),
                own_ms: node.own_ms,
                own_before_ms: before.as_ref().and_then(|before| before.own_ms(node)),
                own_memory_bytes: (node.own_memory_bytes as f64 * memory) as i64,
                own_memory_before_bytes: before.as_ref().and_then(|before| before.memory(node, memory)),
            })
            .collect();
        let beside = [
            (COLLECTIONS, collecting_ms),
            (WAITING, self.case.unseen_wait_ms().min(blocked_ms)),
        ];
        let beside = beside.into_iter().filter(|(_, own_ms)| *own_ms > 0.0);
        modules.extend(beside.map(|(name, own_ms)| TreeModule {
            module: name.to_owned(),
            count: 1,
            own_ms,
            own_before_ms: before.as_ref().and_then(|before| before.own_ms_beside(name, own_ms)),
            ..TreeModule::default()
        }));
        let mut before = before.map(|before| before.summary(memory));
        if let (Some(before), Some(change_ms)) = (&mut before, self.row.change_ms) {
            fit(&mut modules, &mut before.gone, change_ms);
        }
        let mut modules = fold(modules, SMALLEST_SHARE);
        for module in &mut modules {
            module.own_ms = rounded(module.own_ms);
            module.own_before_ms = module.own_before_ms.map(rounded);
        }
        for gone in before.iter_mut().flat_map(|before| &mut before.gone) {
            gone.own_ms = rounded(gone.own_ms);
        }
        Some(ImportTree { modules, before })
    }

    /// The own time of each module, by the samples that were taken, else by those of the baseline that stand for them.
    fn own_times(&self) -> Option<BTreeMap<String, u64>> {
        match self.taken {
            [] => Some(self.case.before.as_ref()?.own_ns.clone()),
            taken => Some(usual_own_times(taken)),
        }
    }

    /// What is known of the import before; `None` where it was not compared module by module.
    fn earlier(&self, observation: &Observation, nodes: &[Node], time_ms: f64) -> Option<Earlier<'_>> {
        let growth = self.case.growth.as_ref()?;
        let (before, change) = (self.case.before.as_ref()?, self.case.change.as_ref()?);
        let blocked_ns: u64 = observation.modules.iter().map(|module| module.blocked_ns).sum();
        let waits = observation.modules.iter().map(|module| {
            let share = module.blocked_ns as f64 / blocked_ns.max(1) as f64;
            (module.name.clone(), share)
        });
        let computing: f64 = nodes.iter().map(|node| growth.now_ms(&node.module)).sum();
        let blocked_ms = self.row.blocked_ms.unwrap_or(0.0);
        let base = self.base.map(|base| &base.observation);
        let memory = base.map(|base| {
            let modules = base.modules.iter();
            modules
                .map(|module| (module.name.as_str(), module.own_memory_bytes))
                .collect()
        });
        Some(Earlier {
            growth,
            own_ns: &before.own_ns,
            altered: change.altered().map(String::as_str).collect(),
            removed: &change.removed,
            waits: waits.filter(|(_, share)| *share > 0.0).collect(),
            scale: if computing > 0.0 {
                (time_ms - blocked_ms).max(0.0) / computing
            } else {
                1.0
            },
            memory,
        })
    }
}

/// What is known of an import before.
struct Earlier<'a> {
    growth: &'a Growth,
    own_ns: &'a BTreeMap<String, u64>,
    /// Modules of both sides that are not the same.
    altered: BTreeSet<&'a str>,
    removed: &'a [String],
    /// Each module's share of what the import waits for.
    waits: BTreeMap<String, f64>,
    /// What a millisecond of the growth is in the tree.
    scale: f64,
    /// Resident memory of each module, where that was observed.
    memory: Option<BTreeMap<&'a str, i64>>,
}

impl Earlier<'_> {
    /// What a module took; what it takes now where samples tell no difference. `None` where it was not loaded.
    fn own_ms(&self, node: &Node) -> Option<f64> {
        let before_ms = *self.own_ns.get(&node.module)? as f64 / NS_PER_MS;
        let now_ms = self.growth.now_ms(&node.module);
        let is_more = self.growth.is_real(&[&node.module], self.growth.modules());
        let is_less = now_ms < before_ms && self.altered.contains(node.module.as_str());
        let computing = if is_more || is_less {
            (now_ms - before_ms) * self.scale
        } else {
            0.0
        };
        let waiting = self.waits.get(&node.module).unwrap_or(&0.0) * self.growth.blocked_ms();
        Some((node.own_ms - computing - waiting).max(0.0))
    }

    /// The same of what belongs to no module.
    fn own_ms_beside(&self, name: &str, now_ms: f64) -> Option<f64> {
        let more_ms = if name == COLLECTIONS {
            self.own_ns.get(COLLECTIONS)?;
            self.growth.collections_ms() * self.scale
        } else {
            self.growth.blocked_ms()
        };
        Some((now_ms - more_ms).max(0.0))
    }

    fn memory(&self, node: &Node, scale: f64) -> Option<i64> {
        let before = self.memory.as_ref()?.get(node.module.as_str())?;
        Some((*before as f64 * scale) as i64)
    }

    fn summary(&self, memory_scale: f64) -> TreeBefore {
        let known = self
            .removed
            .iter()
            .filter_map(|module| Some((module, *self.own_ns.get(module)?)));
        let mut gone: Vec<GoneModule> = known
            .map(|(module, own_ns)| GoneModule {
                module: module.clone(),
                own_ms: own_ns as f64 / NS_PER_MS * self.scale,
                own_memory_bytes: self.memory.as_ref().and_then(|memory| {
                    let before = memory.get(module.as_str())?;
                    Some((*before as f64 * memory_scale) as i64)
                }),
            })
            .collect();
        gone.sort_by(|one, other| other.own_ms.total_cmp(&one.own_ms));
        TreeBefore {
            gone,
            has_memory: self.memory.is_some(),
        }
    }
}

/// Makes what modules take more and less come to the change of the row. Own times tell the shares: what a module takes beside the
/// others in one process; how much the whole takes more, a comparison tells more finely. The whole stays what it is. Where the two
/// are far apart, own times do not tell where the change is, and stay as they are.
fn fit(modules: &mut [TreeModule], gone: &mut [GoneModule], change_ms: f64) {
    let whole_ms: f64 = modules.iter().map(|module| module.own_ms).sum();
    let is_new = |module: &&TreeModule| module.own_before_ms.is_none();
    let new_ms: f64 = modules.iter().filter(is_new).map(|module| module.own_ms).sum();
    let before_ms: f64 = modules.iter().filter_map(|module| module.own_before_ms).sum();
    let gone_ms: f64 = gone.iter().map(|gone| gone.own_ms).sum();
    let told_ms = whole_ms - before_ms - gone_ms;
    let of_change = change_ms / told_ms;
    let of_rest = (whole_ms - of_change * new_ms) / (whole_ms - new_ms);
    let is_one_change = (1.0 / MOST_APART..=MOST_APART).contains(&of_change);
    let leaves_a_rest = of_rest.is_finite() && of_rest > 0.0;
    if !is_one_change || !leaves_a_rest {
        return;
    }
    for module in modules {
        match &mut module.own_before_ms {
            None => module.own_ms *= of_change,
            Some(before_ms) => {
                let more_ms = (module.own_ms - *before_ms) * of_change;
                module.own_ms *= of_rest;
                *before_ms = (module.own_ms - more_ms).max(0.0);
            }
        }
    }
    for module in gone {
        module.own_ms *= of_change;
    }
}

/// What a name takes of all own times.
fn share_of(name: &str, own_ns: &BTreeMap<String, u64>) -> f64 {
    let all: u64 = own_ns.values().sum();
    own_ns.get(name).map_or(0.0, |&own| own as f64 / all.max(1) as f64)
}

fn seen(place: &Place, places: &Places) -> Place {
    Place {
        file: places.seen(&places.shorten(&place.file)),
        line: place.line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(own_ms: f64, own_before_ms: Option<f64>) -> TreeModule {
        TreeModule {
            own_ms,
            own_before_ms,
            ..TreeModule::default()
        }
    }

    fn gone(own_ms: f64) -> GoneModule {
        GoneModule {
            own_ms,
            ..GoneModule::default()
        }
    }

    /// 600 ms, of which 250 are new, 50 are growth, and 40 went: 260 more, as own times have it.
    fn import() -> ([TreeModule; 3], [GoneModule; 1]) {
        (
            [
                module(250.0, None),
                module(150.0, Some(100.0)),
                module(200.0, Some(200.0)),
            ],
            [gone(40.0)],
        )
    }

    fn whole_and_before(modules: &[TreeModule], gone: &[GoneModule]) -> (f64, f64) {
        let before: f64 = modules.iter().filter_map(|module| module.own_before_ms).sum();
        let gone: f64 = gone.iter().map(|gone| gone.own_ms).sum();
        (modules.iter().map(|module| module.own_ms).sum(), before + gone)
    }

    #[test]
    fn what_modules_take_more_comes_to_the_change_of_the_row() {
        let (mut modules, mut gone) = import();
        fit(&mut modules, &mut gone, 208.0);
        let (whole, before) = whole_and_before(&modules, &gone);
        assert!(
            (whole - 600.0).abs() < 1e-9 && (before - 392.0).abs() < 1e-9,
            "{modules:?} {gone:?}"
        );
        assert!(
            (modules[0].own_ms - 200.0).abs() < 1e-9,
            "a new module as the cause has it"
        );
        assert_eq!(modules[2].own_before_ms, Some(modules[2].own_ms), "it did not change");
    }

    #[test]
    fn where_own_times_tell_another_change_they_stay() {
        for change_ms in [-260.0, 0.0, 100.0, 600.0] {
            let (mut modules, mut gone) = import();
            fit(&mut modules, &mut gone, change_ms);
            assert_eq!((modules, gone), import());
        }
    }
}
