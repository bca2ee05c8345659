//! What each format makes of one classification.

use super::super::terminal as report_terminal;
use super::*;
use crate::budgets::{Cited, Classes};
use crate::explain::{Distribution, Weight};
use crate::observed::Place;
use crate::usage::UseCounts;

fn row(name: &str, group: Group, time_ms: f64, class: Option<(Class, ClassReason)>) -> Classified {
    Classified {
        name: name.to_owned(),
        group,
        weight: Weight {
            time_ms,
            memory_bytes: (time_ms * 4e4) as i64,
            modules: 1 + time_ms as i64,
        },
        own_ms: time_ms / 4.0,
        imported_at: class.map(|_| Place {
            file: "shop/models.py".to_owned(),
            line: 14,
        }),
        usage: None,
        class,
        is_heavy: class.is_some() && time_ms > 500.0,
    }
}

fn classification() -> Classification {
    let torch = Group::Distribution(Distribution {
        name: "torch".to_owned(),
        version: "2.4.1".to_owned(),
    });
    let used = |used, unknown| {
        Some(UseCounts {
            loaded: 25,
            used,
            unknown,
        })
    };
    let packages = vec![
        row("shop.cli", Group::Project, 900.0, None),
        row("torch", torch, 812.0, Some((Class::FunctionLevel, ClassReason::Costly))),
        Classified {
            usage: used(24, 0),
            ..row(
                "asyncio",
                Group::StandardLibrary,
                41.0,
                Some((Class::ModuleLevel, ClassReason::UsedByMost)),
            )
        },
        Classified {
            usage: used(3, 2),
            ..row(
                "decimal",
                Group::StandardLibrary,
                12.0,
                Some((Class::FunctionLevel, ClassReason::SeldomUsed)),
            )
        },
        row(
            "bad\x1b[31m|`x`",
            Group::Other,
            2.0,
            Some((Class::ModuleLevel, ClassReason::Cheap)),
        ),
        row(
            "json",
            Group::StandardLibrary,
            0.8,
            Some((Class::ModuleLevel, ClassReason::Cheap)),
        ),
    ];
    Classification {
        python_version: "3.13.0".to_owned(),
        python_chosen_by: None,
        imports: vec!["shop.cli".to_owned(), "shop.web".to_owned()],
        failed: vec!["shop.mailer".to_owned()],
        apart: vec![Apart {
            import: "shop.streams".to_owned(),
            beside: Some("shop.\x1bdaemon".to_owned()),
        }],
        time_ms: 900.0,
        memory_bytes: 40_000_000,
        samples: 7,
        modules: packages.clone(),
        packages,
        assumed: vec![
            assumption("torch", 180.0, Some(812.0)),
            assumption("json", 1.0, Some(0.8)),
            assumption("websocket", 220.0, None),
        ],
        marks: Classes {
            heavy_ms: Cited::default_of(500.0),
            ..Classes::default()
        },
    }
}

fn assumption(module: &str, assumed_ms: f64, measured_ms: Option<f64>) -> Assumption {
    Assumption {
        module: module.to_owned(),
        assumed_ms,
        measured_ms,
    }
}

const OPTIONS: Options = Options {
    modules: false,
    smallest_ms: 1.0,
};

#[test]
fn the_table_in_every_width() {
    let pages = [80, 120, 200].map(|width| {
        let layout = report_terminal::Options {
            width,
            ..report_terminal::Options::default()
        };
        let text = terminal(&classification(), &OPTIONS, &layout);
        let table = text.lines().filter(|line| line.contains(" ms") && !line.contains(": "));
        assert!(table.clone().all(|line| line.len() <= width), "{text}");
        text
    });
    insta::assert_snapshot!("terminal", pages.join("\n=====\n"));
}

#[test]
fn the_table_on_a_page() {
    insta::assert_snapshot!("markdown", markdown(&classification(), &OPTIONS, 100_000));
}

#[test]
fn json_has_every_module_and_its_class() {
    let text = json(&classification()).expect("JSON");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["modules"].as_array().map(Vec::len), Some(6));
    assert_eq!(value["packages"][1]["class"], "FUNCTION_LEVEL");
    assert_eq!(value["packages"][2]["usage_percent"], 96.0);
    assert_eq!(value["packages"][0]["class"], serde_json::Value::Null);
    assert_eq!(value["assumed"][2]["measured_ms"], serde_json::Value::Null);
    assert!(!text.contains('\u{1b}'));
}
