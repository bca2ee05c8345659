//! `importgate config`: what holds for the project and its targets, and which line says so.

use crate::allowances;
use crate::allowances::HeldAgainst;
use crate::cli::{ConfigArguments, ConfigFormat};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::project::Project;
use crate::store;
use importgate_core::baseline::{Baseline, EntryLines};
use importgate_core::budgets::{Allowance, Target};
use importgate_core::report::config::{Beside, Config, StoredLimits, TargetConfig, json, text};
use importgate_core::report::wording;

/// Shows it and returns the exit code. Nothing is imported.
pub(super) fn run(arguments: &ConfigArguments) -> Result<u8, Error> {
    let (project, _session) = Project::open(&arguments.project)?;
    let asked = !arguments.modules.is_empty();
    let mut targets = project.select(&arguments.modules)?.targets;
    let beside = if asked {
        BesideBudgets::of(&project)?
    } else {
        BesideBudgets::default()
    };
    beside.accept(&project, &mut targets);
    let lines = beside.lines(&project);
    let file = project.baseline_path.display().to_string();
    let of_causes = allowances::of_causes(&beside.allowances);
    let stored = beside.baseline.as_ref().and_then(|baseline| {
        Some(StoredLimits {
            entry: baseline.entry(&project.key)?,
            lines: &lines,
            file: &file,
        })
    });
    let python = project.chosen();
    let config = Config {
        budgets: project.budgets.file_name().to_owned(),
        python: python.executable.display().to_string(),
        python_from: wording::chosen_by(&python.by),
        source_roots: project
            .source_roots
            .iter()
            .map(|root| root.display().to_string())
            .collect(),
        baseline: project.baseline_path.display().to_string(),
        settings: project.budgets.settings_in_force(),
        targets: targets
            .iter()
            .map(|target| TargetConfig {
                name: target.name.clone(),
                layer: target.layer.clone(),
                keys: if asked {
                    project.budgets.in_force(target)
                } else {
                    Vec::new()
                },
                beside: if asked {
                    Beside::of(target, &of_causes, stored)
                } else {
                    Vec::new()
                },
            })
            .collect(),
    };
    let shown = match arguments.format {
        ConfigFormat::Terminal => text(&config, asked),
        ConfigFormat::Json => json(&config).map_err(outputs::not_json)?,
    };
    outputs::to_standard_output(&shown)?;
    Ok(exit::PASS)
}

/// What limits targets beside the budgets file.
#[derive(Default)]
struct BesideBudgets {
    allowances: Vec<Allowance>,
    baseline: Option<Baseline>,
}

impl BesideBudgets {
    fn of(project: &Project) -> Result<Self, Error> {
        Ok(Self {
            allowances: allowances::read(&allowances::folder(&project.budgets_path))?,
            baseline: store::baseline::read(&project.baseline_path)?,
        })
    }

    fn accept(&self, project: &Project, targets: &mut [Target]) {
        let entry = self.baseline.as_ref().and_then(|baseline| baseline.entry(&project.key));
        HeldAgainst::Baseline(entry).accept(targets, &self.allowances);
    }

    fn lines(&self, project: &Project) -> EntryLines {
        let baseline = self.baseline.as_ref();
        baseline
            .map(|baseline| baseline.lines_of(&project.key))
            .unwrap_or_default()
    }
}
