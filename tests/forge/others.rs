//! Merge requests of GitLab and pull requests of Bitbucket: the same comment by other APIs.

use super::fake::{BOT, Fault, Forge, HEAD, TOKEN};
use super::job::Job;
use super::reports::{KEY, report};
use super::server::Response;

fn gitlab(forge: &Forge) -> Job {
    Job::bare()
        .with("GITLAB_CI", "true")
        .with("CI_API_V4_URL", &format!("{}/api/v4", forge.address))
        .with("CI_COMMIT_SHA", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
        .with("CI_MERGE_REQUEST_IID", "7")
        .with("CI_MERGE_REQUEST_PROJECT_ID", "1")
        .with("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", HEAD)
        .with("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "1")
        .with("CI_PIPELINE_ID", "100")
        .with("CI_PIPELINE_URL", "https://gitlab.example/acme/shop/-/pipelines/100")
        .with("GITLAB_TOKEN", TOKEN)
}

fn bitbucket() -> Job {
    Job::bare()
        .with("BITBUCKET_BUILD_NUMBER", "100")
        .with("BITBUCKET_COMMIT", HEAD)
        .with("BITBUCKET_GIT_HTTP_ORIGIN", "https://bitbucket.example/acme/shop")
        .with("BITBUCKET_PR_ID", "7")
        .with("BITBUCKET_REPO_FULL_NAME", "acme/shop")
        .with("BITBUCKET_TOKEN", TOKEN)
}

/// One after the other: the first run, one with the same to say, a recovery.
fn once_through(forge: &Forge, job: Job, run: &str, words: &[&str]) {
    forge.with(|state| state.page = 2);
    let said = |job: &Job, verdict: &str| {
        let file = job.file(&report(KEY, verdict));
        job.run(&[&["--report", &file], words].concat()).expect_code(0)
    };
    forge.with(|state| {
        for number in 0..5 {
            super::fake::make(state, "reviewer", &format!("remark {number}"), "7");
        }
    });
    forge.writes();
    said(&job, "fail").expect_said("commented on #7");
    let made = forge.the_comment();
    assert!(made.body.contains("## ❌ importgate: fail"), "{}", made.body);
    said(&job, "fail").expect_said("is up to date");
    let job = job.with(run, "101");
    said(&job, "pass").expect_said("brought the comment on #7 up to date");
    let settled = forge.the_comment();
    assert_eq!(settled.id, made.id);
    assert!(settled.body.contains("all within budget again"), "{}", settled.body);
    assert_eq!(forge.writes(), ["POST on 7".to_owned(), format!("PUT {}", made.id)]);
}

#[test]
fn a_merge_request_has_one_comment() {
    let forge = Forge::new();
    once_through(&forge, gitlab(&forge), "CI_PIPELINE_ID", &[]);
}

#[test]
fn a_pull_request_of_bitbucket_has_one_comment() {
    let forge = Forge::new();
    forge.with(|state| state.user = Some(BOT));
    let address = forge.address.clone();
    once_through(&forge, bitbucket(), "BITBUCKET_BUILD_NUMBER", &["--api-url", &address]);
}

#[test]
fn jobs_at_once_leave_one_comment() {
    let forge = Forge::new();
    forge.with(|state| state.together = 2);
    let jobs = ["cpython-3.12-linux-x86_64", KEY].map(|key| (gitlab(&forge), key));
    let children = jobs
        .iter()
        .map(|(job, key)| job.start(&["--report", &job.file(&report(key, "fail"))]));
    for child in children.collect::<Vec<_>>() {
        super::fake::ended(child).expect_code(0);
    }
    let body = forge.the_comment().body;
    for (_, key) in jobs {
        assert!(body.contains(&format!("`{key}`")), "{body}");
    }
}

#[test]
fn another_commit_a_missing_token_and_a_refusal_are_said() {
    let forge = Forge::new();
    let fail = report(KEY, "fail");
    let moved = gitlab(&forge).with("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "");
    moved
        .comment(&fail)
        .expect_code(0)
        .expect_said("no comment: superseded");
    let bare = gitlab(&forge).with("GITLAB_TOKEN", "");
    bare.comment(&fail)
        .expect_code(0)
        .expect_said("GITLAB_TOKEN is not set");
    let branch = gitlab(&forge).with("CI_MERGE_REQUEST_IID", "");
    branch
        .comment(&fail)
        .expect_code(0)
        .expect_said("this pipeline is not one of a merge request");
    forge.with(|state| {
        state.faults.push(Fault {
            method: "POST",
            path: "notes",
            times: 1,
            response: Response::status(403),
            is_done: false,
        });
    });
    gitlab(&forge)
        .comment(&fail)
        .expect_code(0)
        .expect_said("the service answers 403");
    let nothing = gitlab(&forge).run(&[]).expect_code(0);
    assert!(nothing.stdout.contains("name the reports with --report"), "{nothing:?}");
    assert_eq!(forge.comments().len(), 0);
}
