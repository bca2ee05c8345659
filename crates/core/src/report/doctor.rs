//! What `doctor` found, as text and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::numbers;
use crate::observed::{BytecodeState, Interpreter, Machine};
use crate::stats::noise::NoiseFloor;

use super::{facts, untrusted, wording};

/// Everything that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Examination {
    /// The project's interpreter.
    pub interpreter: Interpreter,
    /// Modules that each start compiles, since their bytecode is stale or missing after an import.
    pub compiled: BTreeMap<String, BytecodeState>,
    /// The machine.
    pub machine: Machine,
    /// Load averages over 1, 5 and 15 minutes.
    pub load: Option<[f64; 3]>,
    /// Frequency governors in use.
    pub governors: Vec<String>,
    /// Whether the processor may exceed its nominal frequency.
    pub turbo: Option<bool>,
    /// Whether this is a virtual machine.
    pub virtual_machine: Option<bool>,
    /// The share of the processor time that the hypervisor took away during the self-test.
    pub stolen: Option<f64>,
    /// How fast it is while nothing else runs: what the calibration takes, in microseconds; `None` where nothing said so.
    pub machine_speed_us: Option<f64>,
    /// How many imports a check runs at once here, and the self-test did.
    pub jobs: usize,
    /// The A/A self-test.
    pub floor: NoiseFloor,
    /// Seconds that it took.
    pub seconds: f64,
    /// `gate.max-regression`, a fraction.
    pub max_regression: f64,
}

/// The examination as indented JSON.
pub fn render_json(examination: &Examination) -> String {
    // These types have no value that cannot be written.
    serde_json::to_string_pretty(examination).unwrap_or_default() + "\n"
}

/// The examination for people.
pub fn render(examination: &Examination) -> String {
    let mut lines = Vec::new();
    let mut row = |name: &str, value: String| lines.push(format!("  {name:<18} {}", untrusted::line(&value)));
    let interpreter = &examination.interpreter;
    row(
        "interpreter",
        format!(
            "{} {} ({})",
            interpreter.implementation,
            interpreter.version,
            interpreter.executable.display()
        ),
    );
    if let Some(chosen) = &interpreter.chosen_by {
        row("found by", wording::chosen_by(chosen));
    }
    row("baseline entry", interpreter.key().to_string());
    row("bytecode", bytecode(&examination.compiled));
    machine_rows(examination, &mut row);
    let mut text = format!("importgate doctor\n{}\n\n", lines.join("\n"));
    self_test(examination, &mut text);
    text
}

/// How many modules are named that are compiled at each start.
const NAMED: usize = 3;

fn bytecode(compiled: &BTreeMap<String, BytecodeState>) -> String {
    if compiled.is_empty() {
        return "there after an import".to_owned();
    }
    let named = compiled.iter().take(NAMED);
    let mut modules: Vec<String> = named.map(|(module, state)| format!("{module} ({state})")).collect();
    let others = compiled.len().saturating_sub(NAMED);
    if others > 0 {
        modules.push(numbers::counted(others as u64, "more module"));
    }
    format!("compiled at each start: {}", modules.join(", "))
}

fn machine_rows(examination: &Examination, row: &mut impl FnMut(&str, String)) {
    let machine = &examination.machine;
    row(
        "processor",
        format!(
            "{}, {}",
            machine.processor,
            numbers::counted(u64::from(machine.cores), "core")
        ),
    );
    row("jobs", numbers::counted(examination.jobs as u64, "import") + " at once");
    row("kernel", machine.kernel.clone());
    if let Some(share) = &machine.container_cpus {
        row("container", format!("{share} processors"));
    }
    if let Some(bytes) = machine.container_memory_bytes {
        row("container memory", numbers::bytes(bytes));
    }
    if let Some([one, five, fifteen]) = examination.load {
        row("load", format!("{one:.2} {five:.2} {fifteen:.2}"));
    }
    if !examination.governors.is_empty() {
        row("governor", examination.governors.join(", "));
    }
    if let Some(us) = examination.machine_speed_us {
        row(
            "machine-speed",
            format!("{}, with nothing else to do", facts::calibration(us)),
        );
    }
    let yes_no = |value: bool| if value { "yes" } else { "no" }.to_owned();
    if let Some(turbo) = examination.turbo {
        row("turbo", yes_no(turbo));
    }
    if let Some(virtual_machine) = examination.virtual_machine {
        row("virtual machine", yes_no(virtual_machine));
    }
    if let Some(stolen) = examination.stolen {
        row(
            "stolen",
            format!(
                "{} of the processor time, by the hypervisor",
                numbers::percent(stolen * 100.0)
            ),
        );
    }
}

fn self_test(examination: &Examination, text: &mut String) {
    let floor = &examination.floor;
    let percent = |share: f64| numbers::percent(share * 100.0);
    let mut line = |sentence: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{sentence}");
    };
    line(format!(
        "A/A self-test: {} pairs in {}",
        floor.samples,
        numbers::seconds(examination.seconds)
    ));
    line(format!(
        "  one sample spreads by {}; calibrated, by {}",
        percent(floor.plain_spread),
        percent(floor.calibrated_spread)
    ));
    line("  the smallest regression that is caught here in 95% of the checks:".to_owned());
    if let Some(changed_part) = floor.changed_part {
        line(format!(
            "    {:>7}  in modules that changed, against those that did not (10 samples)",
            percent(changed_part)
        ));
    }
    line(format!(
        "    {:>7}  base against head in one run, --against (60 pairs)",
        percent(floor.paired)
    ));
    line(format!(
        "    {:>7}  a whole import against the stored baseline (60 samples against 30)",
        percent(floor.whole)
    ));
    if examination.max_regression < floor.whole {
        line(format!(
            "\nwarning: max-regression is {}, less than a whole import against the baseline can tell on this machine\n   \
             = help: changed modules are told apart far finer; for the rest use --against, or engine = \"instructions\"",
            percent(examination.max_regression)
        ));
    }
}
