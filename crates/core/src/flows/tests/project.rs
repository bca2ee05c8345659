//! A project whose budgets are a text and whose interpreter is scripted, to be recorded and checked as a whole.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;

use super::figures::assert_figures_agree;
use super::scripted::{ROOT, Scripted, Unseen};
use crate::baseline::{Anchor, Baseline};
use crate::budgets::{self, Allowance, Budgets, FileKind, ReuseBy, Target};
use crate::checks::{AmendedBaseline, Asked, Code, Places};
use crate::flows::{
    Against, Allowances, Check, Deadline, Record, RecordError, Recording, Reuse, SamplingSettings, Width, check, record,
};
use crate::observed::Machine;
use crate::report::{Cause, Finding, Report, TargetReport};

/// What is asked on the command line, beside the budgets.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) samples: Option<u32>,
    pub(super) time_limit: Option<Duration>,
    pub(super) reuse: Reuse,
    pub(super) processor: &'static str,
    /// How many imports may run at once; one where it is not said.
    pub(super) jobs: Option<usize>,
    pub(super) asked: Asked,
    /// What is accepted of causes.
    pub(super) of_causes: Vec<Allowance>,
    /// What the change under test did to the baseline, where that is known.
    pub(super) amended: Option<AmendedBaseline>,
    /// The day; one of June where it is not said.
    pub(super) today: Option<Date>,
}

/// The budgets, resolved against the modules of a script.
pub(super) struct Project {
    pub(super) budgets: Budgets,
    pub(super) targets: Vec<Target>,
    pub(super) places: Places,
}

impl Project {
    pub(super) fn new(text: &str, modules: &Scripted) -> Self {
        let budgets = budgets::parse(text, "budgets.toml", FileKind::Standalone).expect("budgets without mistakes");
        Self {
            targets: budgets.resolve(modules).expect("targets"),
            places: Places::new(PathBuf::from(ROOT), vec![PathBuf::from(ROOT)]),
            budgets,
        }
    }

    pub(super) fn recording(&self) -> Record<'_> {
        Record {
            budgets: &self.budgets,
            all_targets: &self.targets,
            targets: &self.targets,
            whole: true,
            reuse: ReuseBy::default(),
            stored: None,
            machine: Machine::default(),
            variables: BTreeMap::new(),
            sampling: self.sampling(&Options::default()),
            anchor: Anchor {
                date: Some(Date::constant(2026, 1, 5)),
                ..Anchor::default()
            },
        }
    }

    /// The baseline that a first recording makes.
    pub(super) fn record(&self, measure: &Scripted) -> Result<Baseline, RecordError> {
        let (_, baseline) = self.record_again(measure, None, &Options::default())?;
        Ok(baseline)
    }

    /// A recording beside what is stored, and the baseline that it makes.
    pub(super) fn record_again(
        &self,
        measure: &Scripted,
        stored: Option<&Baseline>,
        options: &Options,
    ) -> Result<(Recording, Baseline), RecordError> {
        let asked = Record {
            stored,
            reuse: options.reuse.by,
            sampling: self.sampling(options),
            ..self.recording()
        };
        let clock = measure.clock();
        let recording = record(&asked, measure, Deadline::new(&*clock, options.time_limit), &mut Unseen)?;
        let baseline = recording.updated(&asked, stored.cloned())?;
        Ok((recording, baseline))
    }

    /// A check against what is recorded, or against nothing.
    pub(super) fn check(&self, head: &Scripted, content: Option<Baseline>, options: &Options) -> Report {
        let path = "budgets.baseline.json".to_owned();
        self.check_against(head, Against::Baseline { content, path }, options)
    }

    pub(super) fn check_against(&self, head: &Scripted, against: Against<'_>, options: &Options) -> Report {
        let targets = options.asked.narrowed(&self.targets);
        self.check_part((&targets, &[]), head, against, options)
    }

    /// A check of one shard: its targets, and those of the others.
    pub(super) fn check_part(
        &self,
        (own, elsewhere): (&[Target], &[Target]),
        head: &Scripted,
        against: Against<'_>,
        options: &Options,
    ) -> Report {
        let sampling = self.sampling(options);
        let clock = head.clock();
        let deadline = Deadline::new(&*clock, sampling.time_limit);
        let asked = Check {
            budgets: &self.budgets,
            all_targets: &self.targets,
            targets: own,
            elsewhere,
            machine: Machine {
                processor: options.processor.to_owned(),
                ..Machine::default()
            },
            variables: BTreeMap::new(),
            places: &self.places,
            usage: None,
            files: head,
            sampling,
            reuse: options.reuse,
            asked: &options.asked,
            today: options.today.unwrap_or(Date::constant(2026, 6, 1)),
            allowances: Allowances {
                of_causes: &options.of_causes,
                ..Allowances::default()
            },
            amended: options.amended.as_ref(),
        };
        let report = check(&asked, head, against, deadline, &mut Unseen).expect("it can be measured");
        assert_figures_agree(&report);
        report
    }

    fn sampling(&self, options: &Options) -> SamplingSettings {
        let asked = SamplingSettings::of(&self.budgets, || 5);
        SamplingSettings {
            fixed: options.samples.or(asked.fixed),
            time_limit: options.time_limit.or(asked.time_limit),
            width: Width::new(options.jobs.unwrap_or(1), None),
            ..asked
        }
    }
}

/// The findings of a report as `code target`.
pub(super) fn codes(report: &Report) -> Vec<String> {
    let code = |finding: &Finding| format!("{} {}", finding.code, finding.target);
    report
        .findings
        .iter()
        .map(|finding| code(finding).trim_end().to_owned())
        .collect()
}

/// The first finding of a kind.
pub(super) fn finding(report: &Report, code: Code) -> &Finding {
    let mut findings = report.findings.iter();
    findings
        .find(|finding| finding.code == code)
        .unwrap_or_else(|| panic!("no {code} in {:?}", codes(report)))
}

/// The causes of the first finding of a kind.
pub(super) fn causes(report: &Report, code: Code) -> Vec<&Cause> {
    report.causes_of(finding(report, code)).collect()
}

/// The row of a target.
pub(super) fn row<'a>(report: &'a Report, target: &str) -> &'a TargetReport {
    let mut rows = report.targets.iter();
    rows.find(|row| row.module == target).expect("a row")
}
