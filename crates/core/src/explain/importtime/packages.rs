//! What a module belongs to, by its name alone: there is no interpreter to ask where it is installed.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::explain::{Distribution, Group};

/// The top-level modules of the standard library, of Python 3.8 to 3.15 on every platform.
const STANDARD_LIBRARY: &str = "
    _abc _aix_support _android_support _apple_support _ast _ast_unparse _asyncio _bisect _blake2 _bootlocale
    _bootsubprocess _bz2 _codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections
    _collections_abc _colorize _compat_pickle _compression _contextvars _crypt _csv _ctypes _ctypes_test _curses
    _curses_panel _datetime _dbm _decimal _dummy_thread _elementtree _frozen_importlib _frozen_importlib_external
    _functools _gdbm _hashlib _heapq _hmac _imp _interpchannels _interpqueues _interpreters _io _ios_support _json _locale
    _lsprof _lzma _markupbase _math_integer _md5 _msi _multibytecodec _multiprocessing _opcode _opcode_metadata _operator
    _osx_support _overlapped _peg_parser _pickle _posixshmem _posixsubprocess _py_abc _py_warnings _pydatetime _pydecimal
    _pyio _pylong _pyrepl _queue _random _remote_debugging _scproxy _sha1 _sha2 _sha256 _sha3 _sha512 _signal _sitebuiltins
    _socket _sqlite3 _sre _ssl _stat _statistics _string _strptime _struct _suggestions _symtable _sysconfig _thread
    _threading_local _tkinter _tokenize _tracemalloc _types _typing _uuid _warnings _weakref _weakrefset _winapi _wmi
    _zoneinfo _zstd abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64
    bdb binascii binhex bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections
    colorsys compileall compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses
    dataclasses datetime dbm decimal difflib dis distutils doctest dummy_threading email encodings ensurepip enum errno
    faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext
    glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools
    json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib
    msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser
    pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile profiling pstats
    pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy
    sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3
    sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys
    sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter token tokenize
    tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv
    warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
";

static STANDARD_NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| STANDARD_LIBRARY.split_whitespace().collect());

/// Packages that many distributions share, each with a package of its own below.
const SHARED: [&str; 17] = [
    "azure",
    "azure.ai",
    "azure.mgmt",
    "backports",
    "google",
    "google.cloud",
    "jaraco",
    "opentelemetry",
    "opentelemetry.exporter",
    "opentelemetry.instrumentation",
    "opentelemetry.propagators",
    "opentelemetry.semconv",
    "repoze",
    "ruamel",
    "sphinxcontrib",
    "zc",
    "zope",
];

/// Whether a top-level module is of the standard library of any Python.
pub(crate) fn is_standard(top: &str) -> bool {
    STANDARD_NAMES.contains(top)
}

/// The group of a module: the standard library, else its top-level package, or the one below a package that distributions share.
pub(super) fn group_of(module: &str) -> Group {
    let top = module.split('.').next().unwrap_or(module);
    // The build-time configuration has the platform in its name.
    if is_standard(top) || top.starts_with("_sysconfigdata_") || top.starts_with("__") {
        return Group::StandardLibrary;
    }
    let mut end = top.len();
    while SHARED.contains(&&module[..end]) && end < module.len() {
        let next = module[end + 1..].find('.');
        end = next.map_or(module.len(), |length| end + 1 + length);
    }
    Group::Distribution(Distribution {
        name: module[..end].to_owned(),
        version: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(module: &str) -> String {
        match group_of(module) {
            Group::Distribution(distribution) => distribution.name,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_module_belongs_to_its_package_or_to_the_standard_library() {
        assert_eq!(name_of("torch.nn.modules"), "torch");
        assert_eq!(name_of("json.decoder"), "StandardLibrary");
        assert_eq!(name_of("jsonschema"), "jsonschema");
        assert_eq!(name_of("google"), "google");
        assert_eq!(name_of("google.protobuf.internal"), "google.protobuf");
        assert_eq!(name_of("google.cloud.storage.blob"), "google.cloud.storage");
        assert_eq!(name_of("a..b"), "a");
        assert_eq!(name_of("google."), "google.");
        assert_eq!(name_of("."), "");
    }
}
