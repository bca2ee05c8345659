//! Answers for reports, where whoever reads them shares a user with what was measured, as the action does: measured code can put a file
//! of its own where a report is to be, or end importgate and have its file taken for the report. So the reader hands over a secret
//! before anything runs, and believes what the receipt names by digest, if the secret is in it.

use std::fmt::Write;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::cli::ReceiptArguments;
use crate::error::Error;
use crate::outputs;
use importgate_core::checks::Verdict;
use importgate_probe::runner;

/// How long a secret may be, in bytes.
const LONGEST_SECRET: u64 = 256;

/// A receipt that is to be written, where one is asked for.
pub(crate) struct Receipt(Option<Asked>);

struct Asked {
    path: PathBuf,
    secret: String,
}

/// A file that holds a report.
pub(crate) struct WrittenReport {
    path: PathBuf,
    digest: [u8; 32],
}

impl WrittenReport {
    /// A file with this text in it. The text counts and not the file, which is anybody's from now on.
    pub(crate) fn new(path: &Path, text: &str) -> Self {
        Self {
            path: path.to_path_buf(),
            digest: Sha256::digest(text.as_bytes()).into(),
        }
    }
}

impl Receipt {
    /// Takes the secret, where a receipt is asked for, and keeps this process out of the reach of others of its user: what it knows is to
    /// be known to nobody else.
    pub(crate) fn begin(arguments: &ReceiptArguments) -> Result<Self, Error> {
        let Some(path) = arguments.receipt.clone() else {
            return Ok(Self(None));
        };
        runner::shut_out_others();
        let mut secret = String::new();
        let read = std::io::stdin().lock().take(LONGEST_SECRET).read_line(&mut secret);
        read.map_err(Error::unreadable("standard input"))?;
        let secret = secret.trim_end_matches('\n').to_owned();
        if secret.is_empty() {
            return Err(Error::Usage("--receipt takes a secret from standard input".to_owned()));
        }
        Ok(Self(Some(Asked { path, secret })))
    }

    /// Writes it, where it is asked for: the secret, the verdict where there is one, and a line for each report as `sha256sum` prints it.
    pub(crate) fn write(&self, verdict: Option<Verdict>, reports: &[WrittenReport]) -> Result<(), Error> {
        let Some(Asked { path, secret }) = &self.0 else {
            return Ok(());
        };
        let mut text = format!("{secret}\nverdict={}\n", verdict.map_or("", Verdict::as_str));
        for report in reports {
            for byte in report.digest {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
            }
            let _ = writeln!(text, "  {}", report.path.display());
        }
        outputs::to_file(path, &text)
    }
}
