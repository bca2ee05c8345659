//! How it was measured: machine, interpreter, baseline, what the run cost and how to repeat it; what was installed since the baseline.

use super::super::facts;
use super::markup::{Html, Tag};
use super::part::Part;
use crate::numbers;
use crate::observed::{DistributionChange, Machine};
use crate::report::{Report, wording};

pub(super) fn write(html: &mut Html, part: &Part<'_>) {
    part.section(html, "run", "How it was measured", |html| {
        html.element("dl", |html| {
            for (term, description) in entries(part.report) {
                html.leaf("dt", term);
                html.leaf("dd", &description);
            }
        });
    });
}

/// What was installed, upgraded or removed since the baseline; nothing where nothing was.
pub(super) fn write_distributions(html: &mut Html, part: &Part<'_>) {
    let changes = &part.report.distributions;
    if changes.is_empty() {
        return;
    }
    part.section(html, "distributions", "What was installed since the baseline", |html| {
        html.element(Tag::of_class("table", "plain"), |html| {
            html.element("thead", |html| {
                html.element("tr", |html| {
                    for title in ["distribution", "before", "now"] {
                        html.leaf(Tag::from("th").with("scope", "col"), title);
                    }
                });
            });
            html.element("tbody", |html| {
                changes.iter().for_each(|change| distribution(html, change))
            });
        });
    });
}

fn distribution(html: &mut Html, change: &DistributionChange) {
    html.element("tr", |html| {
        html.leaf(Tag::from("th").with("scope", "row"), &change.name);
        for version in [&change.before, &change.after] {
            html.leaf("td", version.as_deref().unwrap_or("not installed"));
        }
    });
}

fn entries(report: &Report) -> Vec<(&'static str, String)> {
    let environment = &report.environment;
    let mut entries = vec![
        ("importgate", format!("{}, {}", report.importgate, report.budgets)),
        (
            "Python",
            format!(
                "{} ({}), {}{}",
                environment.python_version,
                environment.key,
                environment.python,
                environment
                    .python_chosen_by
                    .as_ref()
                    .map_or_else(String::new, |chosen| format!(
                        ", found by {}",
                        wording::chosen_by(chosen)
                    ))
            ),
        ),
        ("machine", machine(&environment.machine)),
        ("baseline", facts::compared_with(report)),
    ];
    let recorded = report.baseline.as_ref().and_then(|baseline| baseline.recorded.as_ref());
    entries.extend(recorded.map(|recorded| {
        let text = format!("{}, by importgate {}", machine(&recorded.machine), recorded.importgate);
        ("recorded on", text)
    }));
    entries.extend(facts::speed(report, true).map(|speed| ("speed", speed)));
    entries.push(("run", facts::cost(report)));
    entries.push(("references", numbers::count(report.run.references)));
    entries.extend(facts::division(report).map(|division| ("time", division)));
    entries.push(("seed", format!("--seed {}", report.run.seed)));
    let variables = environment
        .variables
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let variables: Vec<String> = variables.collect();
    if !variables.is_empty() {
        entries.push(("variables", variables.join(" ")));
    }
    entries
}

fn machine(machine: &Machine) -> String {
    let mut text = format!(
        "{}, {}, {}",
        machine.processor,
        numbers::counted(u64::from(machine.cores), "core"),
        machine.kernel
    );
    if let Some(cpus) = &machine.container_cpus {
        text.push_str(&format!(", {cpus} CPUs of the container"));
    }
    if let Some(bytes) = machine.container_memory_bytes {
        text.push_str(&format!(", {} of the container", numbers::bytes(bytes)));
    }
    text
}
