//! Two hundred revisions of one recorded baseline, for `benches/trend/history.py`, which commits them: in each, one target has other
//! samples, as if it had been recorded again, and in one of twenty all have. The samples are drawn from those that were recorded. Where
//! more targets are asked for than were recorded, these come again under other names.

use std::error::Error;
use std::path::Path;

use importgate_core::baseline::{Baseline, Recorded, StoredSample};
use importgate_core::stats::random::SplitMix64;

/// From this share of the revisions on, one target takes more by that share.
const SLOWER: (f64, f64) = (0.6, 0.12);

/// Writes the revisions into a folder, each as a file.
pub(crate) fn write(words: &[String]) -> Result<(), Box<dyn Error>> {
    let [baseline, folder, revisions, targets] = words else {
        return Err("usage: experiment history BASELINE FOLDER REVISIONS TARGETS".into());
    };
    let (folder, revisions) = (Path::new(folder), revisions.parse::<usize>()?);
    let mut baseline = Baseline::parse(&std::fs::read(baseline)?)?;
    multiply(&mut baseline, targets.parse()?);
    let recorded = baseline.clone();
    let mut random = SplitMix64::new(14);
    std::fs::create_dir_all(folder)?;
    for revision in 0..revisions {
        for (key, entry) in &mut baseline.environments {
            let names: Vec<String> = entry.targets.keys().cloned().collect();
            let again = match revision % 20 {
                10 => names.clone(),
                _ => names
                    .iter()
                    .skip(revision % names.len().max(1))
                    .take(1)
                    .cloned()
                    .collect(),
            };
            let is_slower = revision as f64 >= SLOWER.0 * revisions as f64;
            for name in again {
                let times = if is_slower && names.first() == Some(&name) {
                    1.0 + SLOWER.1
                } else {
                    1.0
                };
                if let Some(before) = recorded.entry(key).and_then(|entry| entry.targets.get(&name)) {
                    entry.targets.insert(name, drawn(before, times, &mut random));
                }
            }
        }
        std::fs::write(folder.join(format!("{revision:04}.json")), baseline.render())?;
    }
    Ok(())
}

/// Gives every entry so many targets at least.
fn multiply(baseline: &mut Baseline, targets: usize) {
    for entry in baseline.environments.values_mut() {
        let recorded: Vec<(String, Recorded)> = entry.targets.clone().into_iter().collect();
        for index in recorded.len()..targets {
            if let Some((name, target)) = recorded.get(index % recorded.len().max(1)) {
                entry.targets.insert(format!("{name}_{index}"), target.clone());
            }
        }
    }
}

fn drawn(recorded: &Recorded, times: f64, random: &mut SplitMix64) -> Recorded {
    let count = recorded.samples.len();
    let samples = (0..count).zip(0_u32..).map(|(_, round)| {
        let sample = recorded.samples[random.below(count)];
        StoredSample {
            round,
            cpu_ns: (sample.cpu_ns as f64 * times) as u64,
            ..sample
        }
    });
    Recorded {
        samples: samples.collect(),
        ..recorded.clone()
    }
}
