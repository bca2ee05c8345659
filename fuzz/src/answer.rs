//! What measured processes answer. The process runs code that is not trusted: what it claims may be anything.

use importgate_core::explain::graph::ImportGraph;
use importgate_core::observed::Observation;
use importgate_probe::fuzzing;

/// What stands before each message.
const KEY: &[u8] = b"key";

/// Messages with their frames: what follows them, or cuts them short, leaves no answer.
pub fn messages(data: &[u8]) {
    let Some(answer) = fuzzing::answer(data, KEY) else {
        return;
    };
    assert!(fuzzing::answer(&data[..data.len() - 1], KEY).is_none_or(|other| other != answer));
    assert_eq!(fuzzing::answer(&[data, KEY].concat(), KEY), None);
    observation(&answer);
    sample(&answer);
}

/// The JSON of an observation, and what is made of it.
pub fn observation(data: &[u8]) {
    if let Some(observation) = fuzzing::observation(data) {
        explained(&observation);
    }
}

/// The JSON of a sample.
pub fn sample(data: &[u8]) {
    if let Some(sample) = fuzzing::sample(data) {
        assert!(sample.voluntary_switches > 0 || sample.blocked_ns == 0);
        assert!(sample.blocked_ns <= sample.wall_ns);
    }
}

fn explained(observation: &Observation) {
    let graph = ImportGraph::new(observation);
    for statement in graph.statements() {
        let _ = graph.saving(&statement);
        let _ = graph.called_at(&statement);
    }
    for module in &observation.modules {
        let _ = graph.shortest_chain(&module.name);
    }
    let _ = graph.cycles();
    let _ = graph.statements_worth(1, |_| true);
}
