//! A check from the command line's words to its report: opens the project and what it is compared with, and lays what is accepted over
//! the limits. `check` prints the report, `allow` accepts what it says of one target.

use std::collections::{BTreeMap, BTreeSet};

use crate::allowances;
use crate::allowances::HeldAgainst;
use crate::amended::BothBaselines;
use crate::base::BaseCheckout;
use crate::change::Beginning;
use crate::cli::{CheckArguments, MeasureArguments, ProjectArguments, ShardChoice};
use crate::error::Error;
use crate::progress::ProgressLine;
use crate::project::{Project, instruction_counter, module_index};
use crate::recorded;
use crate::set_up;
use crate::shards::Division;
use crate::sources::ProjectFiles;
use crate::today;
use importgate_core::budgets::{Allowance, Budgets, InBaseline, ReuseBy, Target, Term};
use importgate_core::checks::{AsItWas, Asked, Limited, Loosening, by_budgets};
use importgate_core::flows::{Against, Allowances, Check, Deadline, Reuse, check};
use importgate_core::observed::ModuleIndex;
use importgate_core::report::Report;
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
}

/// What the project accepted and asked before the change under test.
struct Earlier {
    /// `None` where nobody knows, or needs to.
    allowances: Option<Vec<Allowance>>,
    /// `None` where it asked the same.
    budgets: Option<Budgets>,
    /// The files that the change touches, where something has ended, and it is known.
    changed_files: Option<BTreeSet<String>>,
    /// Where the change began; `None` beside a base, which knows that itself, and where nobody does.
    beginning: Option<Beginning>,
}

impl Earlier {
    fn of(base: Option<&BaseCheckout>, accepted: &[Allowance], project: &Project) -> Self {
        if let Some(base) = base {
            return Self {
                allowances: Some(base.allowances(project)),
                budgets: base.budgets(project),
                // What is different from the base is the change's own.
                changed_files: None,
                beginning: None,
            };
        }
        let beginning = Beginning::of(&project.root);
        let has_ended = |allowance: &Allowance| allowance.term(today::date()) == Term::Ended;
        let files = beginning.as_ref().filter(|_| accepted.iter().any(has_ended));
        Self {
            // Where nothing is accepted, nothing is accepted anew, and git need not be asked.
            allowances: match &beginning {
                Some(beginning) if !accepted.is_empty() => {
                    Some(beginning.allowances(&project.root, &project.budgets_path))
                }
                _ => None,
            },
            changed_files: files.and_then(|beginning| beginning.changed_files(project)),
            budgets: beginning.as_ref().and_then(|beginning| {
                beginning.budgets(&project.budgets_path, |text| project.budgets_as_written(text))
            }),
            beginning,
        }
    }

    /// What the budgets ask less of the same modules.
    fn loosened(&self, project: &Project, index: &dyn ModuleIndex) -> Vec<Loosening> {
        let before = self.budgets.as_ref();
        let compared = before.and_then(|budgets| {
            let targets = budgets.resolve(&AsItWas(index)).ok()?;
            let before = Limited {
                budgets,
                targets: &targets,
            };
            let now = Limited {
                budgets: &project.budgets,
                targets: &project.targets,
            };
            Some(by_budgets(before, now, index))
        });
        compared.unwrap_or_default()
    }
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
        let (project, mut session) = Project::open(self.project)?;
        let asked = self.asked.weighed(&project.budgets.severities);
        let sampling = project.sampling(self.measure);
        session.end_run_at(clock.end(sampling.time_limit));
        let mut selection = project.select(self.modules)?;
        let accepted = allowances::read(&allowances::folder(&project.budgets_path))?;
        // Without a clock nothing is counted either: a counter only tells whether the baseline has the same.
        let counter = match instruction_counter(&project.budgets) {
            Err(_) if !asked.takes_samples() => None,
            counter => counter?,
        };
        let head = Probe::new(session, counter.clone());
        let base = match self.against {
            Some(reference) => {
                let head = (head.session().settings(), counter);
                Some(BaseCheckout::open(reference, self.base_python, &project, head)?)
            }
            None => None,
        };
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
        let division = Division::of(
            self.shard,
            &project,
            asked.narrowed(&selection.targets),
            stored.as_ref(),
        )?;
        let beginning = base
            .as_ref()
            .map(BaseCheckout::beginning)
            .or(earlier.beginning.as_ref());
        let is_of_the_file = base.is_none() && self.baseline_from.is_none();
        let both = beginning.and_then(|beginning| {
            let compared_with = is_of_the_file.then_some(stored.as_ref());
            let both = BothBaselines::of(beginning, &project, earlier.budgets.as_ref(), compared_with)?;
            Some((both.amended(beginning, &project), both.loosened(&project)))
        });
        let (amended, loosened_in_baseline) = both.unzip();
        let against = match &base {
            Some(base) => Against::Base(base.to_compare()),
            None => Against::Baseline {
                content: stored,
                path: source,
            },
        };
        let of_no_target = allowances::of_no_target(&accepted, &project.targets);
        let of_causes = allowances::of_causes(&accepted);
        let usage = project.usage(None)?;
        let places = project.places();
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
                places: &places,
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
                    of_no_target: &of_no_target,
                    of_causes: &of_causes,
                    recorded: base.is_none().then_some(&recorded),
                    earlier: earlier.allowances.as_deref(),
                    changed_files: earlier.changed_files.as_ref(),
                    strict: self.strict,
                },
                amended: amended.as_ref(),
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
        report.loosened.extend(loosened_in_baseline.into_iter().flatten());
        report.groups = selection.groups;
        report.shard = division.shard;
        Ok(Checked {
            report,
            targets: selection.targets,
            recorded,
            of_causes,
            project,
        })
    }
}
