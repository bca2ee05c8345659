//! Where the level of a quantity changes, over the recordings of one target by one kind of machine.
//!
//! Two questions are asked. **Of many recordings**: does their order say that they have several levels, whatever scatters between
//! recordings ([`Divisive`])? That finds a step of 5% to the recording where some ten are on either side, and nothing where
//! there are few: three values can be put into order in too few ways. **Of two in a row**: would `compare` tell them apart? That is as
//! coarse as two runs of a machine are (7% and more), and needs no third recording. `docs/trend.md` has how often both are
//! right, on recorded streams; `cargo bench --bench experiment -- trend` prints it.

use crate::observed::Sample;
use crate::sampling::ErrorBudget;
use crate::stats::comparison::{SAME_CODE_SHIFT, WHOLE_RESOLUTION, resolution};
use crate::stats::divisive::Divisive;
use crate::stats::quantile::median;
use crate::stats::sameness::{NOISE_FLOOR_MS, Scatter, memory_moved, noise_ms};
use crate::stats::{Design, Evidence, MachineSpeed, estimate};

/// How times change. A machine that is busy for days moves its recordings by up to 3% ([`crate::stats::comparison::WHOLE_ALLOWANCE`]),
/// and no order tells that from another time of the import. One in a hundred series without a step has one found in it.
const TIMES: Divisive = Divisive {
    level: 0.01,
    least_run: 3,
    least_change: 0.035,
};
/// The least change of a time, in milliseconds.
const LEAST_MS: f64 = 0.1;
/// A shorter time counts as this, in milliseconds: a logarithm has no zero.
const SHORTEST_MS: f64 = 1e-6;

/// How memory changes, likewise.
const MEMORY: Divisive = Divisive {
    least_change: 0.05,
    ..TIMES
};

/// One recording, of which the time is known.
#[derive(Debug, Clone)]
pub struct Timed {
    /// Its samples.
    pub samples: Vec<Sample>,
    /// Their time in milliseconds of the machine in question.
    pub time_ms: f64,
    /// True where it loads what the recording before does, by content.
    pub is_same_code: bool,
}

/// The positions at which a new level of the time begins, all in milliseconds of `machine`.
pub fn of_times(recordings: &[Timed], machine: &MachineSpeed) -> Vec<usize> {
    let times: Vec<f64> = recordings
        .iter()
        .map(|recording| recording.time_ms.max(SHORTEST_MS))
        .collect();
    let usual = median(&times).unwrap_or(SHORTEST_MS);
    let times: Vec<f64> = times.into_iter().map(f64::ln).collect();
    let rule = Divisive {
        least_change: TIMES.least_change.max((LEAST_MS / usual).ln_1p()),
        ..TIMES
    };
    let tests = ErrorBudget::over(2 * recordings.len());
    changes(&rule, &times, |now| {
        are_told_apart(&recordings[now - 1], &recordings[now], machine, tests)
    })
}

/// The same of the memory in bytes.
pub(super) fn of_memory(bytes: &[u64]) -> Vec<usize> {
    let logs: Vec<f64> = bytes.iter().map(|bytes| (*bytes).max(1) as f64).map(f64::ln).collect();
    changes(&MEMORY, &logs, |now| memory_moved(bytes[now - 1], bytes[now]))
}

fn changes(rule: &Divisive, logs: &[f64], is_jump: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut changes = rule.changes(logs);
    let is_far = |now: &usize| (logs[*now] - logs[*now - 1]).abs() > WHOLE_RESOLUTION.ln_1p();
    changes.extend((1..logs.len()).filter(is_far).filter(|now| is_jump(*now)));
    changes.sort_unstable();
    changes.dedup();
    rule.of_weight(logs, changes)
}

/// True where two recordings show two times, each beyond what single runs of one machine differ by: as `compare` has it.
fn are_told_apart(before: &Timed, now: &Timed, machine: &MachineSpeed, tests: ErrorBudget) -> bool {
    let scatter = |recording: &Timed| estimate(&recording.samples, machine).map(|estimate| Scatter::from(&estimate));
    let Some((of_before, of_now)) = scatter(before).zip(scatter(now)) else {
        return false;
    };
    let runs = before.time_ms * resolution(&now.samples, &before.samples, machine);
    if (now.time_ms - before.time_ms).abs() <= noise_ms(before.time_ms, of_before, of_now).max(runs) {
        return false;
    }
    let (short, long) = match before.time_ms < now.time_ms {
        true => (before, now),
        false => (now, before),
    };
    let alpha = tests.share();
    let evidence = Evidence::new(Design::Whole { before: &short.samples }, &long.samples, machine);
    evidence.is_some_and(|evidence| {
        let explained = if now.is_same_code { SAME_CODE_SHIFT } else { 0.0 };
        let limit = evidence.limit(explained.max(NOISE_FLOOR_MS / evidence.before_ms()));
        alpha.rejects(evidence.p_slower_than(limit, alpha.probability()))
    })
}
