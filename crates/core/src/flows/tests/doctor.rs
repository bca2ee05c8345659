//! Whole examinations of a machine.

use std::collections::BTreeMap;

use super::scripted::{Scripted, Unseen};
use crate::flows::{Doctor, DoctorError, Width, doctor};
use crate::observed::{BytecodeState, Failure, Machine, MachineConditions, ProcessorTimes};
use crate::report::doctor::Examination;

fn library() -> Scripted {
    ["http.client", "xml.dom.minidom", "unittest.mock"]
        .into_iter()
        .fold(Scripted::new(), |script, name| script.standard(name, 20.0, &[]))
}

fn examine(measure: &Scripted) -> Result<Examination, DoctorError> {
    let asked = std::cell::Cell::new(0);
    let conditions = || {
        let times = asked.replace(asked.get() + 1);
        MachineConditions {
            times: Some(ProcessorTimes {
                total: 1000 + 100 * times,
                steal: 9 * times,
            }),
            ..MachineConditions::default()
        }
    };
    let examined = Doctor {
        targets: &[],
        machine: Machine::default(),
        conditions: &conditions,
        samples: 20,
        seed: 3,
        width: Width::ONE,
        max_regression: 0.1,
    };
    doctor(&examined, measure, &*measure.clock(), &mut Unseen)
}

#[test]
fn one_import_is_sampled_as_if_it_were_two() {
    let measure = library();
    let examination = examine(&measure).expect("it works");
    assert_eq!(
        measure.asked()[0],
        "light look http.client xml.dom.minidom unittest.mock"
    );
    assert_eq!((measure.count_asked("sample"), examination.floor.samples), (40, 20));
    assert!(examination.compiled.is_empty());
    assert!(examination.floor.paired < 0.05, "{:?}", examination.floor);
    assert_eq!(examination.stolen, Some(0.09));
    let steps = measure.asked().len() - 1;
    assert!(
        (examination.seconds - 0.1 * steps as f64).abs() < 1e-9,
        "the look is not part of it"
    );
}

#[test]
fn bytecode_that_is_not_there_afterwards_is_said() {
    let examination = examine(&library().compiled("http.client", BytecodeState::Missing, 1.0)).expect("it works");
    let expected = ("http.client".to_owned(), BytecodeState::Missing);
    assert_eq!(examination.compiled, BTreeMap::from([expected]));
}

#[test]
fn a_standard_library_that_fails_tells_nothing() {
    let failing = library().fails("unittest.mock", 1, Failure::no_module("late"));
    assert!(matches!(examine(&failing), Err(DoctorError::NoSamples)));
}
