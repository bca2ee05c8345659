//! Whether a job runs on the default branch of its repository, by what the service says of it: a clone made by CI often has no branch at all.

use importgate_probe::files;
use std::path::Path;

use serde::Deserialize;

/// `None` where no service says anything of it.
pub(crate) fn is_on_default_branch(variable: &dyn Fn(&str) -> Option<String>) -> Option<bool> {
    if variable("GITLAB_CI").is_some() {
        let default = variable("CI_DEFAULT_BRANCH")?;
        return Some(variable("CI_COMMIT_BRANCH").is_some_and(|branch| branch == default));
    }
    if variable("GITHUB_ACTIONS").is_some() {
        let event = files::read(Path::new(&variable("GITHUB_EVENT_PATH")?), files::TEXT_BYTES).ok()?;
        let event: Event = serde_json::from_slice(&event).ok()?;
        let is_branch = variable("GITHUB_REF_TYPE").is_some_and(|kind| kind == "branch");
        return Some(is_branch && variable("GITHUB_REF_NAME") == event.repository.default_branch);
    }
    None
}

#[derive(Deserialize)]
struct Event {
    repository: OfEvent,
}

#[derive(Deserialize)]
struct OfEvent {
    default_branch: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(variables: &[(&str, &str)]) -> Option<bool> {
        let of = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        is_on_default_branch(&of)
    }

    #[test]
    fn a_job_for_a_pull_request_is_on_no_default_branch() {
        assert_eq!(told(&[]), None);
        let gitlab = ("GITLAB_CI", "true");
        let default = ("CI_DEFAULT_BRANCH", "main");
        assert_eq!(told(&[gitlab, default, ("CI_COMMIT_BRANCH", "main")]), Some(true));
        assert_eq!(told(&[gitlab, default, ("CI_COMMIT_BRANCH", "tax")]), Some(false));
        assert_eq!(told(&[gitlab, default]), Some(false), "for a merge request");
        let event = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&event, r#"{"repository": {"default_branch": "main"}}"#).expect("the event");
        let path = event.path().to_str().expect("a path");
        let github = |kind, name| {
            told(&[
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_EVENT_PATH", path),
                ("GITHUB_REF_TYPE", kind),
                ("GITHUB_REF_NAME", name),
            ])
        };
        assert_eq!(github("branch", "main"), Some(true));
        assert_eq!(github("branch", "7/merge"), Some(false));
        assert_eq!(github("tag", "main"), Some(false));
    }
}
