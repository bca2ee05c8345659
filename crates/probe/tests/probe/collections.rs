//! A sample has what a program has that imports the same: collections of garbage fall in the same places, and what the
//! interpreter sets up when something is first done is not done before.

use std::fs;

use importgate_core::observed::ImportRequest;

use crate::support::{Project, python, run};

/// Notes how many objects were allocated before each collection, and which generation it was of.
const MEASURED: &str = r"
import gc
allocated = []
seen = []
gc.callbacks.append(lambda phase, told: seen.append((len(allocated), told['generation'])) if phase == 'start' else None)
while len(seen) < 14:
    allocated.append([])
";

/// Another module to fill the time before, with objects of its own.
const BEFORE: &str = "kept = [[number] for number in range(250)]\n";

/// The collections that a program sees which imports these, and those that a sample sees.
fn in_a_program_and_in_a_sample(preload: &[String]) -> [Vec<(i64, u8)>; 2] {
    let project = Project::new(&[("before.py", BEFORE)]);
    let noted = project.root().join("noted");
    let note = format!("open({noted:?}, 'w').write(' '.join('%d:%d' % each for each in seen))\n");
    project.write(&[("measured.py", &format!("{MEASURED}{note}"))]);
    let read = || {
        let text = fs::read_to_string(&noted).expect("it was noted");
        let pair = |word: &str| {
            let (allocated, generation) = word.split_once(':').expect("a pair");
            (allocated.parse().expect("a number"), generation.parse().expect("one"))
        };
        text.split(' ').map(pair).collect::<Vec<_>>()
    };
    let imports = ["measured".to_owned()];
    let session = project.session(python());
    let request = ImportRequest {
        preload,
        imports: &imports,
        round: 0,
    };
    let sample = || session.sample(request).expect("it runs").expect("it imports");
    sample();
    sample(); // from bytecode, which the first one wrote
    let of_sample = read();
    let path = format!("import sys; sys.path.insert(0, {:?})", project.root());
    let named = preload
        .iter()
        .chain(&imports)
        .map(|module| format!("; import {module}"));
    run(python(), &["-c", &(path + &named.collect::<String>())]);
    [read(), of_sample]
}

/// How many objects are allocated until a collection of an older generation.
fn until_an_older_one(seen: &[(i64, u8)]) -> i64 {
    let older = seen.iter().find(|(_, generation)| *generation > 0);
    older.expect("there is one").0
}

#[test]
fn a_sample_collects_what_a_program_would() {
    for preload in [&[][..], &["before".to_owned()]] {
        let [program, sample] = in_a_program_and_in_a_sample(preload);
        let between_two = sample[2].0 - sample[1].0;
        let apart = (until_an_older_one(&program) - until_an_older_one(&sample)).abs();
        // An interpreter allocates some tens of objects to start a program one way or another, and that can be one collection
        // of the youngest generation more, right before the first object is counted.
        let apart_in_phase = (apart % between_two).min(between_two - apart % between_two);
        assert!(
            apart <= between_two + 150 && apart_in_phase <= 150,
            "{program:?} {sample:?}"
        );
    }
}

#[test]
fn the_thresholds_that_an_import_sets_stay_its_own() {
    let source = r"
import gc
gc.set_threshold(300, 5, 5)
objects = [[] for number in range(2000)]
assert gc.get_threshold()[:2] == (300, 5), gc.get_threshold()
";
    let project = Project::new(&[("measured.py", source)]);
    let imports = ["measured".to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 0,
    };
    let sample = project.session(python()).sample(request).expect("the process runs");
    assert!(sample.is_ok(), "{sample:?}");
}

#[test]
fn what_the_first_compilation_sets_up_is_left_to_the_import() {
    let project = Project::new(&[]);
    let noted = project.root().join("noted");
    let source = format!(
        r"
import gc
gc.disable()
before = gc.get_count()[0]
compile('1', 'one', 'eval')
open({noted:?}, 'w').write(str(gc.get_count()[0] - before))
"
    );
    project.write(&[("source.py", &source)]);
    let (source, compiled) = (project.root().join("source.py"), project.root().join("measured.pyc"));
    let compile = format!("import py_compile; py_compile.compile({source:?}, {compiled:?})");
    run(python(), &["-c", &compile]);
    let read = || -> i64 {
        fs::read_to_string(&noted)
            .expect("it was noted")
            .parse()
            .expect("a number")
    };
    let imports = ["measured".to_owned()];
    let session = project.session(python());
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 0,
    };
    session.sample(request).expect("it runs").expect("it imports");
    let of_sample = read();
    let path = format!("import sys; sys.path.insert(0, {:?}); import measured", project.root());
    run(python(), &["-c", &path]);
    assert!((of_sample - read()).abs() < 50, "{of_sample} and {}", read());
}
