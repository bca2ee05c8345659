//! `importgate explain --from FILE`: reads a log of `python -X importtime` and writes what it says. Nothing is measured.

use std::path::Path;

use super::explain::terminal_options;
use crate::cli::{ExplainArguments, ExplainFormat};
use crate::error::Error;
use crate::exit;
use crate::outputs;
use importgate_core::explain::importtime::{self, ImportLog, STANDARD_INPUT};
use importgate_core::report::explain::{log_json, log_terminal, markdown};
use importgate_core::report::html;
use importgate_core::report::traces::{Traces, chrome, speedscope};
use importgate_probe::files;

/// Explains a log, or the part of it that one module imported, and returns the exit code.
pub(super) fn run(path: &Path, part: Option<&str>, arguments: &ExplainArguments) -> Result<u8, Error> {
    let (name, bytes) = contents(path)?;
    let log = importtime::read(&name, &importtime::decode(&bytes))?;
    let log = match part {
        Some(module) => log.below(module)?,
        None => log,
    };
    let why = arguments
        .why
        .as_deref()
        .map(|module| log.chain_to(module))
        .transpose()?;
    let page = html::Page::Log {
        log: &log,
        why: why.as_deref(),
        options: terminal_options(arguments),
    };
    outputs::write_with_page(&arguments.formats, page, |kind, _| {
        render(&log, why.as_deref(), page, kind, arguments)
    })?;
    Ok(exit::PASS)
}

/// What the log is called, and its bytes.
fn contents(path: &Path) -> Result<(String, Vec<u8>), Error> {
    let bytes = files::read_handed_over(path, files::TEXT_BYTES).map_err(Error::unreadable(path))?;
    let name = if path == Path::new("-") {
        STANDARD_INPUT.to_owned()
    } else {
        path.display().to_string()
    };
    Ok((name, bytes))
}

fn render(
    log: &ImportLog,
    why: Option<&[usize]>,
    page: html::Page<'_>,
    kind: ExplainFormat,
    arguments: &ExplainArguments,
) -> Result<String, Error> {
    Ok(match kind {
        ExplainFormat::Terminal => log_terminal::render(log, why, &terminal_options(arguments)),
        ExplainFormat::Json => log_json::render(log, why).map_err(outputs::not_json)?,
        ExplainFormat::Markdown => markdown::render_log(log, why, &terminal_options(arguments)),
        ExplainFormat::Html => page.render(),
        ExplainFormat::Speedscope => speedscope::render(&Traces::of_log(log)),
        ExplainFormat::ChromeTrace => chrome::render(&Traces::of_log(log)),
    })
}
