//! Service messages of TeamCity, by the writer that JetBrains publish for Python.

use serde_json::Value;

use super::reader::read;
use super::reports::{failing, written};

#[test]
fn problems_inspections_and_statistics_are_read_as_they_were_meant() {
    let Some(messages) = read("teamcity", &written(&[failing()], "teamcity")) else {
        return;
    };
    let messages = messages.as_array().expect("messages");
    let of = |name: &str| {
        messages
            .iter()
            .filter(|message| message[0] == name)
            .map(|message| &message[1])
            .collect::<Vec<&Value>>()
    };
    let text = |value: &Value| value.as_str().map(str::to_owned).expect("text");
    let problems = of("buildProblem");
    assert!(
        problems
            .iter()
            .any(|problem| text(&problem["description"]).contains("now imports torch 2.4.1"))
    );
    for problem in &problems {
        let identity = text(&problem["identity"]);
        let is_java_id = identity
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_');
        assert!(is_java_id && identity.len() <= 60, "{identity}");
    }
    let types: Vec<String> = of("inspectionType").iter().map(|kind| text(&kind["id"])).collect();
    for inspection in of("inspection") {
        assert!(types.contains(&text(&inspection["typeId"])));
        assert!(!text(&inspection["file"]).is_empty());
    }
    let time = of("buildStatisticValue");
    let time = time
        .iter()
        .find(|figure| figure["key"] == "importgate.shop.services.orders.ms");
    assert_eq!(time.expect("the time")["value"], "12.3");
}
