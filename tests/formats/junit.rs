//! JUnit XML, by the schema of Jenkins' xUnit plugin and by junitparser for Python.

use serde_json::{Value, json};

use super::reader::read;
use super::reports::{failing, failing_on, written};

/// The case of a target, without its class.
fn case(cases: &Value, target: &str) -> Value {
    let of = |case: &&Value| case[1] == target;
    let case = cases.as_array().expect("cases").iter().find(of).expect("the case");
    json!([case[2], case[3][0]])
}

#[test]
fn each_target_is_a_case_with_what_came_of_it() {
    let Some(cases) = read("junit", &written(&[failing()], "junit")) else {
        return;
    };
    let class = "importgate.cpython-3.13-linux-x86_64.services";
    assert!(
        cases
            .as_array()
            .expect("cases")
            .contains(&json!([class, "shop.services.billing", 0.004, []])),
        "{cases}"
    );
    let over = json!([0.012, ["Failure", "over-time", "takes 12.3 ms, 2.34 ms over its 10 ms"]]);
    assert_eq!(case(&cases, "shop.services.orders"), over);
    let hang = json!([null, ["Error", "hang", "the import did not end within 10 s"]]);
    assert_eq!(case(&cases, "shop.mailer"), hang);
    assert_eq!(case(&cases, "shop.database.session")[1][0], "Skipped");
}

#[test]
fn two_environments_have_a_case_each() {
    let reports = [failing(), failing_on("cpython-3.9-linux-x86_64")];
    let Some(cases) = read("junit", &written(&reports, "junit")) else {
        return;
    };
    let of_target = |case: &&Value| case[1] == "shop.cli";
    let classes: Vec<&Value> = cases
        .as_array()
        .expect("cases")
        .iter()
        .filter(of_target)
        .map(|case| &case[0])
        .collect();
    assert_eq!(
        classes,
        [
            "importgate.cpython-3.9-linux-x86_64.no layer",
            "importgate.cpython-3.13-linux-x86_64.no layer"
        ]
    );
}
