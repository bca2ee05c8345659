//! The recorded streams, as samples again.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use importgate_core::observed::{OwnTime, Sample};

use crate::hogs::State;
use crate::record::{TARGETS, WITH_OWN_TIMES};

/// The samples of each target in each state of the machine, in the order in which they were taken.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    head: BTreeMap<(usize, State), Vec<Sample>>,
    base: BTreeMap<(usize, State), Vec<Sample>>,
}

impl Streams {
    /// Reads what `benches/data` has.
    pub(crate) fn read() -> Result<Self, Box<dyn Error>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/data");
        let mut streams = Self::default();
        for line in std::fs::read_to_string(folder.join("streams.csv"))?.lines().skip(1) {
            streams.add(line).ok_or_else(|| format!("not a sample: {line}"))?;
        }
        streams.add_own_times(&std::fs::read_to_string(folder.join("own-times.csv"))?)?;
        Ok(streams)
    }

    /// Samples of the version under test.
    pub(crate) fn head(&self, target: usize, state: State) -> &[Sample] {
        self.head.get(&(target, state)).map_or(&[], Vec::as_slice)
    }

    /// Samples of the same rounds in the other arm; none where a target was recorded without it.
    pub(crate) fn base(&self, target: usize, state: State) -> &[Sample] {
        self.base.get(&(target, state)).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let mut fields = line.split(',');
        let target = fields.next()?;
        let target = TARGETS.iter().position(|known| *known == target)?;
        let state = State::named(fields.next()?)?;
        let arm = if fields.next()? == "head" {
            &mut self.head
        } else {
            &mut self.base
        };
        let numbers: Vec<u64> = fields.map(|field| field.parse().ok()).collect::<Option<_>>()?;
        let [cpu, wall, blocked, calibration, reference, switches] = numbers[..] else {
            return None;
        };
        let samples = arm.entry((target, state)).or_default();
        samples.push(Sample {
            round: u32::try_from(samples.len()).ok()?,
            cpu_ns: cpu,
            wall_ns: wall,
            blocked_ns: blocked,
            calibration_ns: calibration,
            reference_ns: reference as f64,
            voluntary_switches: switches,
            ..Sample::default()
        });
        Some(())
    }

    fn add_own_times(&mut self, text: &str) -> Result<(), Box<dyn Error>> {
        let mut lines = text.lines();
        let header = lines.next().ok_or("no own times")?;
        let names: Vec<Arc<str>> = header.split(',').skip(1).map(Arc::from).collect();
        let mut next: BTreeMap<State, usize> = BTreeMap::new();
        for line in lines {
            let mut fields = line.split(',');
            let state = fields.next().and_then(State::named).ok_or("no state")?;
            let place = next.entry(state).or_default();
            let samples = self.head.get_mut(&(WITH_OWN_TIMES, state)).ok_or("no such stream")?;
            let own = fields.zip(&names).map(|(time, module)| {
                Ok(OwnTime {
                    module: Arc::clone(module),
                    cpu_ns: time.parse::<u64>()? * 1000,
                })
            });
            let sample = samples.get_mut(*place).ok_or("more own times than samples")?;
            sample.own = own.collect::<Result<_, std::num::ParseIntError>>()?;
            *place += 1;
        }
        Ok(())
    }
}
