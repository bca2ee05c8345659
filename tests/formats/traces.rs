//! The Trace Event Format, by the model that TracerBench keeps of traces of Chromium.

use serde_json::{Value, json};

use super::reader::read;
use super::reports::{failing, written};

#[test]
fn each_side_of_a_target_is_a_thread_whose_events_lie_in_each_other() {
    let Some(threads) = read("chrome-trace", &written(&[failing()], "chrome-trace")) else {
        return;
    };
    let threads = threads.as_array().expect("threads");
    let names: Vec<Value> = threads.iter().map(|thread| json!([thread[0], thread[1]])).collect();
    assert_eq!(
        names,
        [
            json!(["shop.database.models", "now"]),
            json!(["shop.database.models", "before"]),
            json!(["shop.services.orders", "now"]),
            json!(["shop.services.orders", "before"]),
            json!(["shop.cli", "import"]),
        ]
    );
    let event = |thread: usize, name: &str| {
        let events = threads[thread][2].as_array().expect("events");
        events.iter().find(|event| event[0] == name).cloned()
    };
    let torch = event(0, "torch").expect("the event of torch");
    assert_eq!(
        (&torch[2], &torch[3]),
        (&json!(8_820_000), &json!("shop.database.vectors"))
    );
    assert_eq!(event(1, "torch"), None);
}
