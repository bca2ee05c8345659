//! A forge that refuses, is busy or fails: nothing of it fails the job, nothing is done twice, and the token goes to nobody else.

use super::fake::{Fault, Forge, TOKEN};
use super::job::Job;
use super::reports::{KEY, artifact, report};
use super::server::Response;

fn fault(method: &'static str, path: &'static str, response: Response) -> Fault {
    Fault {
        method,
        path,
        times: 1,
        response,
        is_done: false,
    }
}

/// A forge with this fault, and a job on it that has failed.
fn with(fault: Fault) -> (Forge, Job) {
    let forge = Forge::new();
    forge.with(|state| state.faults = vec![fault]);
    let job = Job::pull_request(&forge);
    (forge, job)
}

#[test]
fn a_refusal_is_a_notice() {
    for (method, path) in [("POST", "comments"), ("GET", "comments"), ("GET", "pulls/7")] {
        for status in [401, 403, 404] {
            let (forge, job) = with(fault(method, path, Response::status(status)));
            job.comment(&report(KEY, "fail"))
                .expect_code(0)
                .expect_said("::notice title=importgate::no comment: cannot ");
            assert_eq!(forge.comments().len(), 0);
        }
    }
}

#[test]
fn a_fault_of_the_service_is_tried_again() {
    for status in [500, 502, 503] {
        let (forge, job) = with(fault("GET", "comments", Response::status(status)));
        job.comment(&report(KEY, "fail"))
            .expect_code(0)
            .expect_said("commented on #7");
        forge.the_comment();
    }
}

#[test]
fn a_comment_that_was_made_though_the_answer_says_otherwise_is_not_made_again() {
    let (forge, job) = with(Fault {
        is_done: true,
        ..fault("POST", "comments", Response::status(502))
    });
    job.comment(&report(KEY, "fail")).expect_code(0);
    assert_eq!(forge.writes(), ["POST on 7"]);
    let (forge, job) = with(fault("POST", "comments", Response::status(502)));
    job.comment(&report(KEY, "fail")).expect_code(0);
    forge.the_comment();
}

#[test]
fn a_service_that_only_fails_is_a_warning() {
    let (forge, job) = with(Fault {
        times: 100,
        ..fault("POST", "comments", Response::status(502))
    });
    job.comment(&report(KEY, "fail"))
        .expect_code(0)
        .expect_said("::warning title=importgate::no comment: cannot make a comment: the service answers 502");
    assert_eq!(forge.with(|state| 100 - state.faults[0].times), 2);
}

#[test]
fn a_rate_limit_is_waited_for_unless_it_is_a_long_one() {
    let soon = Response::status(429).with("Retry-After", "0");
    let (forge, job) = with(fault("POST", "comments", soon));
    job.comment(&report(KEY, "fail")).expect_code(0);
    forge.the_comment();
    let later = Response::status(403)
        .with("X-RateLimit-Remaining", "0")
        .with("X-RateLimit-Reset", "99999999999");
    let (forge, job) = with(fault("POST", "comments", later));
    job.comment(&report(KEY, "fail"))
        .expect_code(0)
        .expect_said("::warning title=importgate::no comment: cannot make a comment: the service asks to wait for ");
    assert_eq!(forge.comments().len(), 0);
}

#[test]
fn an_answer_that_is_none_is_a_warning() {
    let garbage = Response {
        body: b"<html>a proxy says hello".to_vec(),
        ..Response::status(200)
    };
    let (_, job) = with(fault("GET", "pulls/7", garbage));
    job.comment(&report(KEY, "fail"))
        .expect_code(0)
        .expect_said("::warning ");
}

#[test]
fn the_token_goes_to_the_service_and_to_no_other_host() {
    let forge = Forge::new();
    forge.with(|state| {
        state.pulls[0].repository = super::fake::FORK;
        state.artifacts = vec![("importgate-report".to_owned(), artifact(&report(KEY, "fail")))];
    });
    Job::workflow_run(&forge).run(&[]).expect_code(0);
    forge.the_comment();
    forge.with(|state| {
        let has_token = |request: &&super::server::Request| request.header("authorization").is_some();
        let (api, storage): (Vec<_>, Vec<_>) = state.seen.iter().partition(has_token);
        assert_eq!(storage.len(), 1, "{storage:?}");
        assert!(!format!("{storage:?}").contains(TOKEN));
        assert!(
            api.iter()
                .all(|request| request.header("authorization") == Some(&format!("Bearer {TOKEN}")))
        );
        assert!(!state.seen.iter().any(|request| request.target.contains(TOKEN)));
    });
    // What changes something follows no redirect at all.
    let elsewhere = Response::status(307).with("Location", "http://host.example/");
    let (forge, job) = with(fault("POST", "comments", elsewhere));
    job.comment(&report(KEY, "fail"))
        .expect_code(0)
        .expect_said("says that it has moved");
    assert_eq!(forge.comments().len(), 0);
}
