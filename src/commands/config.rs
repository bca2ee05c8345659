//! `importgate config`: what holds for the project and its targets, and which line says so.

use crate::cli::{ConfigArguments, ConfigFormat};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::project::Project;
use importgate_core::report::config::{Config, TargetConfig, json, text};
use importgate_core::report::wording;

/// Shows it and returns the exit code. Nothing is imported.
pub(super) fn run(arguments: &ConfigArguments) -> Result<u8, Error> {
    let (project, _session) = Project::open(&arguments.project)?;
    let asked = !arguments.modules.is_empty();
    let targets = project.select(&arguments.modules)?.targets;
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
