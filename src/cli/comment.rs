//! The words of `importgate comment`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use importgate_core::report::comment::Policy;

/// A service that has pull requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForgeChoice {
    /// GitHub, and GitHub Enterprise.
    Github,
    /// GitLab.
    Gitlab,
    /// Bitbucket Cloud.
    Bitbucket,
}

/// When a comment is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// For what fails, could not be decided, is accepted by the change, or got better.
    Changes,
    /// For what fails.
    Failures,
    /// Always.
    Always,
}

impl From<When> for Policy {
    fn from(when: When) -> Self {
        match when {
            When::Changes => Self::Changes,
            When::Failures => Self::Failures,
            When::Always => Self::Always,
        }
    }
}

/// `importgate comment`.
#[derive(Debug, Args)]
#[command(
    after_help = "The token comes from the environment: GITHUB_TOKEN, GITLAB_TOKEN or BITBUCKET_TOKEN. What the service refuses is a notice, and exit code 0."
)]
pub struct CommentArguments {
    /// A report of `check --format json=PATH` or `merge`: files, folders of them, zip files; as often as you like [default: the
    /// artifacts of the run that measured, on GitHub].
    #[arg(long = "report", value_name = "PATH")]
    pub reports: Vec<PathBuf>,
    /// The name of the artifacts with reports, or what their names begin with before a hyphen.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "importgate-report",
        conflicts_with = "reports"
    )]
    pub artifact: String,
    /// Legs of a matrix that have to be there, by a part of their environment's key such as 3.13; those that are not are named.
    #[arg(long = "expect", value_name = "LEG", value_delimiter = ',')]
    pub expected: Vec<String>,
    /// When a comment is made; one that stands is brought up to date in any case.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Changes)]
    pub when: When,
    /// Which gate, where a repository has several: each has its comment.
    #[arg(long, value_name = "NAME", default_value = "importgate", value_parser = parse_id)]
    pub id: String,
    /// The service [default: the one whose job this is].
    #[arg(long, value_name = "SERVICE", value_enum)]
    pub forge: Option<ForgeChoice>,
    /// The address of its API [default: as the job's variables say].
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,
    /// The login under which the token comments, where it cannot tell.
    #[arg(long, value_name = "LOGIN")]
    pub author: Option<String>,
    /// Show what would be sent, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
}

fn parse_id(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (1..=50).contains(&text.len()) && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("it has letters, digits, dots, hyphens and underscores, and no more than 50 of them".to_owned())
    }
}
