//! A check from the command line's words to its report: opens the project and what it is compared with, and lays what is accepted over
//! the limits. `check` prints the report, `allow` accepts what it says of one target.

use std::collections::BTreeMap;

use crate::allowances;
use crate::allowances::HeldAgainst;
use crate::base::BaseCheckout;
use crate::cli::{CheckArguments, MeasureArguments, ProjectArguments, ShardChoice};
use crate::earlier::Earlier;
use crate::error::Error;
use crate::progress::ProgressLine;
use crate::project::{Project, instruction_counter, module_index};
use crate::recorded;
use crate::set_up;
use crate::shards::Division;
use crate::sources::ProjectFiles;
use crate::today;
use importgate_core::budgets::{Allowance, Budgets, InBaseline, ReuseBy, Target};
use importgate_core::checks::Asked;
use importgate_core::flows::{Against, Allowances, Check, Deadline, Reuse, check};
use importgate_core::report::Report;
use importgate_probe::instructions::Counter;
use importgate_probe::runner;
use importgate_probe::{Probe, Stopwatch, machine};

/// What is to be checked, and how.
pub(crate) struct Checking<'a> {
    /// Words that select targets; all of them where there are none.
    pub(crate) modules: &'a [String],
    pub(crate) project: &'a ProjectArguments,
    pub(crate) measure: &'a MeasureArguments,
    /// Which findings are asked for.
    pub(crate) asked: Asked,
    pub(crate) shard: Option<ShardChoice>,
    pub(crate) against: Option<&'a str>,
    pub(crate) base_python: Option<&'a std::path::Path>,
    /// The reference whose merge base has the baseline to compare with; the file where it is `None`.
    pub(crate) baseline_from: Option<&'a str>,
    /// What has to show that a target did not change; as the budgets say where it is `None`.
    pub(crate) reuse: Option<ReuseBy>,
    pub(crate) times_alone: bool,
    pub(crate) strict: bool,
}

/// What was checked.
pub(crate) struct Checked {
    pub(crate) report: Report,
    pub(crate) project: Project,
    /// The targets, with what is accepted beyond their limits.
    pub(crate) targets: Vec<Target>,
    /// What the baseline has of each, where they were held against it.
    pub(crate) recorded: BTreeMap<String, InBaseline>,
    /// What is accepted of causes.
    pub(crate) of_causes: Vec<Allowance>,
    /// What stood before the change under test.
    pub(crate) earlier: Earlier,
}

impl<'a> Checking<'a> {
    /// What `importgate check` is asked.
    pub(crate) fn of(arguments: &'a CheckArguments) -> Result<Self, Error> {
        Ok(Self {
            modules: &arguments.modules,
            project: &arguments.project,
            measure: &arguments.measure,
            asked: arguments.asked.asked()?,
            shard: arguments.shard,
            against: arguments.against.as_deref(),
            base_python: arguments.base_python.as_deref(),
            baseline_from: arguments.baseline_from.as_deref(),
            reuse: arguments.reuse(),
            times_alone: arguments.times_alone,
            strict: arguments.strict,
        })
    }

    /// Checks it.
    pub(crate) fn run(self) -> Result<Checked, Error> {
        let clock = Stopwatch::start();
        let (project, session) = Project::open_within(self.project, self.measure, &clock)?;
        let asked = self.asked.weighed(&project.budgets.severities);
        let sampling = project.sampling(self.measure);
        let mut selection = project.select(self.modules)?;
        let accepted = allowances::read(&allowances::folder(&project.budgets_path))?;
        let counter = counter(&project.budgets, &asked)?;
        let head = Probe::new(session, counter.clone());
        let open = |reference| {
            let settings = head.session().settings();
            BaseCheckout::open(reference, self.base_python, &project, (settings, counter))
        };
        let base = self.against.map(open).transpose()?;
        // Read before anything is measured: a damaged baseline is said at once.
        let stored = match (&base, self.shard) {
            (Some(_), None) => None,
            _ => Some(recorded::of(&project, self.baseline_from)?),
        };
        let (stored, source) = stored.map_or((None, String::new()), |stored| (stored.content, stored.name));
        let earlier = Earlier::of(base.as_ref(), &accepted, &project);
        let held_against = match (&base, &earlier.allowances) {
            (Some(_), Some(earlier)) => HeldAgainst::Base(earlier),
            _ => HeldAgainst::Baseline(stored.as_ref().and_then(|stored| stored.entry(&project.key))),
        };
        held_against.accept(&mut selection.targets, &accepted);
        let named = |target: &Target| Some((target.name.clone(), held_against.recorded(&target.name)?));
        let recorded: BTreeMap<String, InBaseline> = selection.targets.iter().filter_map(named).collect();
        let asked_of = asked.narrowed(&selection.targets);
        let division = Division::of(self.shard, &project, asked_of, stored.as_ref())?;
        let is_of_the_file = base.is_none() && self.baseline_from.is_none();
        let to_baseline = earlier.of_baseline(base.as_ref(), &project, is_of_the_file.then_some(stored.as_ref()));
        let against = match &base {
            Some(base) => Against::Base(base.to_compare()),
            None => Against::Baseline {
                content: stored,
                path: source,
            },
        };
        let usage = project.usage(None)?;
        let deadline = Deadline::new(&clock, sampling.time_limit);
        let mut progress = ProgressLine::new(self.measure.quiet);
        let mut report = check(
            &Check {
                budgets: &project.budgets,
                all_targets: &project.targets,
                targets: &division.own,
                elsewhere: &division.elsewhere,
                machine: machine::fingerprint(),
                variables: set_up::relevant_variables(&project.budgets),
                places: &project.places(),
                usage: usage.as_ref(),
                sampling,
                files: &ProjectFiles { root: &project.root },
                reuse: Reuse {
                    by: self.reuse.unwrap_or(project.budgets.measure.reuse.value),
                    times_alone: self.times_alone,
                },
                asked: &asked,
                today: today::date(),
                allowances: Allowances {
                    of_no_target: &allowances::of_no_target(&accepted, &project.targets),
                    of_causes: &allowances::of_causes(&accepted),
                    recorded: base.is_none().then_some(&recorded),
                    earlier: earlier.allowances.as_deref(),
                    changed_files: earlier.changed_files.as_ref(),
                    strict: self.strict,
                },
                amended: to_baseline.as_ref().map(|change| &change.amended),
            },
            &head,
            against,
            deadline,
            &mut progress,
        )?;
        progress.finish();
        report.run.times = Some(progress.times(runner::own_cpu_time()));
        project.doubt_interpreter(&mut report, &head);
        let loosened = earlier.loosened(&project, &module_index(head.session()));
        report.loosened.extend(loosened);
        report
            .loosened
            .extend(to_baseline.into_iter().flat_map(|change| change.loosened));
        report.groups = selection.groups;
        report.shard = division.shard;
        Ok(Checked {
            report,
            targets: selection.targets,
            recorded,
            of_causes: allowances::of_causes(&accepted),
            project,
            earlier,
        })
    }
}

/// What counts instructions, where something is to be counted. Without a clock nothing is: a counter only tells then whether the
/// baseline has the same.
fn counter(budgets: &Budgets, asked: &Asked) -> Result<Option<Counter>, Error> {
    match instruction_counter(budgets) {
        Err(_) if !asked.takes_samples() => Ok(None),
        counter => counter,
    }
}
