//! Where reports go: standard output or files, each format once.

use std::ffi::OsString;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use crate::cli::{
    ColourChoice, DoctorFormat, ExplainFormat, FixFormat, FormatKind, OutputFormat, TableFormat, TrendFormat,
};
use crate::error::Error;
use crate::store;
use importgate_core::report::html::Page;
use importgate_core::report::terminal;

mod reports;

pub(crate) use reports::{write, write_merged};

/// The kind of output that nobody has to ask for.
pub(crate) trait Terminal {
    const TERMINAL: Self;
}

impl Terminal for FormatKind {
    const TERMINAL: Self = Self::Terminal;
}

impl Terminal for TableFormat {
    const TERMINAL: Self = Self::Terminal;
}

impl Terminal for ExplainFormat {
    const TERMINAL: Self = Self::Terminal;
}

impl Terminal for TrendFormat {
    const TERMINAL: Self = Self::Terminal;
}

/// The kind of output that is a page.
pub(crate) trait HasPage: Terminal {
    const PAGE: Self;
}

impl HasPage for ExplainFormat {
    const PAGE: Self = Self::Html;
}

impl HasPage for TrendFormat {
    const PAGE: Self = Self::Html;
}

impl Terminal for DoctorFormat {
    const TERMINAL: Self = Self::Terminal;
}

impl Terminal for FixFormat {
    const TERMINAL: Self = Self::Terminal;
}

/// Writes what `render` makes of each kind that was asked for, of the terminal's where none was. It is told whether the text
/// goes to standard output, where colour is taken out again if it does not belong.
pub(crate) fn write_each<Kind: Copy + Terminal>(
    formats: &[OutputFormat<Kind>],
    render: impl Fn(Kind, bool) -> Result<String, Error>,
) -> Result<(), Error> {
    for_each(formats, |kind, path| match path {
        None => to_standard_output(&render(kind, true)?),
        Some(path) => to_file(path, &render(kind, false)?),
    })
}

/// The same where one of the kinds is a page, which may be a folder.
pub(crate) fn write_with_page<Kind: Copy + PartialEq + HasPage>(
    formats: &[OutputFormat<Kind>],
    page: Page<'_>,
    render: impl Fn(Kind, bool) -> Result<String, Error>,
) -> Result<(), Error> {
    for_each(formats, |kind, path| match path {
        Some(path) if kind == Kind::PAGE && is_folder(path) => page_to_folder(page, path),
        Some(path) => to_file(path, &render(kind, false)?),
        None => to_standard_output(&render(kind, true)?),
    })
}

/// The same of outputs that are bytes: a diff of sources may be in any encoding, and keeps every byte.
pub(crate) fn write_bytes<Kind: Copy + Terminal>(
    formats: &[OutputFormat<Kind>],
    render: impl Fn(Kind) -> Result<Vec<u8>, Error>,
) -> Result<(), Error> {
    for_each(formats, |kind, path| match path {
        None => all_to(&mut std::io::stdout().lock(), &render(kind)?),
        Some(path) => bytes_to_file(path, &render(kind)?),
    })
}

/// Each kind that was asked for, with its file; the terminal's where none was. Files come first: who reads standard output may go for
/// one that it names as soon as it does.
fn for_each<Kind: Copy + Terminal>(
    formats: &[OutputFormat<Kind>],
    mut write: impl FnMut(Kind, Option<&Path>) -> Result<(), Error>,
) -> Result<(), Error> {
    if formats.is_empty() {
        return write(Kind::TERMINAL, None);
    }
    let (files, streams): (Vec<_>, Vec<_>) = formats.iter().partition(|format| format.path.is_some());
    let mut in_order = files.into_iter().chain(streams);
    in_order.try_for_each(|format| write(format.kind, format.path.as_deref()))
}

/// True for a path that ends in a slash, and for a folder that is there.
fn is_folder(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.is_dir()
}

/// A page and what belongs to it, each file as a whole.
fn page_to_folder(page: Page<'_>, folder: &Path) -> Result<(), Error> {
    let mut files = page.render_folder().into_iter();
    files.try_for_each(|(name, text)| to_file(&folder.join(name), &text))
}

/// Lets `--color` speak for every stream of the process.
pub(crate) fn choose_colour(choice: ColourChoice) {
    match choice {
        ColourChoice::Auto if is_colour_forced(|name| std::env::var_os(name)) => {
            anstream::ColorChoice::Always.write_global();
        }
        ColourChoice::Auto => {}
        ColourChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColourChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// True where `FORCE_COLOR` asks for colour, and `NO_COLOR` does not ask for none. The streams know every other variable themselves.
fn is_colour_forced(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let is_off = variable("FORCE_COLOR").is_some_and(|value| value == "0" || value == "false");
    is_set("FORCE_COLOR") && !is_off && !is_set("NO_COLOR")
}

/// Prints to standard output; colour is taken out where it does not belong. A reader that has gone away (`| head`) is no error.
pub(crate) fn to_standard_output(text: &str) -> Result<(), Error> {
    all_to(&mut anstream::stdout().lock(), text.as_bytes())
}

/// Says something beside the result, on standard error. Where nobody can be told, there is nobody to tell that.
pub(crate) fn remark(text: &str) {
    let mut text = text.trim_end_matches('\n').to_owned();
    text.insert_str(0, "importgate: ");
    text.push('\n');
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

fn all_to(stream: &mut impl Write, content: &[u8]) -> Result<(), Error> {
    match stream.write_all(content).and_then(|()| stream.flush()) {
        Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::Output {
            path: "standard output".into(),
            source,
        }),
        _ => Ok(()),
    }
}

/// How text for people is laid out: in the columns that `COLUMNS` says or that the terminal has. A log has none of its own, and
/// since nobody can widen it afterwards, no name in it is cut, whatever `COLUMNS` says.
pub(crate) fn terminal_options(on_screen: bool, verbose: bool) -> terminal::Options {
    let terminal = if on_screen && std::io::stdout().is_terminal() {
        Some(terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
    } else {
        None
    };
    terminal::Options {
        width: width(std::env::var("COLUMNS").ok().as_deref(), terminal),
        whole_names: terminal.is_none(),
        verbose,
        colour: if on_screen {
            terminal::Colour::Ansi
        } else {
            terminal::Colour::Plain
        },
    }
}

/// The columns that there are, by `COLUMNS` and by the terminal, where the text goes to one.
fn width(columns: Option<&str>, terminal: Option<Option<usize>>) -> usize {
    const UNKNOWN: usize = 100;
    let asked = columns.and_then(|columns| columns.trim().parse().ok());
    let asked = asked.filter(|columns| *columns > 0);
    asked.unwrap_or_else(|| terminal.map_or(usize::MAX, |width| width.unwrap_or(UNKNOWN)))
}

/// A value could not be written as JSON.
pub(crate) fn not_json(source: serde_json::Error) -> Error {
    Error::Output {
        path: "the JSON".into(),
        source: std::io::Error::other(source),
    }
}

/// Writes a file as a whole: whoever reads it meanwhile sees the old one.
pub(crate) fn to_file(path: &Path, text: &str) -> Result<(), Error> {
    bytes_to_file(path, text.as_bytes())
}

fn bytes_to_file(path: &Path, content: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Output {
        path: path.to_path_buf(),
        source,
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // A device or a pipe (`/dev/stderr`) cannot be replaced, only written.
    if let Some(metadata) = path.metadata().ok().filter(|metadata| !metadata.is_file()) {
        // Held until it is written: opening a pipe waits for its reader, and nobody has to be one.
        let is_pipe = metadata.file_type().is_fifo();
        let _held = is_pipe.then(|| open_for_reader(path)).transpose().map_err(failed)?;
        return std::fs::write(path, content).map_err(failed);
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    store::replace(path, content).map_err(failed)
}

/// A pipe that somebody reads.
#[expect(clippy::disallowed_methods, reason = "it does not wait")]
fn open_for_reader(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).custom_flags(libc::O_NONBLOCK);
    options.open(path).map_err(|error| match error.raw_os_error() {
        Some(libc::ENXIO) => std::io::Error::other("it is a pipe that nobody reads"),
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_before_anything_that_may_name_them() {
        let format = |kind, path: Option<&str>| OutputFormat {
            kind,
            path: path.map(Into::into),
        };
        let formats = [
            format(FormatKind::Azure, None),
            format(FormatKind::Markdown, Some("summary.md")),
            format(FormatKind::Terminal, None),
        ];
        let mut written = Vec::new();
        let done = for_each(&formats, |kind, _| {
            written.push(kind);
            Ok(())
        });
        assert!(done.is_ok());
        assert_eq!(written, [FormatKind::Markdown, FormatKind::Azure, FormatKind::Terminal]);
    }

    #[test]
    fn colour_is_forced_unless_none_is_asked_for() {
        let forced = |force: Option<&str>, none: Option<&str>| {
            is_colour_forced(|name| if name == "NO_COLOR" { none } else { force }.map(OsString::from))
        };
        assert!(forced(Some("1"), None) && forced(Some("3"), Some("")));
        for (force, none) in [
            (None, None),
            (Some(""), None),
            (Some("0"), None),
            (Some("1"), Some("1")),
        ] {
            assert!(!forced(force, none), "{force:?} {none:?}");
        }
    }

    #[test]
    fn columns_are_asked_for_before_the_terminal_is() {
        let terminal = Some(Some(120));
        for (columns, terminal, expected) in [
            (Some("80"), terminal, 80),
            (Some("80"), None, 80),
            (Some(" 72 "), Some(None), 72),
            (Some("0"), terminal, 120),
            (Some("wide"), terminal, 120),
            (None, terminal, 120),
            (None, Some(None), 100),
            (None, None, usize::MAX),
        ] {
            assert_eq!(width(columns, terminal), expected, "{columns:?} {terminal:?}");
        }
    }
}
