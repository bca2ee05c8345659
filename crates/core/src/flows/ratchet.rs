//! `ratchet`: limits that a recording tightens when it sees less than the one before, and that a check holds beside those of the budgets.

use std::collections::{BTreeMap, BTreeSet};

use crate::baseline::{Entry, Ratchet, Recorded};
use crate::budgets::{BudgetLine, Cited, RatchetOf, Target};
use crate::checks::{Asked, Code};
use crate::observed::{Installed, Origin};
use crate::sampling::{Decision, ErrorBudget, OtherSide, Question, Rules, decide_fixed};

use super::compare_with::StoredEntry;
use super::speed::RunSpeed;

/// A package is worth forbidding, once it is gone, where it took such a share of the import, and at least so many nanoseconds.
const HEAVY_SHARE: f64 = 0.05;
const HEAVY_NS: u64 = 1_000_000;

/// What a recording knows when it tightens limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tightening<'a> {
    /// Which limits tighten.
    pub(super) of: RatchetOf,
    /// What is installed now.
    pub(super) installed: &'a Installed,
    /// How many targets are recorded, each of which may be said to be faster.
    pub(super) targets: usize,
}

impl Tightening<'_> {
    /// The limits of `target`, of which `before` was recorded, and `now` is. They are never looser than they were. What is not
    /// installed any more is no gain of the project's: then they stay.
    pub(super) fn tighten(
        self,
        target: &Target,
        (old, before): (&Entry, &Recorded),
        now: (&Entry, &Recorded),
    ) -> Option<Ratchet> {
        let mut ratchet = before.ratchet.clone().unwrap_or_default();
        if self.of != RatchetOf::Off && !self.lacks_what_was_loaded(before) {
            let modules = now.1.closure.len() as u64;
            if modules < ratchet.max_modules.unwrap_or(before.closure.len() as u64) {
                ratchet.max_modules = Some(modules);
            }
            ratchet.forbid.extend(heavy_and_gone(before, now.1));
            if self.of == RatchetOf::All
                && let Some(time_us) = self.faster_us(target, (old, before), now)
            {
                let limit = ratchet.max_time_us.map_or(time_us, |limit| limit.min(time_us));
                ratchet.max_time_us = Some(limit);
            }
        }
        (!ratchet.is_empty()).then_some(ratchet)
    }

    fn lacks_what_was_loaded(self, before: &Recorded) -> bool {
        let mut origins = before.closure.values().map(|module| &module.origin);
        origins.any(|origin| match origin {
            Origin::Distribution { name, .. } => !self.installed.versions.contains_key(name),
            _ => false,
        })
    }

    /// What the import may take at most, where the samples of both recordings show that it became faster by more than it may become
    /// slower: what it takes now, and that on top.
    fn faster_us(self, target: &Target, (_, before): (&Entry, &Recorded), now: (&Entry, &Recorded)) -> Option<u64> {
        const US_PER_MS: f64 = 1e3;
        let of_now = OtherSide::Stored {
            samples: now.1.to_samples(),
            own_ns: BTreeMap::new(),
            change: None,
            whole: true,
        };
        let budget = ErrorBudget::over(self.targets);
        let question = Question::new(target, &of_now, Rules::of_recorded(budget));
        let mut answers = question.answers(&before.to_samples(), &[]);
        decide_fixed(vec![&mut answers], budget);
        let is_faster = answers.regression?.decision == Decision::Fail;
        let time_ms = now.1.time_ms(&now.0.speed_of(now.1)).filter(|_| is_faster)?;
        let allowed = target.limits.max_regression.value;
        let floor_ms = target.limits.noise_floor_ms.value;
        Some(((time_ms + floor_ms.max(time_ms * allowed)) * US_PER_MS).round() as u64)
    }
}

/// The packages of distributions that took their time before and are not loaded now.
fn heavy_and_gone(before: &Recorded, now: &Recorded) -> BTreeSet<String> {
    let package = |module: &String| module.split('.').next().unwrap_or(module).to_owned();
    let loaded: BTreeSet<String> = now.closure.keys().map(package).collect();
    let mut own_ns: BTreeMap<String, u64> = BTreeMap::new();
    for (module, record) in &*before.closure {
        if matches!(record.origin, Origin::Distribution { .. }) && !loaded.contains(&package(module)) {
            *own_ns.entry(package(module)).or_default() += before.own_ns.get(module).copied().unwrap_or(0);
        }
    }
    let all: u64 = before.own_ns.values().sum();
    let least = HEAVY_NS.max((all as f64 * HEAVY_SHARE) as u64);
    own_ns
        .into_iter()
        .filter(|(_, ns)| *ns >= least)
        .map(|(name, _)| name)
        .collect()
}

/// The targets with the limits that tightened by themselves, where these are stricter than those of the budgets and somebody asks. What
/// was accepted beyond a limit stays accepted.
pub(super) fn with_tightened(targets: &[Target], stored: &StoredEntry, speed: &RunSpeed, asked: &Asked) -> Vec<Target> {
    let mut targets = targets.to_vec();
    for target in &mut targets {
        let Some(recorded) = stored.entry.targets.get(&target.name) else {
            continue;
        };
        if let Some(ratchet) = &recorded.ratchet {
            let times = stored.comparability.times_compare();
            let times = times.then(|| speed.slowdown_since(&stored.entry, recorded));
            hold(target, ratchet, times, stored, asked);
        }
    }
    targets
}

fn hold(target: &mut Target, ratchet: &Ratchet, times: Option<f64>, stored: &StoredEntry, asked: &Asked) {
    let name = target.name.clone();
    let accepted: BTreeSet<Code> = target.accepted.iter().map(|accepted| accepted.allowance.rule).collect();
    let holds = |code: Code| asked.asks(code) && !accepted.contains(&code);
    let cited = |key: &str, written: String| Some(stored.line_of_ratchet(&name, key, &written));
    if let Some(most) = ratchet.max_modules.filter(|_| holds(Code::OverModules))
        && target
            .limits
            .max_modules
            .as_ref()
            .is_none_or(|limit| most < limit.value)
    {
        target.limits.max_modules = Some(Cited {
            value: most,
            line: cited("max_modules", most.to_string()),
        });
    }
    if let (Some(ms), Some(times)) = (ratchet.max_time_ms().filter(|_| holds(Code::OverTime)), times)
        && target
            .limits
            .max_time_ms
            .as_ref()
            .is_none_or(|limit| ms * times < limit.value)
    {
        target.limits.max_time_ms = Some(Cited {
            value: ms * times,
            line: cited("max_time_ms", ms.to_string()),
        });
    }
    for package in ratchet.forbid.iter().filter(|_| holds(Code::Forbidden)) {
        if target.limits.forbid.iter().all(|known| known.value != *package) {
            target.limits.forbid.push(Cited {
                value: package.clone(),
                line: cited("forbid", format!("\"{package}\"")),
            });
        }
    }
}

/// The line that asks for a limit which tightened by itself.
pub(super) fn citation(file: &str, line: Option<usize>, target: &str, key: &str, written: &str) -> BudgetLine {
    BudgetLine {
        file: file.to_owned(),
        line,
        text: format!("{target}.ratchet.{key} = {written}"),
    }
}
