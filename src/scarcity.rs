//! What a machine had too little of, told from what the operating system said, and how a run comes to have more: the system's own words
//! name neither the limit nor who sets it.

use std::error::Error;
use std::io::{self, ErrorKind};

/// The way out of an error that stands for something that was lacking; `None` for all others.
pub(crate) fn way_out(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.raw_os_error().map_or_else(|| of_kind(error.kind()), of_code);
        }
        cause = error.source();
    }
    None
}

fn of_code(code: i32) -> Option<&'static str> {
    Some(match code {
        libc::EMFILE => "this process may have no more files open at once: raise the limit (`ulimit -n`)",
        libc::ENFILE => {
            "all files that the machine can have open are open: end what holds them, or raise the limit (fs.file-max)"
        }
        libc::EAGAIN => {
            "no further process or thread may be started: raise the limit (`ulimit -u`, or that of the container), or that of memory"
        }
        libc::ENOMEM => {
            "there is no more memory: raise the limit (`ulimit -v`, or that of the container), or end what takes it"
        }
        other => return of_kind(io::Error::from_raw_os_error(other).kind()),
    })
}

/// The same of an error that says more than the system did, such as the path.
fn of_kind(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::FileTooLarge => "no file may become so large: raise the limit (`ulimit -f`)",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room there; temporary files go to another folder where TMPDIR names one"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "nothing can be written there; temporary files go to another folder where TMPDIR names one"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use importgate_probe::python::PythonError;

    use super::*;

    #[test]
    fn it_is_found_behind_whatever_wraps_it() {
        let full = io::Error::from_raw_os_error(libc::ENOSPC);
        let error = crate::error::Error::from(PythonError::no_folder(full));
        assert!(way_out(&error).is_some_and(|way| way.contains("TMPDIR")));
    }

    #[test]
    fn other_errors_have_none() {
        assert_eq!(way_out(&io::Error::from_raw_os_error(libc::ENOENT)), None);
        assert_eq!(way_out(&crate::error::Error::Usage("no space".to_owned())), None);
    }
}
