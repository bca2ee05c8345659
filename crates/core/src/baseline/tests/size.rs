//! A project of 100 targets that load 1,000 modules each, with 15 samples, takes 37 bytes a module and no more.

use std::collections::BTreeMap;

use crate::baseline::{Baseline, Entry, Recorded, StoredSample};
use crate::observed::{Collections, ContentHash, EnvironmentKey, ModuleRecord, Origin, ReferenceSample};

const LIMIT: usize = 3_800_000;
const TARGETS: usize = 100;
const SAMPLES: u32 = 15;

/// Knuth's linear congruential generator: the same project in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Own times spread over three orders of magnitude, from 3 µs to 3 ms, as those of real modules do.
    fn own_ns(&mut self) -> u64 {
        (3_000.0 * 10_f64.powf(self.below(3_000) as f64 / 1_000.0)) as u64
    }
}

/// Packages of `size` modules with names as long as usual ones: 600 own, 400 standard, 2,000 of 20 distributions.
fn packages(random: &mut Random) -> Vec<Vec<(String, ModuleRecord)>> {
    let mut packages = Vec::new();
    let mut package = |origin: &Origin, prefix: String, size: usize| {
        let module = |index: usize| {
            let content = Some(ContentHash(random.below(1 << 31) << 31 | random.below(1 << 31)));
            (
                format!("{prefix}.component_{index:02}"),
                ModuleRecord {
                    content,
                    origin: origin.clone(),
                    bytecode: None,
                },
            )
        };
        packages.push((0..size).map(module).collect());
    };
    for index in 0..30 {
        package(&Origin::Own, format!("application.services.area_{index:02}"), 20);
    }
    for index in 0..40 {
        package(&Origin::Standard, format!("library_{index:02}"), 10);
    }
    for index in 0..100 {
        let origin = Origin::Distribution {
            name: format!("some-distribution-{:02}", index / 5),
            version: format!("{}.4.1", index / 5),
        };
        package(
            &origin,
            format!("distribution_{:02}.part_{}.internal", index / 5, index % 5),
            20,
        );
    }
    packages
}

fn target(modules: BTreeMap<String, ModuleRecord>, random: &mut Random) -> Recorded {
    let own_ns = modules.keys().map(|name| (name.clone(), random.own_ns())).collect();
    let mut around = |value: u64| value + random.below(value / 5);
    let sample = |round| StoredSample {
        round,
        cpu_ns: around(180_000_000),
        wall_ns: around(250_000_000),
        blocked_ns: around(1_500_000),
        calibration_ns: around(2_500_000),
        reference_ns: around(80_000_000),
        memory_bytes: around(120_000_000),
        peak_memory_bytes: around(150_000_000),
        voluntary_switches: around(10),
        modules: modules.len() as u64,
        collections: Collections {
            times: [around(150), around(14), 1],
            ns: [around(8_000_000), around(8_000_000), around(12_000_000)],
        },
    };
    let samples = (0..SAMPLES).map(sample).collect();
    Recorded {
        samples,
        closure: modules.into(),
        own_ns,
        preload: vec!["application.core".to_owned()],
        ..Recorded::default()
    }
}

/// The baseline of a project whose targets load what `choose` takes from the packages.
fn project(choose: impl Fn(&[Vec<(String, ModuleRecord)>], &mut Random) -> BTreeMap<String, ModuleRecord>) -> Baseline {
    let mut random = Random(20_261_121);
    let packages = packages(&mut random);
    let reference = (0..400).map(|_| ReferenceSample {
        cpu_ns: 80_000_000 + random.below(9_999_999),
        wall_ns: 90_000_000 + random.below(9_999_999),
        calibration_ns: 0,
    });
    let mut entry = Entry {
        reference: reference.collect(),
        ..Entry::default()
    };
    for index in 0..TARGETS {
        let modules = choose(&packages, &mut random);
        assert!((900..=1_100).contains(&modules.len()), "{} modules", modules.len());
        entry.targets.insert(
            format!("application.services.area_{index:02}"),
            target(modules, &mut random),
        );
    }
    let key = EnvironmentKey("cpython-3.13-linux-x86_64".to_owned());
    Baseline {
        environments: BTreeMap::from([(key, entry)]),
    }
}

fn assert_small(baseline: &Baseline) {
    let text = baseline.render();
    assert!(text.len() < LIMIT, "{} bytes", text.len());
    assert!(Baseline::parse(text.as_bytes()).is_ok());
}

#[test]
fn a_large_project_stays_small() {
    // A third of the packages nearly as a whole: some modules of a package are loaded only when they are needed.
    assert_small(&project(|packages, random| {
        let mut modules = BTreeMap::new();
        while modules.len() < 990 {
            let package = &packages[random.below(packages.len() as u64) as usize];
            modules.extend(package.iter().filter(|_| random.below(10) > 0).cloned());
        }
        modules
    }));
}

#[test]
fn so_does_one_whose_closures_have_no_order() {
    assert_small(&project(|packages, random| {
        packages
            .iter()
            .flatten()
            .filter(|_| random.below(3) == 0)
            .cloned()
            .collect()
    }));
}
