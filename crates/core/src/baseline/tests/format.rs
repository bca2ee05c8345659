//! Round trips, order and layout.

use std::collections::BTreeMap;

use jiff::civil::Date;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::sample_data::{baseline, entry, key};
use crate::baseline::format::File;
use crate::baseline::own_times::OWN_TIME_UNIT_NS;
use crate::baseline::{
    Anchor, AnchorNumbers, Baseline, Entry, Ratchet, Recorded, RecordedInterpreter, RecordedSpeed, Recorder,
    StoredSample,
};
use crate::budgets::{Bytecode, Engine};
use crate::observed::{
    BytecodeState, Collections, ContentHash, EnvironmentKey, FailureKind, Input, Installed, Machine, ModuleRecord,
    Origin, ReferenceSample, Sample,
};

#[test]
fn the_text_is_made_for_review() {
    insta::assert_snapshot!(baseline().render());
}

#[test]
fn an_empty_baseline_reads_back() {
    let empty = Baseline::default();
    assert_eq!(Baseline::parse(empty.render().as_bytes()), Ok(empty));
}

#[test]
fn the_layout_is_for_readers_and_means_nothing() {
    let compact = serde_json::to_string(&File::from(&baseline())).expect("JSON");
    assert_eq!(Baseline::parse(compact.as_bytes()), Ok(baseline()));
}

#[test]
fn another_entry_leaves_the_text_of_the_first_alone() {
    let alone = baseline().render();
    let mut both = baseline();
    both.replace(EnvironmentKey("cpython-3.14-linux-x86_64".to_owned()), entry());
    let both = both.render();
    let of_first = &alone[..alone.trim_end_matches(['\n', '}', ' ']).len()];
    assert!(both.starts_with(of_first), "{both}");
}

#[test]
fn a_target_that_comes_changes_no_line_that_is_there() {
    let before = baseline().render();
    for name in ["a", "shop.m", "z"] {
        let mut baseline = baseline();
        let entry = baseline.environments.get_mut(&key()).expect("the entry");
        let new = entry.targets["shop.utils"].clone();
        entry.targets.insert(name.to_owned(), new);
        let after = baseline.render();
        let mut rest = after.lines();
        let all_there = before.lines().all(|line| rest.any(|other| other == line));
        assert!(all_there, "{after}");
    }
}

#[test]
fn a_name_with_two_contents_is_two_modules() {
    let mut baseline = baseline();
    let entry = baseline.environments.get_mut(&key()).expect("the entry");
    // As after `record --only shop.utils`: the other target still has the older content.
    let closure = &mut entry.targets.get_mut("shop.utils").expect("the target").closure;
    closure.get_mut("shop").expect("the module").content = Some(ContentHash(77));
    assert_eq!(Baseline::parse(baseline.render().as_bytes()), Ok(baseline));
}

#[test]
fn own_times_are_rounded_without_moving_their_sum() {
    let mut baseline = baseline();
    let target = |baseline: &mut Baseline| {
        let entry = baseline.environments.get_mut(&key()).expect("the entry");
        entry.targets.remove("shop.utils").expect("the target")
    };
    let mut recorded = target(&mut baseline);
    for index in 0..1_000_u64 {
        let name = format!("shop.module_{index:03}");
        let content = Some(ContentHash(index));
        recorded.closure.insert(
            name.clone(),
            ModuleRecord {
                content,
                origin: Origin::Own,
                bytecode: Some(BytecodeState::Fresh),
            },
        );
        recorded.own_ns.insert(name, 13_000 + index);
    }
    let exact: u64 = recorded.own_ns.values().sum();
    let entry = baseline.environments.get_mut(&key()).expect("the entry");
    entry.targets.insert("shop.utils".to_owned(), recorded);
    let mut read = Baseline::parse(baseline.render().as_bytes()).expect("a baseline");
    let rounded = target(&mut read).own_ns;
    assert!(rounded.values().all(|time| time.is_multiple_of(OWN_TIME_UNIT_NS)));
    assert!(rounded.values().sum::<u64>().abs_diff(exact) <= OWN_TIME_UNIT_NS / 2);
}

#[test]
fn that_all_distributions_are_known_is_written_down() {
    let mut baseline = baseline();
    assert!(!baseline.render().contains("all_distributions"));
    let entry = baseline.environments.get_mut(&key()).expect("the entry");
    entry.distributions.is_complete = true;
    let text = baseline.render();
    assert!(text.contains("\"all_distributions\": true"), "{text}");
    assert_eq!(Baseline::parse(text.as_bytes()), Ok(baseline));
}

#[test]
fn bytecode_is_written_down_where_it_is_not_fresh() {
    let mut baseline = baseline();
    let entry = baseline.environments.get_mut(&key()).expect("the entry");
    let database = entry.targets.get_mut("shop.database").expect("the target");
    let orm = database.closure.get_mut("sqlalchemy.orm").expect("the module");
    orm.bytecode = Some(BytecodeState::Stale);
    let text = baseline.render();
    assert!(text.contains(".orm AAAAAAAAAAQs"), "{text}");
    assert_eq!(Baseline::parse(text.as_bytes()), Ok(baseline));
}

#[test]
fn a_sample_survives_but_for_its_own_times() {
    let sample = Sample {
        round: 3,
        cpu_ns: 5,
        reference_ns: 40.4,
        voluntary_switches: 2,
        modules: 7,
        collections: Collections {
            times: [30, 2, 0],
            ns: [1_500_000, 900_000, 0],
        },
        ..Sample::default()
    };
    let stored = StoredSample::from(&sample);
    assert_eq!(
        Sample::from(&stored),
        Sample {
            reference_ns: 40.0,
            ..sample
        }
    );
}

#[test]
fn what_older_versions_recorded_has_no_collections_and_keeps_its_rows() {
    let mut baseline = baseline();
    let text = baseline.render();
    let begin = text.find(", \"young_collections\"").expect("the first column of them");
    let last = "\"full_collections_ns\"";
    let end = text.find(last).expect("the last one") + last.len();
    let older = [&text[..begin], &text[end..]].concat();
    assert_eq!(Baseline::parse(older.as_bytes()), Ok(baseline.clone()));
    let entry = baseline.environments.get_mut(&key()).expect("the entry");
    let target = entry.targets.get_mut("shop.utils").expect("the target");
    target.samples[1].collections.times = [20, 2, 0];
    let counted = baseline.render();
    assert_eq!(Baseline::parse(counted.as_bytes()), Ok(baseline));
    let other_lines = counted.lines().filter(|line| !text.contains(line)).count();
    assert_eq!(other_lines, 2, "its row and its digest: {counted}");
}

fn origins() -> impl Strategy<Value = Origin> {
    let distribution = ("[a-z][a-z0-9-]{0,6}", "[0-9.a-z+=]{0,6}");
    prop_oneof![
        Just(Origin::Own),
        Just(Origin::Standard),
        Just(Origin::Other),
        distribution.prop_map(|(name, version)| Origin::Distribution { name, version }),
    ]
}

fn modules() -> impl Strategy<Value = ModuleRecord> {
    let states = prop_oneof![
        4 => Just(BytecodeState::Fresh),
        1 => Just(BytecodeState::Stale),
        1 => Just(BytecodeState::Missing),
        1 => Just(BytecodeState::Unchecked),
    ];
    (proptest::option::of(0..4_u64), origins(), states).prop_map(|(hash, origin, state)| ModuleRecord {
        content: hash.map(ContentHash),
        origin,
        bytecode: Some(state),
    })
}

fn sample_rows() -> impl Strategy<Value = StoredSample> {
    let collections = proptest::option::of((1..u64::MAX, any::<[u64; 5]>()));
    (any::<u32>(), any::<[u64; 9]>(), collections).prop_map(|(round, rest, collections)| {
        let mut row = [&[u64::from(round)], rest.as_slice()].concat();
        let (first, others) = collections.unzip();
        row.extend(first.into_iter().chain(others.into_iter().flatten()));
        StoredSample::try_from(row).expect("a round that fits")
    })
}

fn targets() -> impl Strategy<Value = Recorded> {
    let closure = btree_map("[a-c]{1,3}", (modules(), proptest::option::of(0..500_u64)), 0..12);
    let files = btree_map(
        any::<String>(),
        proptest::option::of((0..3_u64).prop_map(ContentHash)),
        0..3,
    );
    let speed = proptest::option::of(
        any::<[u64; 3]>().prop_map(|[machine_ns, calibration_ns, reference_ns]| RecordedSpeed {
            machine_ns,
            calibration_ns,
            reference_ns,
        }),
    );
    let content = any::<Option<u64>>().prop_map(|bits| bits.map(ContentHash));
    let inputs = btree_map(any::<String>().prop_map(Input::Path), content, 0..3);
    let recorder = proptest::option::of(
        (any::<String>(), machines()).prop_map(|(importgate, machine)| Recorder { importgate, machine }),
    );
    let rest = (
        vec(any::<String>(), 0..3),
        files,
        (inputs, any::<Option<u64>>(), speed, recorder, any::<bool>()),
    );
    let of_before = (proptest::option::of(anchors()), proptest::option::of(ratchets()));
    (vec(sample_rows(), 0..4), closure, rest, of_before).prop_map(
        |(
            samples,
            closure,
            (preload, files_read, (inputs, instructions, speed, recorder, again)),
            (anchor, ratchet),
        )| {
            let own_ns = closure
                .iter()
                .filter_map(|(name, (_, units))| Some((name.clone(), (*units)? * OWN_TIME_UNIT_NS)));
            let own_ns = own_ns.collect();
            let closure = closure.into_iter().map(|(name, (record, _))| (name, record)).collect();
            Recorded {
                samples,
                closure,
                own_ns,
                preload,
                files_read,
                inputs: inputs.into(),
                instructions,
                speed,
                anchor,
                ratchet,
                recorder,
                again,
            }
        },
    )
}

fn anchors() -> impl Strategy<Value = Anchor> {
    let then = (vec(sample_rows(), 0..4), any::<[u64; 2]>(), any::<[String; 2]>());
    let then = then.prop_map(|(samples, [modules, calibration_ns], [version, processor])| {
        Box::new(AnchorNumbers {
            modules,
            interpreter: RecordedInterpreter {
                version,
                ..RecordedInterpreter::default()
            },
            processor,
            speed: RecordedSpeed {
                calibration_ns,
                ..RecordedSpeed::default()
            },
            samples,
            ..AnchorNumbers::default()
        })
    });
    let words = any::<[Option<String>; 2]>();
    let day = proptest::option::of((1..9_999_i16, 1..13_i8, 1..29_i8));
    (words, day, proptest::option::of(then)).prop_map(|([commit, reason], day, then)| Anchor {
        date: day.map(|(year, month, day)| Date::constant(year, month, day)),
        commit,
        reason,
        then,
    })
}

fn ratchets() -> impl Strategy<Value = Ratchet> {
    let forbid = proptest::collection::btree_set(any::<String>(), 0..3);
    (any::<Option<u64>>(), forbid, proptest::option::of(1..1_000_000_u64)).prop_map(
        |(max_modules, forbid, max_time_us)| Ratchet {
            max_modules,
            forbid,
            max_time_us,
        },
    )
}

fn machines() -> impl Strategy<Value = Machine> {
    let limits = (any::<Option<String>>(), any::<Option<u64>>());
    (any::<String>(), any::<u32>(), any::<String>(), limits).prop_map(|(processor, cores, kernel, limits)| Machine {
        processor,
        cores,
        kernel,
        container_cpus: limits.0,
        container_memory_bytes: limits.1,
    })
}

fn entries() -> impl Strategy<Value = Entry> {
    let texts = || btree_map(any::<String>(), any::<String>(), 0..3);
    let identity = (any::<[String; 3]>(), machines(), texts(), texts());
    let reference = vec((any::<u64>(), any::<u64>()), 0..20);
    let bytecode = prop_oneof![Just(Bytecode::AsIs), Just(Bytecode::Warm), Just(Bytecode::Cold)];
    let settings = (any::<u64>(), bytecode, any::<bool>(), any::<bool>());
    (
        identity,
        reference,
        settings,
        btree_map(any::<String>(), targets(), 0..4),
    )
        .prop_map(
            |((names, machine, variables, distributions), reference, settings, mut targets)| {
                let [importgate, version, build] = names;
                let reference = reference.into_iter().map(|(cpu_ns, wall_ns)| ReferenceSample {
                    cpu_ns,
                    wall_ns,
                    calibration_ns: 0,
                });
                let (calibration_ns, bytecode, instructions, is_complete) = settings;
                targets
                    .values_mut()
                    .for_each(|target| *target = of_setting(std::mem::take(target), bytecode));
                Entry {
                    importgate,
                    interpreter: RecordedInterpreter { version, build },
                    machine,
                    variables,
                    distributions: Installed {
                        versions: distributions,
                        is_complete,
                    },
                    reference: reference.collect(),
                    calibration_ns,
                    bytecode,
                    engine: if instructions {
                        Engine::Instructions
                    } else {
                        Engine::Time
                    },
                    start: targets.values().next().cloned(),
                    failed: BTreeMap::from([(format!("{}?", targets.len()), FailureKind::Crashed)])
                        .into_iter()
                        .filter(|(name, _)| !targets.contains_key(name))
                        .collect(),
                    targets,
                }
            },
        )
}

/// A target as it can stand in an entry that was measured with this setting.
fn of_setting(mut target: Recorded, bytecode: Bytecode) -> Recorded {
    if bytecode != Bytecode::AsIs {
        target.closure.values_mut().for_each(|record| record.bytecode = None);
    }
    target
}

fn text_of(entry: &Entry) -> String {
    let baseline = Baseline {
        environments: BTreeMap::from([(key(), entry.clone())]),
    };
    baseline.render()
}

/// The lines of each target, and without a name all others but for the commas between targets.
fn blocks(text: &str) -> BTreeMap<Option<String>, String> {
    let mut blocks: BTreeMap<Option<String>, String> = BTreeMap::new();
    let (mut block, mut is_among_targets) = (None, false);
    for line in text.lines() {
        match line {
            "   \"targets\": {" => is_among_targets = true,
            "   \"targets\": {}" => continue,
            "   }" => is_among_targets = false,
            "    ," => {}
            "    }" if is_among_targets => block = None,
            _ => {
                if let Some(name) = line.strip_prefix("    \"").and_then(|rest| rest.strip_suffix("\": {"))
                    && is_among_targets
                {
                    block = serde_json::from_str(&format!("\"{name}\"")).expect("a name");
                }
                *blocks.entry(block.clone()).or_default() += line;
            }
        }
    }
    blocks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_is_written_reads_back_and_is_written_alike(entries in vec((any::<String>(), entries()), 0..3)) {
        let environments: BTreeMap<_, _> = entries.into_iter().map(|(key, entry)| (EnvironmentKey(key), entry)).collect();
        let baseline = Baseline { environments };
        let text = baseline.render();
        let read = Baseline::parse(text.as_bytes()).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&read, &baseline);
        prop_assert_eq!(read.render(), text);
    }

    #[test]
    fn changing_one_target_changes_only_the_lines_of_its_block(
        entry in entries(),
        (other, remains) in (targets(), any::<bool>()),
        which in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!entry.targets.is_empty());
        let name = entry.targets.keys().nth(which.index(entry.targets.len())).expect("a target").clone();
        let mut changed = entry.clone();
        if remains {
            changed.targets.insert(name.clone(), of_setting(other, entry.bytecode));
        } else {
            changed.targets.remove(&name);
        }
        let [before, after] = [&entry, &changed].map(|entry| blocks(&text_of(entry)));
        let name = Some(name);
        let others = |mut blocks: BTreeMap<Option<String>, String>| {
            (blocks.remove(&name).is_some(), blocks)
        };
        let ((was_there, before), (is_there, after)) = (others(before), others(after));
        prop_assert_eq!(before, after);
        prop_assert_eq!((was_there, is_there), (true, remains));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(position in 0.0..1.0_f64, replacement in any::<u8>()) {
        let mut bytes = baseline().render().into_bytes();
        let index = (position * bytes.len() as f64) as usize;
        bytes[index] = replacement;
        // The outcome is either; what is asserted is that there is one.
        let _ = Baseline::parse(&bytes);
    }
}
