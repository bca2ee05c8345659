//! How often the set-up of a project ran, in words: the same after a check and after a recording.

use crate::observed::SetUpRuns;

/// A line for the looks at imports, where something kept them from sharing one run, and one for the samples, where there were any.
/// What hinders is untrusted.
pub fn set_up(looks_hindered: Option<&str>, samples: Option<&SetUpRuns>) -> Vec<String> {
    let looks = looks_hindered.map(|hindered| format!("set-up: in each look at an import, since {hindered}"));
    let samples = samples.map(|runs| match runs {
        SetUpRuns::OnceARound => "set-up: once a round, and each sample is forked from there".to_owned(),
        SetUpRuns::InEachSample { since: Some(why) } => format!("set-up: in each sample, since {why}"),
        SetUpRuns::InEachSample { since: None } => "set-up: in each sample".to_owned(),
    });
    looks.into_iter().chain(samples).collect()
}
