//! Records the streams: base and head of the same code side by side, in the order and with the references of a real run.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use importgate_core::observed::{ImportRequest, Sample};
use importgate_core::sampling::Decision;
use importgate_core::sampling::plan::{Arm, Arms, Judge, Outcome, Plan, PlanSettings, Reference, Round, Sampled, Task};
use importgate_probe::python::{BytecodeFiles, Session, SessionSettings, SetUp};

use crate::hogs::{Hogs, State};

/// The targets, as `generate.py` writes them.
pub(crate) const TARGETS: [&str; 5] = ["about_5", "about_30", "about_100", "about_150", "about_300"];
/// The one whose own times are kept, and which is recorded without a base, since they are for the stored baseline.
pub(crate) const WITH_OWN_TIMES: usize = 3;
/// Each state of the machine is visited again and again, so that a stream is not one minute of one day.
const ROUNDS_OF_A_VISIT: usize = 6;

/// Never decides: the plan takes all its samples.
struct TakeAll;

impl Judge for TakeAll {
    fn look_round(&mut self, round: Round<'_>) -> Vec<Decision> {
        vec![Decision::Continue; round.samples.len()]
    }
}

/// Records until the minutes are over, and writes what there is after each visit to all states.
pub(crate) fn run(words: &[String]) -> Result<(), Box<dyn Error>> {
    let [python, folder, minutes] = words else {
        return Err("usage: experiment record PYTHON FOLDER MINUTES".into());
    };
    let (python, folder) = (PathBuf::from(python), PathBuf::from(folder).canonicalize()?);
    let deadline = Instant::now() + Duration::from_secs_f64(minutes.parse::<f64>()? * 60.0);
    let session = open(&python, &folder)?;
    let (mut streams, mut own, mut names, mut visit) = (String::new(), String::new(), Vec::new(), 0);
    while Instant::now() < deadline {
        for state in State::ALL {
            let hogs = Hogs::start(&python, state)?;
            let arms = visit_state(&session, visit)?;
            drop(hogs);
            for (target, arms) in TARGETS.iter().zip(&arms) {
                write_samples(&mut streams, target, state, "head", &arms.head)?;
                write_samples(&mut streams, target, state, "base", &arms.base)?;
            }
            write_own(&mut own, &mut names, state, &arms[WITH_OWN_TIMES].head)?;
        }
        visit += 1;
        write_files(&streams, &own, &names)?;
    }
    Ok(())
}

fn open(python: &Path, folder: &Path) -> Result<Session, Box<dyn Error>> {
    let session = Session::open(SessionSettings {
        executable: python.to_path_buf(),
        chosen_by: None,
        set_up: SetUp::default(),
        source_roots: vec![folder.to_path_buf()],
        working_directory: folder.to_path_buf(),
        time_limit: Duration::from_secs(60),
        run_ends: None,
        bytecode: BytecodeFiles::Warm,
    })?;
    for target in TARGETS {
        take(&session, target, 0)?;
    }
    Ok(session)
}

fn take(session: &Session, target: &str, round: u32) -> Result<Sample, Box<dyn Error>> {
    let imports = [target.to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round,
    };
    session
        .sample(request)?
        .map_err(|failure| format!("{target}: {failure:?}").into())
}

fn visit_state(session: &Session, visit: u64) -> Result<Vec<Arms>, Box<dyn Error>> {
    let mut plan = Plan::new(PlanSettings {
        targets: (0..TARGETS.len())
            .map(|target| Sampled {
                paired: target != WITH_OWN_TIMES,
                reference: Reference::Between,
                ..Sampled::default()
            })
            .collect(),
        seed: visit,
        max_samples: ROUNDS_OF_A_VISIT,
        workers: 1,
    });
    let arm_name = |arm| if arm == Arm::Head { "head" } else { "base" };
    while let Some(task) = plan.next_task() {
        let outcome = match task {
            Task::Reference => Outcome::Reference(session.reference(0)?),
            Task::Sample(slot) => {
                let (target, round) = (TARGETS[slot.target], slot.round);
                let seed = u32::try_from(visit)? * 1000 + round;
                let mut samples = Vec::new();
                for &arm in &slot.arms {
                    eprintln!("visit {visit} round {round} {target} {}", arm_name(arm));
                    samples.push(take(session, target, seed)?);
                }
                Outcome::Samples(slot, samples)
            }
        };
        plan.record(outcome, &mut TakeAll);
    }
    Ok(plan.into_samples())
}

fn write_samples(
    text: &mut String,
    target: &str,
    state: State,
    arm: &str,
    samples: &[Sample],
) -> Result<(), std::fmt::Error> {
    for sample in samples {
        let times = [
            sample.cpu_ns,
            sample.wall_ns,
            sample.blocked_ns,
            sample.calibration_ns,
            sample.reference_ns as u64,
        ]
        .map(|time| time.to_string())
        .join(",");
        let switches = sample.voluntary_switches;
        writeln!(text, "{target},{},{arm},{times},{switches}", state.name())?;
    }
    Ok(())
}

fn write_own(
    text: &mut String,
    names: &mut Vec<String>,
    state: State,
    samples: &[Sample],
) -> Result<(), std::fmt::Error> {
    for sample in samples {
        if names.is_empty() {
            *names = sample.own.iter().map(|own| own.module.to_string()).collect();
        }
        let time = |name: &String| {
            let own = sample.own.iter().find(|own| *own.module == **name);
            own.map_or(0, |own| own.cpu_ns / 1000).to_string()
        };
        let times: Vec<String> = names.iter().map(time).collect();
        writeln!(text, "{},{}", state.name(), times.join(","))?;
    }
    Ok(())
}

fn write_files(streams: &str, own: &str, names: &[String]) -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/data");
    std::fs::create_dir_all(&folder)?;
    let header = "target,state,arm,cpu,wall,blocked,calibration,reference,voluntary switches\n";
    std::fs::write(folder.join("streams.csv"), header.to_owned() + streams)?;
    let header = format!("state,{}\n", names.join(","));
    std::fs::write(folder.join("own-times.csv"), header + own)
}
