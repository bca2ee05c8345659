//! From stored bytes to a baseline. Nothing is guessed, repaired or passed over: a gate that misreads its baseline gives
//! a wrong verdict without a word.

use std::collections::BTreeMap;

use serde_json::error::Category;

use super::fields::Node;
use super::json::Json;
use super::table::{self, Modules, Pool};
use super::{Baseline, Entry, ParseError, Recorded, RecordedInterpreter, StoredSample, words};
use crate::observed::{EnvironmentKey, Machine, ModuleRecord, ReferenceSample};
use crate::stats::MachineSpeed;

/// Reads a baseline.
pub(super) fn baseline(bytes: &[u8]) -> Result<Baseline, ParseError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ParseError::NotText {
        offset: error.valid_up_to(),
    })?;
    if text.trim().is_empty() {
        return Err(ParseError::Empty);
    }
    let json: Json = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
    let root = Node::root(&json);
    let mut fields = root.fields().map_err(|_| ParseError::Foreign)?;
    let format = fields.take_optional("format").ok_or(ParseError::Foreign)?;
    if !format.text().is_ok_and(|name| name == Baseline::FORMAT) {
        return Err(ParseError::Foreign);
    }
    let version = fields.take("version")?;
    match version.natural()? {
        Baseline::VERSION => {}
        newer @ Baseline::VERSION.. => {
            return Err(ParseError::Newer {
                version: newer,
                reads: Baseline::VERSION,
            });
        }
        _ => return Err(version.invalid("there was never such a version")),
    }
    let mut baseline = Baseline::default();
    for (key, node) in fields.take("environments")?.entries()? {
        baseline
            .environments
            .insert(EnvironmentKey(key.to_owned()), entry(&node)?);
    }
    fields.finish()?;
    Ok(baseline)
}

fn not_json(text: &str, error: &serde_json::Error) -> ParseError {
    // A line of JSON cannot begin like this, so it is no text inside a value.
    let marker = text.lines().position(|line| line.starts_with("<<<<<<<"));
    if let Some(index) = marker {
        return ParseError::Conflict { line: index + 1 };
    }
    let (line, column) = (error.line(), error.column());
    if error.classify() == Category::Eof {
        return ParseError::Truncated { line, column };
    }
    let message = error.to_string();
    let problem = message.split(" at line ").next().unwrap_or_default().to_owned();
    ParseError::Syntax { line, column, problem }
}

fn entry(node: &Node<'_>) -> Result<Entry, ParseError> {
    let mut fields = node.fields()?;
    let mut interpreter = fields.take("interpreter")?.fields()?;
    let columns = fields.take("sample_columns")?;
    let names: Vec<&str> = columns.list()?.iter().map(Node::text).collect::<Result<_, _>>()?;
    if names != StoredSample::COLUMNS {
        return Err(columns.invalid(format!("the columns are not {}", StoredSample::COLUMNS.join(", "))));
    }
    let mut entry = Entry {
        importgate: fields.take_text("importgate")?,
        interpreter: RecordedInterpreter {
            version: interpreter.take_text("version")?,
            build: interpreter.take_text("build")?,
        },
        machine: machine(&fields.take("machine")?)?,
        variables: texts(&fields.take("variables")?)?,
        distributions: texts(&fields.take("distributions")?)?,
        reference: reference(&fields.take("reference_cpu_ns")?, &fields.take("reference_wall_ns")?)?,
        calibration_ns: fields.take_natural("calibration_ns")?,
        bytecode: fields
            .take("bytecode")?
            .word("\"warm\" or \"cold\"", words::bytecode_of)?,
        engine: fields
            .take("engine")?
            .word("\"time\" or \"instructions\"", words::engine_of)?,
        targets: BTreeMap::new(),
    };
    interpreter.finish()?;
    let pools = Pools {
        modules: modules(&fields.take("modules")?)?,
        files: Pool::from_json(&fields.take("files")?)?,
    };
    let speed = entry.speed();
    for (name, node) in fields.take("targets")?.entries()? {
        entry.targets.insert(name.to_owned(), target(&node, &speed, &pools)?);
    }
    fields.finish()?;
    Ok(entry)
}

/// What the targets of an entry refer to.
struct Pools {
    modules: Modules,
    files: Pool,
}

fn machine(node: &Node<'_>) -> Result<Machine, ParseError> {
    let mut fields = node.fields()?;
    let cores = fields.take("cores")?;
    let container_cpus = fields.take("container_cpus")?;
    let container_memory = fields.take("container_memory_bytes")?;
    let machine = Machine {
        processor: fields.take_text("processor")?,
        cores: u32::try_from(cores.natural()?).map_err(|_| cores.invalid("more processors than there can be"))?,
        kernel: fields.take_text("kernel")?,
        container_cpus: container_cpus.optional(|node| Ok(node.text()?.to_owned()))?,
        container_memory_bytes: container_memory.optional(Node::natural)?,
    };
    fields.finish()?;
    Ok(machine)
}

fn texts(node: &Node<'_>) -> Result<BTreeMap<String, String>, ParseError> {
    let pairs = node.entries()?.into_iter();
    pairs
        .map(|(key, value)| Ok((key.to_owned(), value.text()?.to_owned())))
        .collect()
}

fn naturals(node: &Node<'_>) -> Result<Vec<u64>, ParseError> {
    node.list()?.iter().map(Node::natural).collect()
}

fn reference(cpu: &Node<'_>, wall: &Node<'_>) -> Result<Vec<ReferenceSample>, ParseError> {
    let (cpu_ns, wall_ns) = (naturals(cpu)?, naturals(wall)?);
    if cpu_ns.len() != wall_ns.len() {
        let problem = format!("{} wall-clock times for {} CPU times", wall_ns.len(), cpu_ns.len());
        return Err(wall.invalid(problem));
    }
    let pairs = cpu_ns.into_iter().zip(wall_ns);
    Ok(pairs
        .map(|(cpu_ns, wall_ns)| ReferenceSample { cpu_ns, wall_ns })
        .collect())
}

fn modules(node: &Node<'_>) -> Result<Modules, ParseError> {
    let mut modules = Modules::new();
    for (label, pool) in node.entries()? {
        let origin = table::origin(label)
            .ok_or_else(|| pool.invalid("neither own, standard, other nor a distribution such as name==1.0"))?;
        modules.insert(origin, Pool::from_json(&pool)?);
    }
    Ok(modules)
}

fn target(node: &Node<'_>, speed: &MachineSpeed, pools: &Pools) -> Result<Recorded, ParseError> {
    let mut fields = node.fields()?;
    let mut recorded = Recorded {
        preload: fields
            .take("preload")?
            .list()?
            .iter()
            .map(|node| Ok(node.text()?.to_owned()))
            .collect::<Result<_, _>>()?,
        instructions: fields
            .take_optional("instructions")
            .map(|node| node.natural())
            .transpose()?,
        samples: fields
            .take("samples")?
            .list()?
            .iter()
            .map(sample)
            .collect::<Result<_, _>>()?,
        ..Recorded::default()
    };
    closure(
        &fields.take("closure")?,
        &fields.take("own_time_10us")?,
        &pools.modules,
        &mut recorded,
    )?;
    if let Some(node) = fields.take_optional("files_read") {
        let chosen = pools.files.select(&node)?;
        recorded.files_read = chosen.iter().map(|index| pools.files.member(*index).clone()).collect();
    }
    let count = fields.take("modules")?;
    if count.natural()? != recorded.closure.len() as u64 {
        return Err(count.invalid(format!("the closure has {} modules", recorded.closure.len())));
    }
    let summaries = [
        ("time_ms", recorded.time_ms(speed)),
        ("memory_bytes", recorded.memory_bytes().map(|bytes| bytes as f64)),
        (
            "peak_memory_bytes",
            recorded.peak_memory_bytes().map(|bytes| bytes as f64),
        ),
    ];
    for (key, computed) in summaries {
        let Some(computed) = computed else { continue };
        let stored = fields.take(key)?;
        // Half of the last digit that is written, or what a float of that size can hold.
        let tolerance = 0.000_6 + computed * 1e-12;
        if (stored.real()? - computed).abs() > tolerance {
            return Err(stored.invalid(format!("the samples come to {computed:.3}")));
        }
    }
    fields.finish()?;
    Ok(recorded)
}

fn sample(node: &Node<'_>) -> Result<StoredSample, ParseError> {
    let row: [u64; StoredSample::COLUMNS.len()] = naturals(node)?.try_into().map_err(|row: Vec<u64>| {
        node.invalid(format!(
            "{} numbers for {} columns",
            row.len(),
            StoredSample::COLUMNS.len()
        ))
    })?;
    StoredSample::from_row(row).ok_or_else(|| node.invalid("the round is larger than any can be"))
}

/// Fills in the closure and the own times of `recorded`.
fn closure(
    selections: &Node<'_>,
    own: &Node<'_>,
    modules: &Modules,
    recorded: &mut Recorded,
) -> Result<(), ParseError> {
    let mut names = Vec::new();
    let mut previous = None;
    for (label, selection) in selections.entries()? {
        let group = table::origin(label).and_then(|origin| modules.get_key_value(&origin));
        let (origin, pool) = group.ok_or_else(|| selection.invalid("there is no such group of modules"))?;
        if previous.replace(origin).is_some_and(|previous| previous >= origin) {
            return Err(selection.invalid("out of order: own times belong to modules by their order"));
        }
        for index in pool.select(&selection)? {
            let (name, content) = pool.member(index);
            let record = ModuleRecord {
                content: *content,
                origin: origin.clone(),
            };
            if recorded.closure.insert(name.clone(), record).is_some() {
                return Err(selection.invalid(format!("the module {name:?} is in the closure twice")));
            }
            names.push(name);
        }
    }
    let times = names.iter().zip(table::own_times(own, names.len())?);
    recorded.own_ns = times
        .filter_map(|(name, time)| Some(((*name).clone(), time?)))
        .collect();
    Ok(())
}
