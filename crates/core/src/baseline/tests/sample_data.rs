//! Baselines for tests: a small one that can be read at a glance, and one of the size of a large project.

use std::collections::BTreeMap;

use crate::baseline::{Baseline, Entry, Recorded, RecordedInterpreter, RecordedSpeed, StoredSample};
use crate::observed::{
    BytecodeState, COLLECTIONS, ContentHash, EnvironmentKey, FailureKind, Input, Inputs, Installed, Machine,
    ModuleRecord, ModuleTable, Origin, ReferenceSample, SharedMap,
};

/// The key of the entries here.
pub(in crate::baseline) fn key() -> EnvironmentKey {
    EnvironmentKey("cpython-3.13-linux-x86_64".to_owned())
}

/// A module of the project.
pub(in crate::baseline) fn own(hash: u64) -> ModuleRecord {
    ModuleRecord {
        content: Some(ContentHash(hash)),
        origin: Origin::Own,
        bytecode: Some(BytecodeState::Fresh),
    }
}

/// A module of a distribution.
pub(in crate::baseline) fn installed(name: &str, version: &str, hash: u64) -> ModuleRecord {
    let origin = Origin::Distribution {
        name: name.to_owned(),
        version: version.to_owned(),
    };
    ModuleRecord {
        content: Some(ContentHash(hash)),
        origin,
        bytecode: Some(BytecodeState::Fresh),
    }
}

/// A closure from pairs.
pub(in crate::baseline) fn closure<const N: usize>(modules: [(&str, ModuleRecord); N]) -> ModuleTable {
    modules
        .into_iter()
        .map(|(name, record)| (name.to_owned(), record))
        .collect()
}

/// A sample of so many milliseconds next to a reference of 40 ms.
pub(in crate::baseline) fn sample(round: u32, milliseconds: u64) -> StoredSample {
    StoredSample {
        round,
        cpu_ns: milliseconds * 1_000_000,
        wall_ns: milliseconds * 1_100_000,
        blocked_ns: 0,
        calibration_ns: 2_500_000,
        reference_ns: 40_000_000,
        memory_bytes: 10 << 20,
        peak_memory_bytes: 30 << 20,
        voluntary_switches: 1,
        modules: 3,
        ..StoredSample::default()
    }
}

/// An entry with two targets.
pub(in crate::baseline) fn entry() -> Entry {
    let database = Recorded {
        samples: vec![sample(0, 50), sample(1, 50), sample(2, 50)],
        closure: closure([
            ("shop", own(1)),
            ("shop.database", own(2)),
            ("sqlalchemy", installed("sqlalchemy", "2.0.49", 3)),
            ("sqlalchemy.orm", installed("sqlalchemy", "2.0.49", 4)),
            (
                "_socket",
                ModuleRecord {
                    content: None,
                    origin: Origin::Standard,
                    bytecode: Some(BytecodeState::Fresh),
                },
            ),
        ]),
        own_ns: SharedMap::from([
            ("shop".to_owned(), 120_000),
            ("sqlalchemy".to_owned(), 3_000_000),
            ("sqlalchemy.orm".to_owned(), 0),
            (COLLECTIONS.to_owned(), 2_500_000),
        ]),
        preload: vec!["shop.core".to_owned()],
        files_read: BTreeMap::from([("src/shop/data.json".to_owned(), Some(ContentHash(9)))]),
        inputs: Inputs::from([
            (Input::SearchPath, Some(ContentHash(7))),
            (Input::Module("ujson".to_owned()), None),
        ]),
        instructions: Some(69_106_825),
        ..Recorded::default()
    };
    let utils = Recorded {
        samples: vec![sample(0, 2), sample(1, 2)],
        closure: closure([("shop", own(1)), ("shop.utils", own(5))]),
        ..Recorded::default()
    };
    Entry {
        importgate: "0.1.0".to_owned(),
        interpreter: RecordedInterpreter {
            version: "3.13.0".to_owned(),
            build: "3.13.0 (main, Oct  7 2024, 00:00:00) [GCC 13.2.0]".to_owned(),
        },
        machine: Machine {
            processor: "AMD EPYC 7763 64-Core Processor".to_owned(),
            cores: 2,
            kernel: "Linux 6.8.0".to_owned(),
            container_cpus: Some("1.50".to_owned()),
            container_memory_bytes: None,
        },
        variables: BTreeMap::from([("PYTHONOPTIMIZE".to_owned(), "1".to_owned())]),
        distributions: Installed {
            versions: BTreeMap::from([("sqlalchemy".to_owned(), "2.0.49".to_owned())]),
            is_complete: false,
        },
        reference: vec![
            ReferenceSample {
                cpu_ns: 40_000_000,
                wall_ns: 41_000_000,
                calibration_ns: 0,
            };
            3
        ],
        calibration_ns: 2_500_000,
        targets: BTreeMap::from([("shop.database".to_owned(), database), ("shop.utils".to_owned(), utils)]),
        ..Entry::default()
    }
}

/// A baseline with that entry.
pub(in crate::baseline) fn baseline() -> Baseline {
    Baseline {
        environments: BTreeMap::from([(key(), entry())]),
    }
}

/// Gives an entry what not every entry has: a start, a target that failed, stale bytecode, a speed, and one module with the
/// contents of two recordings.
pub(in crate::baseline) fn enrich(entry: &mut Entry) {
    entry.distributions.is_complete = true;
    entry.failed = BTreeMap::from([("shop.mailer".to_owned(), FailureKind::Hang)]);
    let site = closure([("site", own(11)), ("sitecustomize", installed("hooks", "1.0", 12))]);
    entry.start = Some(Recorded {
        own_ns: SharedMap::from([("site".to_owned(), 40_000)]),
        closure: site,
        ..Recorded::default()
    });
    let utils = entry.targets.get_mut("shop.utils").expect("the target");
    utils.speed = Some(RecordedSpeed {
        machine_ns: 2_400_000,
        calibration_ns: 2_500_000,
        reference_ns: 40_000_000,
    });
    let shop = utils.closure.get_mut("shop").expect("the module");
    shop.content = Some(ContentHash(77));
    shop.bytecode = Some(BytecodeState::Stale);
}
