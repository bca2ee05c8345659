//! Logs of `python -X importtime`, as people post them.

use importgate_core::explain::importtime::{ImportLog, decode, read};
use importgate_core::report::explain::terminal::Options;
use importgate_core::report::explain::{log_json, log_terminal, markdown};
use importgate_core::report::html;
use importgate_core::report::traces::{Traces, chrome, speedscope};

use crate::printed::assert_inert;

/// One input in so many is written in every way; the others as text. A page and three documents of JSON take ten times as long as reading a log.
const INPUTS_FOR_ALL: usize = 16;

/// Reads a log, writes all that is written of it, and looks at a part of it.
pub fn check(data: &[u8]) {
    let Ok(log) = read("a.log", &decode(data)) else { return };
    for (position, module) in log.tree.iter().enumerate() {
        assert!(
            module.parent.is_none_or(|parent| parent < position),
            "a child before its parent"
        );
    }
    let in_all_ways = data.iter().map(|byte| usize::from(*byte)).sum::<usize>() % INPUTS_FOR_ALL == 0;
    printed(&log, None, in_all_ways);
    let Some(last) = log.tree.last() else { return };
    if let Ok(way) = log.chain_to(&last.module) {
        printed(&log, Some(&way), in_all_ways);
    }
    if let Ok(part) = log.clone().below(&last.module) {
        printed(&part, None, in_all_ways);
    }
}

fn printed(log: &ImportLog, why: Option<&[usize]>, in_all_ways: bool) {
    let options = Options {
        modules: false,
        depth: 5,
        smallest_ms: 0.0,
    };
    assert_inert(&log_terminal::render(log, why, &options));
    assert_inert(&markdown::render_log(log, why, &options));
    if !in_all_ways {
        return;
    }
    assert_inert(&html::Page::Log { log, why, options }.render());
    let traces = Traces::of_log(log);
    let documents = [
        log_json::render(log, why).expect("JSON"),
        speedscope::render(&traces),
        chrome::render(&traces),
    ];
    for document in documents {
        assert_inert(&document);
        serde_json::from_str::<serde_json::Value>(&document).expect("JSON");
    }
}
