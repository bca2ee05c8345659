//! One run of the program: its exit code, what it printed, its report, and that it left nothing behind.

use std::fs;
use std::process::Command;

use importgate_core::checks::Code;
use importgate_core::report::Report;
use importgate_core::report::{Cause, Finding, TargetReport};

use super::Project;

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    report: Option<Report>,
}

impl Run {
    /// Runs the command to its end. No run may leave temporary files.
    pub(crate) fn of(mut command: Command, project: &Project) -> Self {
        let report = project.path("report.json");
        let _ = fs::remove_file(&report);
        let output = command.output().expect("the program starts");
        let litter: Vec<_> = fs::read_dir(project.temporary()).expect("a folder").collect();
        assert!(litter.is_empty(), "{command:?} left {litter:?}");
        Self {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
            report: fs::read(&report)
                .ok()
                .map(|bytes| serde_json::from_slice(&bytes).expect("a report")),
        }
    }

    /// Fails with everything that was printed where the exit code is another.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// The report; only a check that came to its end has one.
    #[track_caller]
    pub(crate) fn report(&self) -> &Report {
        self.report
            .as_ref()
            .unwrap_or_else(|| panic!("no report\n{}\n{}", self.stdout, self.stderr))
    }

    /// The row of a target.
    #[track_caller]
    pub(crate) fn row(&self, target: &str) -> &TargetReport {
        let mut rows = self.report().targets.iter();
        rows.find(|row| row.module == target)
            .unwrap_or_else(|| panic!("no row {target}\n{}", self.stdout))
    }

    /// The only finding of this kind.
    #[track_caller]
    pub(crate) fn only(&self, code: Code) -> &Finding {
        let findings: Vec<_> = self
            .report()
            .findings
            .iter()
            .filter(|finding| finding.code == code)
            .collect();
        assert_eq!(findings.len(), 1, "{code}: {findings:#?}\n{}", self.stdout);
        findings[0]
    }

    /// The causes of the only finding of this kind, the main one first.
    #[track_caller]
    pub(crate) fn causes(&self, code: Code) -> Vec<&Cause> {
        self.report().causes_of(self.only(code)).collect()
    }

    /// The main cause of the only finding of this kind.
    #[track_caller]
    pub(crate) fn cause(&self, code: Code) -> &Cause {
        let causes = self.causes(code);
        causes
            .first()
            .unwrap_or_else(|| panic!("{code} has no cause\n{}", self.stdout))
    }
}

/// Code and target of every finding of a run, in order.
pub(crate) fn found(run: &Run) -> Vec<(Code, &str)> {
    let findings = run.report().findings.iter();
    findings
        .map(|finding| (finding.code, finding.target.as_str()))
        .collect()
}
