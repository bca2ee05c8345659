//! What `importgate init` measures, in the order in which it happens: one look at every module that was found, and a few samples of
//! each, side by side. It is no recording: ceilings with room to spare need no more, and a baseline of so few samples would
//! catch less than it promises.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::budgets::{Target, Workload};
use crate::checks::Started;
use crate::init::{Figures, Outline, Survey, SurveyedTarget};
use crate::observed::{ImportRequest, Look, Measure, MeasureError, TargetObservation};
use crate::report::wording;
use crate::sampling::{OtherSide, Question};
use crate::stats::calibration::NS_PER_MS;
use crate::stats::{MachineSpeed, estimate};

use super::observe::{Glanced, Observer};
use super::sample::{self, Job, Taken};
use super::side_by_side::Width;
use super::{Deadline, SamplingSettings, ShowProgress};

/// Samples of each target. Where a time lies, three tell within a tenth or so, and a ceiling is several times as high.
const SAMPLES: u32 = 3;

/// How many modules are imported to tell how long one takes.
const SCOUTED: usize = 6;
/// How long measuring may take: a check right after takes about as long again.
const MEASURED_WITHIN: Duration = Duration::from_secs(18);
/// So many modules are measured however long that takes.
const FEWEST: usize = 24;
/// Which part of that time, in percent, those may take that are measured beside packages: starts, and the set-up before each round,
/// want the rest.
const PERCENT_BESIDE: u64 = 66;

/// As much of a project as can be measured while somebody waits: all of it, or the modules nearest to the top.
///
/// # Errors
/// Where nothing could be measured, or the run was interrupted.
pub fn narrow(
    outline: Outline,
    measure: &dyn Measure,
    width: Width,
    deadline: Deadline<'_>,
) -> Result<Outline, MeasureError> {
    if outline.measured() <= FEWEST {
        return Ok(outline);
    }
    let names = outline.some_modules(SCOUTED + 1);
    // As they will be measured.
    measure.share_set_up_of_looks(true);
    let mut took = Vec::new();
    for name in names {
        if deadline.is_over() {
            break;
        }
        let began = deadline.elapsed();
        let request = ImportRequest {
            preload: &[],
            imports: &[name],
            round: 0,
        };
        measure.observe(request, Look::Light)?;
        took.push(deadline.elapsed().saturating_sub(began));
    }
    measure.share_set_up_of_looks(false);
    // The first compiles what all of them import, and sets up.
    let took = took.get(1..).unwrap_or_default();
    let scouted = u32::try_from(took.len()).unwrap_or(u32::MAX).max(1);
    let each = took.iter().sum::<Duration>() / scouted * (SAMPLES + 1);
    let at_once = u32::try_from(width.imports()).unwrap_or(1);
    let most = (MEASURED_WITHIN * at_once).as_secs_f64() / each.as_secs_f64().max(1e-3);
    Ok(outline.within((most as usize).max(FEWEST)))
}

/// Looks at targets and takes a few samples of each that works. What there was no time for has no figures, and of what may be left
/// out, `beside`, as many are measured as a check has time for.
///
/// # Errors
/// Where nothing could be measured, or the run was interrupted.
pub fn survey(
    (targets, beside): (&[Target], &BTreeSet<String>),
    measure: &dyn Measure,
    sampling: &SamplingSettings,
    deadline: Deadline<'_>,
    progress: &mut dyn ShowProgress,
) -> Result<Survey, MeasureError> {
    let observer = Observer {
        measure,
        settles: Some(&|_, _| Glanced::Settled),
        is_open: None,
        believes_hangs: true,
        width: sampling.width,
        deadline: Some(deadline),
    };
    let side = observer.observe(targets, progress)?;
    let settings = SamplingSettings {
        fixed: Some(SAMPLES),
        // As a check without a baseline does.
        shares_set_up: true,
        ..sampling.narrowed_to(side.width)
    };
    let rules = settings.rules(0);
    let seen = || targets.iter().zip(&side.observations);
    let left_out = slow(
        seen().filter(|(target, _)| beside.contains(&target.name)),
        settings.width,
    );
    let works = |(target, observed): &(&Target, &TargetObservation)| {
        !observed.is_missing && observed.failure().is_none() && !left_out.contains_key(&target.name)
    };
    let jobs: Vec<Job<'_>> = seen()
        .filter(works)
        .map(|(target, observed)| {
            let question = Question::new(target, &OtherSide::Nothing, rules);
            Job::to_check(target, question, observed)
        })
        .collect();
    let samples = sample::take((measure, None), &jobs, &settings, deadline, progress)?.whole()?;
    let mut taken = samples.taken.iter();
    let of_each = seen().map(|seen| {
        let taken = works(&seen).then(|| taken.next()).flatten();
        surveyed(seen, taken)
    });
    Ok(Survey {
        targets: of_each.collect(),
        left_out,
    })
}

/// Which of these a check has no time for, each with what its look took, in milliseconds. The heaviest comes first, since it loads
/// much of what the others do, and then the lightest: so most of them are measured.
fn slow<'a>(seen: impl Iterator<Item = (&'a Target, &'a TargetObservation)>, width: Width) -> BTreeMap<String, f64> {
    let mut works: Vec<_> = seen.filter(|(_, observed)| observed.failure().is_none()).collect();
    works.sort_by_key(|(_, observed)| observed.observation.total_ns);
    let heaviest = works.pop();
    let within_ns = u64::try_from(MEASURED_WITHIN.as_nanos()).unwrap_or(u64::MAX);
    let each_round_ns = within_ns / 100 * PERCENT_BESIDE / u64::from(SAMPLES + 1);
    let mut left_ns = each_round_ns.saturating_mul(width.imports() as u64);
    let mut left_out = BTreeMap::new();
    for (target, observed) in heaviest.into_iter().chain(works) {
        let took_ns = observed.observation.total_ns;
        match left_ns.checked_sub(took_ns) {
            Some(left) => left_ns = left,
            None => {
                left_out.insert(target.name.clone(), took_ns as f64 / NS_PER_MS);
            }
        }
    }
    left_out
}

fn surveyed((target, observed): (&Target, &TargetObservation), taken: Option<&Taken>) -> SurveyedTarget {
    let failure = observed.failure().or_else(|| taken?.failure.as_ref());
    let started = Started::by(&target.workload);
    let outcome = match (failure, taken) {
        (Some(failure), _) => Some(Err(wording::failure(failure, started))),
        (None, Some(taken)) => figures(target, observed, taken).map(Ok),
        (None, None) => None,
    };
    let names = observed.observation.modules.iter();
    let loaded: BTreeSet<String> = names.map(|module| module.name.clone()).collect();
    SurveyedTarget {
        name: target.name.clone(),
        outcome,
        loaded,
    }
}

fn figures(target: &Target, observed: &TargetObservation, taken: &Taken) -> Option<Figures> {
    let samples = &taken.head;
    let estimate = estimate(samples, &MachineSpeed::of(samples))?;
    let modules = match target.workload {
        Workload::Imports(_) => samples.iter().map(|sample| sample.modules).max().unwrap_or(0),
        Workload::Command(_) => observed.observation.modules.len() as u64,
    };
    Some(Figures {
        time_ms: estimate.time_ms,
        modules,
    })
}
