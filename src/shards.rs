//! Which part of a run this process does: what the command line and the CI service say of it, and the plan that follows.

use std::env;

use crate::cli::ShardChoice;
use crate::error::Error;
use crate::git::Repository;
use crate::project::Project;
use importgate_core::baseline::Baseline;
use importgate_core::budgets::Target;
use importgate_core::shards::{Plan, PlanBasis, Shard, ShardOf};
use importgate_probe::files;

/// What a CI service tells the jobs that it starts several of.
struct Service {
    name: &'static str,
    /// A variable that is set in all of its jobs.
    mark: &'static str,
    /// The number of this job, and what the first one is called.
    index: &'static str,
    first: u32,
    /// How many jobs there are.
    total: &'static str,
}

/// As the documentation of each service has it. The variables of a job that is not started several times are missing, or say one
/// of one.
const SERVICES: [Service; 5] = [
    Service {
        name: "GitLab",
        mark: "GITLAB_CI",
        index: "CI_NODE_INDEX",
        first: 1,
        total: "CI_NODE_TOTAL",
    },
    Service {
        name: "CircleCI",
        mark: "CIRCLECI",
        index: "CIRCLE_NODE_INDEX",
        first: 0,
        total: "CIRCLE_NODE_TOTAL",
    },
    Service {
        name: "Buildkite",
        mark: "BUILDKITE",
        index: "BUILDKITE_PARALLEL_JOB",
        first: 0,
        total: "BUILDKITE_PARALLEL_JOB_COUNT",
    },
    Service {
        name: "Bitbucket",
        mark: "BITBUCKET_BUILD_NUMBER",
        index: "BITBUCKET_PARALLEL_STEP",
        first: 0,
        total: "BITBUCKET_PARALLEL_STEP_COUNT",
    },
    Service {
        name: "Semaphore",
        mark: "SEMAPHORE",
        index: "SEMAPHORE_JOB_INDEX",
        first: 1,
        total: "SEMAPHORE_JOB_COUNT",
    },
];

/// What grows when a job is started again: the attempt on GitHub and Bitbucket, the number of retries on Buildkite, and on GitLab and
/// CircleCI the number of the job, which is higher for whatever starts later.
const ATTEMPTS: [&str; 5] = [
    "GITHUB_RUN_ATTEMPT",
    "BITBUCKET_STEP_RUN_NUMBER",
    "BUILDKITE_RETRY_COUNT",
    "CI_JOB_ID",
    "CIRCLE_BUILD_NUM",
];

/// The part of a run that this process does.
pub(crate) struct Division {
    /// Its targets.
    pub(crate) own: Vec<Target>,
    /// Those of the other shards.
    pub(crate) elsewhere: Vec<Target>,
    /// What it says of itself; `None` where the run is not divided.
    pub(crate) shard: Option<ShardOf>,
}

impl Division {
    /// Divides the targets by the times of the baseline, if a shard was asked for.
    pub(crate) fn of(
        choice: Option<ShardChoice>,
        project: &Project,
        targets: Vec<Target>,
        baseline: Option<&Baseline>,
    ) -> Result<Self, Error> {
        let Some(shard) = choice.map(|choice| choose(choice, &variable)).transpose()? else {
            return Ok(Self {
                own: targets,
                elsewhere: Vec::new(),
                shard: None,
            });
        };
        let recorded = baseline.and_then(|baseline| baseline.entry(&project.key));
        let plan = Plan::of(&targets, recorded, shard.count());
        let content = files::read(&project.baseline_path, files::DATA_BYTES).ok();
        let files = (project.budgets.text().as_bytes(), content.as_deref());
        let basis = PlanBasis::new(project.key.clone(), revision(project), files, &targets);
        let (own, elsewhere) = plan.divide(&targets, shard);
        let shard = ShardOf::new(shard, &plan, basis, attempt(&variable));
        Ok(Self {
            own,
            elsewhere,
            shard: Some(shard),
        })
    }
}

/// The commit that is checked out, where the project is in a repository.
fn revision(project: &Project) -> Option<String> {
    let commit = Repository::of(&project.root).ok()?.resolve("HEAD").ok()?;
    Some(commit.as_str().to_owned())
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn attempt(variable: &dyn Fn(&str) -> Option<String>) -> u64 {
    let known = ATTEMPTS.iter().find_map(|name| variable(name));
    known.and_then(|value| value.parse().ok()).unwrap_or(0)
}

fn choose(choice: ShardChoice, variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, Error> {
    match choice {
        ShardChoice::Given(shard) => Ok(shard),
        ShardChoice::Auto => by_service(variable),
    }
}

/// The shard that the CI service says. Where it does not say which it is, every job would measure everything and be green: that is
/// refused.
fn by_service(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, Error> {
    let is_here = |service: &&Service| {
        [service.mark, service.index, service.total]
            .iter()
            .any(|name| variable(name).is_some())
    };
    let Some(service) = SERVICES.iter().find(is_here) else {
        let names: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
        return Err(Error::Usage(format!(
            "--shard auto: this is none of {}, whose variables it reads\n  write --shard 2/4; in a matrix of GitHub --shard ${{{{ matrix.shard }}}}/4",
            names.join(", ")
        )));
    };
    let alone = Shard::new(1, 1);
    let shard = match (variable(service.index), variable(service.total)) {
        (None, None) => alone,
        (None, Some(total)) if total == "1" => alone,
        (Some(index), Some(total)) => numbered(&index, service.first, &total),
        _ => None,
    };
    shard.ok_or_else(|| {
        let said = |name: &str| {
            variable(name).map_or_else(|| format!("{name} is not set"), |value| format!("{name} is {value}"))
        };
        Error::Usage(format!(
            "--shard auto: {} does not say which of its jobs this is: {}, {}",
            service.name,
            said(service.index),
            said(service.total)
        ))
    })
}

fn numbered(index: &str, first: u32, total: &str) -> Option<Shard> {
    let number = index.parse::<u32>().ok()?.checked_sub(first)?.checked_add(1)?;
    Shard::new(number, total.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(variables: &[(&str, &str)]) -> Result<String, String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let shard = by_service(&variable);
        shard.map(|shard| shard.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_service_counts_from_where_it_does() {
        let cases: [(&[(&str, &str)], &str); 9] = [
            (&[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "4")], "1/4"),
            (&[("CI_NODE_INDEX", "4"), ("CI_NODE_TOTAL", "4")], "4/4"),
            (&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "4")], "1/4"),
            (
                &[("BUILDKITE_PARALLEL_JOB", "3"), ("BUILDKITE_PARALLEL_JOB_COUNT", "4")],
                "4/4",
            ),
            (
                &[("BITBUCKET_PARALLEL_STEP", "0"), ("BITBUCKET_PARALLEL_STEP_COUNT", "2")],
                "1/2",
            ),
            (&[("SEMAPHORE_JOB_INDEX", "2"), ("SEMAPHORE_JOB_COUNT", "2")], "2/2"),
            (&[("GITLAB_CI", "true"), ("CI_NODE_TOTAL", "1")], "1/1"),
            (&[("BUILDKITE", "true")], "1/1"),
            (
                &[
                    ("CIRCLECI", "true"),
                    ("CIRCLE_NODE_INDEX", "0"),
                    ("CIRCLE_NODE_TOTAL", "1"),
                ],
                "1/1",
            ),
        ];
        for (variables, expected) in cases {
            assert_eq!(chosen(variables).as_deref(), Ok(expected), "{variables:?}");
        }
    }

    #[test]
    fn a_job_that_does_not_know_which_it_is_measures_nothing() {
        let cases: [(&[(&str, &str)], &str); 6] = [
            (
                &[("CI_NODE_TOTAL", "4")],
                "CI_NODE_INDEX is not set, CI_NODE_TOTAL is 4",
            ),
            (&[("CIRCLE_NODE_INDEX", "0")], "CIRCLE_NODE_TOTAL is not set"),
            (&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "4")], "CI_NODE_INDEX is 0"),
            (
                &[("CIRCLE_NODE_INDEX", "4"), ("CIRCLE_NODE_TOTAL", "4")],
                "CIRCLE_NODE_INDEX is 4",
            ),
            (
                &[("SEMAPHORE_JOB_INDEX", "x"), ("SEMAPHORE_JOB_COUNT", "4")],
                "SEMAPHORE_JOB_INDEX is x",
            ),
            (&[("GITHUB_ACTIONS", "true")], "matrix.shard"),
        ];
        for (variables, said) in cases {
            let error = chosen(variables).expect_err("refused");
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn what_was_started_again_has_a_higher_attempt() {
        let of =
            |name: &'static str, value: &'static str| attempt(&|asked: &str| (asked == name).then(|| value.to_owned()));
        assert!(of("GITHUB_RUN_ATTEMPT", "2") > of("GITHUB_RUN_ATTEMPT", "1"));
        assert!(of("BUILDKITE_RETRY_COUNT", "1") > of("BUILDKITE_RETRY_COUNT", "0"));
        assert_eq!(of("CI_JOB_ID", "8123456789"), 8_123_456_789);
        assert_eq!((of("HOME", "/root"), of("CI_JOB_ID", "none")), (0, 0));
    }
}
