//! What a proposal is measured by.

use std::collections::BTreeSet;

use super::project::Project;
use super::scripted::{Scripted, Unseen};
use crate::flows::{Deadline, SamplingSettings, Width, survey};
use crate::init::Survey;

/// Applications whose `urls` take about so many seconds.
fn surveyed(width: Width) -> (Survey, Vec<String>) {
    let urls = [
        ("all", 4.0),
        ("half", 1.8),
        ("other", 1.6),
        ("small", 0.2),
        ("tiny", 0.01),
    ];
    let measure = urls.iter().fold(Scripted::new(), |script, (name, seconds)| {
        let script = script.module(name, 1.0, &[]);
        script.module(&format!("{name}.urls"), seconds * 1e3, &[name])
    });
    let layer = |(name, _): &(&str, f64)| format!("[layers.{name}]\nmodules = [\"{name}\", \"{name}.urls\"]\n");
    let project = Project::new(&urls.iter().map(layer).collect::<String>(), &measure);
    let beside: BTreeSet<String> = urls.iter().map(|(name, _)| format!("{name}.urls")).collect();
    let settings = SamplingSettings {
        width,
        ..SamplingSettings::of(&project.budgets, || 5)
    };
    let clock = measure.clock();
    let deadline = Deadline::new(&*clock, None);
    let survey = survey((&project.targets, &beside), &measure, &settings, deadline, &mut Unseen);
    let survey = survey.expect("it can be measured");
    let sampled = measure.asked().into_iter().filter(|asked| asked.starts_with("sample"));
    (survey, sampled.collect())
}

#[test]
fn what_stands_beside_packages_is_measured_as_far_as_a_check_has_time() {
    let left_out = |width| -> Vec<String> { surveyed(width).0.left_out.into_keys().collect() };
    assert_eq!(left_out(Width::new(8, None)), [""; 0]);
    // The heaviest, and of the others the lightest.
    assert_eq!(left_out(Width::new(2, None)), ["half.urls"]);
    let (survey, sampled) = surveyed(Width::ONE);
    assert_eq!(survey.left_out.keys().collect::<Vec<_>>(), ["all.urls", "half.urls"]);
    assert!((3_500.0..4_500.0).contains(&survey.left_out["all.urls"]));
    assert!(survey.figures("other.urls").is_some() && survey.figures("all.urls").is_none());
    assert_eq!(survey.unmeasured(), 0, "there is no lack of time for what is left out");
    assert!(!sampled.iter().any(|asked| asked.ends_with(" all.urls")), "{sampled:?}");
}
