//! `importgate config`: what holds for the project, its targets and its benchmarks, and which line says so.

use crate::allowances;
use crate::allowances::HeldAgainst;
use crate::benchmarks::{Benchmarks, Division};
use crate::cli::{ConfigArguments, ConfigFormat};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::project::Project;
use crate::store;
use importgate_core::baseline::{Baseline, EntryLines};
use importgate_core::budgets::{Allowance, Budgets, Target};
use importgate_core::checks::target_of;
use importgate_core::report::config::{Beside, Config, ImportsConfig, StoredLimits, TargetConfig, json, text};
use importgate_core::report::wording;

/// Shows it and returns the exit code. Nothing is imported.
pub(super) fn run(arguments: &ConfigArguments) -> Result<u8, Error> {
    let division = Division::of(&arguments.benchmarks, &arguments.project.budgets, &arguments.modules)?;
    let asked = !arguments.modules.is_empty();
    let mut config = match &division.benchmarks {
        Some(benchmarks) if division.nothing_else => of_budgets(benchmarks.budgets()),
        _ => of_project(arguments, &division.targets, asked)?,
    };
    if let Some(benchmarks) = &division.benchmarks {
        config.benchmarks = Some(benchmarks.path().display().to_string());
        config.targets.extend(of_benchmarks(benchmarks, asked)?);
    }
    let shown = match arguments.format {
        ConfigFormat::Terminal => text(&config, asked),
        ConfigFormat::Json => json(&config).map_err(outputs::not_json)?,
    };
    outputs::to_standard_output(&shown)?;
    Ok(exit::PASS)
}

/// Of budgets alone, without targets.
fn of_budgets(budgets: &Budgets) -> Config {
    Config {
        budgets: budgets.file_name().to_owned(),
        imports: None,
        benchmarks: None,
        settings: budgets.settings_in_force(),
        targets: Vec::new(),
    }
}

fn of_project(arguments: &ConfigArguments, words: &[String], asked: bool) -> Result<Config, Error> {
    let (project, _session) = Project::open(&arguments.project)?;
    let mut targets = project.select(words)?.targets;
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
    let roots = project.source_roots.iter();
    let of_target = |target: &Target| TargetConfig {
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
    };
    Ok(Config {
        imports: Some(ImportsConfig {
            python: python.executable.display().to_string(),
            python_from: wording::chosen_by(&python.by),
            source_roots: roots.map(|root| root.display().to_string()).collect(),
            baseline: project.baseline_path.display().to_string(),
        }),
        targets: targets.iter().map(of_target).collect(),
        ..of_budgets(&project.budgets)
    })
}

fn of_benchmarks(benchmarks: &Benchmarks, asked: bool) -> Result<Vec<TargetConfig>, Error> {
    let accepted = benchmarks.accepted()?;
    let configs = accepted.bounded.iter().map(|bounded| TargetConfig {
        name: target_of(&bounded.benchmark.name),
        layer: bounded.layer.clone(),
        keys: if asked {
            benchmarks.budgets().in_force_of_benchmark(bounded)
        } else {
            Vec::new()
        },
        beside: if asked {
            Beside::of_accepted(&bounded.accepted).collect()
        } else {
            Vec::new()
        },
    });
    Ok(configs.collect())
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
