//! Which environment variables measured code does not get: what CI services hand to a step so that it can act on the job, with a token
//! or through a file. An import needs none of it, and a pull request of a stranger is to have none of it.

use std::fmt;

/// What a job acts with, by the service that sets it. An asterisk stands for any end.
const OF_SERVICES: [&str; 23] = [
    // GitHub Actions, and what understands its workflows.
    "ACTIONS_CACHE_URL",
    "ACTIONS_ID_TOKEN_REQUEST_*",
    "ACTIONS_RESULTS_URL",
    "ACTIONS_RUNTIME_*",
    "GH_TOKEN",
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_TOKEN",
    "INPUT_*",
    // GitLab CI. The address of the repository has the job's token in it.
    "CI_DEPENDENCY_PROXY_PASSWORD",
    "CI_DEPLOY_PASSWORD",
    "CI_JOB_JWT*",
    "CI_JOB_TOKEN",
    "CI_REGISTRY_PASSWORD",
    "CI_REPOSITORY_URL",
    // Azure Pipelines, Bitbucket, Buildkite, CircleCI. What stands in BASH_ENV is run by the steps that follow.
    "BASH_ENV",
    "BITBUCKET_STEP_OIDC_TOKEN",
    "BUILDKITE_AGENT_ACCESS_TOKEN",
    "CIRCLE_OIDC_TOKEN*",
    "SYSTEM_ACCESSTOKEN",
];

/// The name of an environment variable, or with an asterisk at its end the beginning of such names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::budgets) struct VariablePattern(String);

impl VariablePattern {
    /// A pattern as the budgets file has it; `None` where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let beginning = text.strip_suffix('*').unwrap_or(text);
        is_variable_name(beginning).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for VariablePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// True where a variable is kept from what is measured: it is one of those of the CI services or of `withheld`, and not of `passed`.
pub(super) fn is_withheld(name: &str, withheld: &[VariablePattern], passed: &[VariablePattern]) -> bool {
    let is_one_of = |patterns: &[VariablePattern]| patterns.iter().any(|pattern| fits(name, &pattern.0));
    (is_withheld_everywhere(name) || is_one_of(withheld)) && !is_one_of(passed)
}

/// True for a variable that is kept from what is measured unless the budgets hand it on.
pub fn is_withheld_everywhere(name: &str) -> bool {
    OF_SERVICES.iter().any(|pattern| fits(name, pattern))
}

fn fits(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

/// True for what names an environment variable.
pub(super) fn is_variable_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Vec<VariablePattern> {
        texts
            .iter()
            .map(|text| VariablePattern::parse(text).expect("a pattern"))
            .collect()
    }

    #[test]
    fn what_a_job_acts_with_is_kept_back_and_what_describes_it_is_not() {
        for name in [
            "GITHUB_OUTPUT",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "INPUT_PYTHON",
            "CI_JOB_TOKEN",
        ] {
            assert!(is_withheld(name, &[], &[]), "{name}");
        }
        for name in [
            "GITHUB_SHA",
            "GITHUB_WORKSPACE",
            "GITHUB_OUTPUTS",
            "CI",
            "PATH",
            "MY_INPUT_A",
        ] {
            assert!(!is_withheld(name, &[], &[]), "{name}");
        }
    }

    #[test]
    fn the_budgets_keep_back_more_and_hand_on_what_they_name() {
        let (more, handed_on) = (patterns(&["DEPLOY_*"]), patterns(&["GITHUB_TOKEN", "DEPLOY_REGION"]));
        let withheld = |name| is_withheld(name, &more, &handed_on);
        assert!(withheld("DEPLOY_KEY") && withheld("GITHUB_ENV"));
        assert!(!withheld("DEPLOY_REGION") && !withheld("GITHUB_TOKEN"));
    }

    #[test]
    fn an_asterisk_stands_at_the_end() {
        for text in ["A", "A_*", "_1*"] {
            assert!(VariablePattern::parse(text).is_some(), "{text}");
        }
        for text in ["", "*", "A*B", "1A", "A-B", "A**", "Ä"] {
            assert!(VariablePattern::parse(text).is_none(), "{text}");
        }
    }
}
