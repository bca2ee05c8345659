"""What an import depends on beside the modules that are there in the end, from the first preload on: the modules that it looked
for, the files and folders that it read, the paths that it asked about, the environment variables. A later run looks at all of
them instead of importing.
"""
_external = _modules["_frozen_importlib_external"]
_source_of = _external.source_from_cache
_INTERPRETERS = ("_interpreters", "_xxsubinterpreters")  # no hook of this one is called in another
_WITHOUT_FILES = ("network", "subprocess")  # effects of a preload whose outcome no file shows


class _Traces:
    """What is traced, in one place."""
    on = False
    path = []
    finders = []
    hooks = []
    lookups = {}
    opened = {}
    listed = {}
    searched = {}
    asked = {}
    links = {}
    package_paths = {}
    variables = {}
    every_variable = False
    taken_out = {}
    open_before = {}
    had_children = False  # before this process was forked from another
    unseen = {}


def _unseen(what):
    _Traces.unseen[what] = True


def _path_of(value):
    """The absolute path that a function was given; None for a descriptor."""
    if value is None:
        value = "."
    as_path = getattr(type(value), "__fspath__", None)
    if as_path is not None:
        value = as_path(value)
    value = _as_text(value)
    if value is None:
        return None
    return value if value.startswith("/") else _posix.getcwd().rstrip("/") + "/" + value


def _is_no_file(path):
    return path is None or _is_view(path) or path.startswith(_FOLDER + "/")


_PLAIN_DEVICES = {
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/stdin", "/dev/stdout",
    "/dev/stderr",
}


def _note_view(path):
    """A device says what no file says, and there are ways through /proc to files that have a name elsewhere."""
    if path.startswith("/dev/") and path not in _PLAIN_DEVICES:
        _unseen("the device " + path)
    elif path.startswith("/proc/") and path.endswith("/environ"):
        _Traces.every_variable = True
    elif path.startswith("/proc/") and not {"cwd", "root", "fd", "map_files"}.isdisjoint(path.split("/")):
        _unseen("a file by way of /proc")


def _trace_open(arguments, frame):
    path, mode, flags = arguments
    if type(path) is int:
        return
    path = _path_of(path)
    if path is not None and _is_view(path):
        _note_view(path)
        return
    writes = [letter for letter in mode if letter in "wax+"] if type(mode) is str else flags & _WRITING
    # What measured code opens while it is imported is noted with its effects.
    if not writes and not _is_no_file(path) and (not _Notes.on or frame is None or _is_import_system(frame.f_code)):
        _Traces.opened[path] = True


def _trace_listing(arguments, frame):
    if frame is not None and _is_import_system(frame.f_code):
        return  # the path finder, whose look-ups are noted as such
    path = _path_of(arguments[0] if arguments else None)
    if path is None:
        _unseen("a folder that was opened before")
    elif not _is_no_file(path):
        _Traces.listed[path] = True


def _trace_library(arguments, frame):
    path = _as_text(arguments[0]) if arguments else None
    if path is not None and "/" in path:
        _Traces.opened[_path_of(path)] = True


def _trace_function(arguments, _frame):
    """A function of a library does what no hook sees. Those of the interpreter itself have names that begin alike."""
    library, function = getattr(arguments[0], "_name", None), arguments[1]
    if library is not None:
        _unseen("a function of " + _text(library, 200).rpartition("/")[2])
    elif type(function) is not str or not function.startswith(("Py", "_Py")):
        _unseen("a function of a library")


def _trace_database(arguments, _frame):
    """SQLite opens the file by itself, and what it keeps beside it."""
    path = arguments[0]
    if path in (":memory:", b":memory:", "", b""):
        return
    path = _path_of(path)
    if path is None or "file:" in path:
        _unseen("a database")
        return
    _note_database(path)


def _note_database(path):
    for ending in "", "-journal", "-wal":
        _Traces.opened[path + ending] = True


def _trace_attribute(_arguments, _frame):
    _unseen("an extended attribute")


_TRACED = {
    "open": _trace_open, "os.listdir": _trace_listing, "os.scandir": _trace_listing, "ctypes.dlopen": _trace_library,
    "ctypes.dlsym": _trace_function, "ctypes.dlsym/handle": _trace_function, "sqlite3.connect": _trace_database,
    "os.getxattr": _trace_attribute, "os.listxattr": _trace_attribute,
}


def _audit_inputs(event, arguments):
    trace = _TRACED.get(event)
    if not _Traces.on or _getpid() != _Own.pid:
        return
    if trace is None and (_Notes.on or event == "socket.bind" or _EFFECTS.get(event) not in _WITHOUT_FILES):
        return  # while it is imported, effects are noted by themselves
    try:
        if trace is None:
            _unseen("a " + _EFFECTS[event])
        else:
            trace(arguments, _frame_of(1))
    except Exception:
        _unseen("the arguments of " + event)


def _trace_lookups():
    """Sees each look-up of a module that is not loaded, also those that find nothing, and those that only ask."""
    inner = _bootstrap._find_spec

    def _find_spec(name, path, target=None):
        if not _Traces.on:
            return inner(name, path, target)
        if path is not None:
            _note_package_path(name, path)
        elif sys.path != _Traces.path and not _IS_START:
            _note_search_path()
        if name in _INTERPRETERS:
            _unseen("another interpreter")
        _Traces.lookups.setdefault(name, None)
        spec = inner(name, path, target)
        if _is_of_a_file(spec):
            _Traces.lookups[name] = _path_attribute(spec, "origin")
        return spec

    _hide(_find_spec)
    _bootstrap._find_spec = _find_spec
    helpers = _modules.get("importlib.util")
    if helpers is not None:
        helpers._find_spec = _find_spec


def _note_package_path(name, path):
    """Where a package has its modules looked for beside its own folder. Those of a namespace follow from the search path."""
    if type(path) is _external._NamespacePath:
        return
    package = name.rpartition(".")[0]
    entries = tuple(path)
    if _Traces.package_paths.get(package) == entries:
        return
    _Traces.package_paths[package] = entries
    module = _modules.get(package)
    own = None if module is None else object.__getattribute__(module, "__dict__").get("__file__")
    own = own.rpartition("/")[0] if type(own) is str else None
    _note_searched([entry for entry in entries if entry != own])


def _note_searched(entries):
    for entry in entries:
        path = _path_of(entry) if type(entry) is str else None
        if path is None:
            _unseen("another search path")
        else:
            _Traces.searched[path.rstrip("/") or "/"] = True


def _note_candidates(folder, name, suffixes):
    """The paths at which a folder would have a module."""
    path = _path_of(folder) if type(folder) is str else None
    if path is None:
        _unseen("another search path")
        return
    stem = path.rstrip("/") + "/" + name.rpartition(".")[2]
    _Traces.asked[stem] = True
    for suffix in suffixes:
        _Traces.asked[stem + suffix] = _Traces.asked[stem + "/__init__" + suffix] = True


def _trace_finders():
    """Sees who asks the finders of the import system directly. What it asks them itself is a look-up of a module."""
    path_finder, file_finder = _external.PathFinder, _external.FileFinder
    find_on_path, find_in_folder = path_finder.find_spec.__func__, file_finder.find_spec

    def _find_on_path(finder, fullname, path=None, target=None):
        spec = find_on_path(finder, fullname, path, target)
        if _Traces.on and not _is_import_system(_frame_of(1).f_code):
            if path is None:
                _Traces.lookups.setdefault(fullname, _path_attribute(spec, "origin") if spec is not None else None)
            else:
                suffixes = [suffix for _, known in _external._get_supported_file_loaders() for suffix in known]
                for folder in path:
                    _note_candidates(folder, fullname, suffixes)
        return spec

    def _find_in_folder(finder, fullname, target=None):
        if _Traces.on and not _is_import_system(_frame_of(1).f_code):
            _note_candidates(finder.path, fullname, [suffix for suffix, _ in finder._loaders])
        return find_in_folder(finder, fullname, target)

    _hide(_find_on_path, _find_in_folder)
    path_finder.find_spec, file_finder.find_spec = classmethod(_find_on_path), _find_in_folder
    for kind, name in (
        (_external.SourceFileLoader, "path_stats"), (_external.SourceLoader, "path_mtime"),
        (getattr(_modules.get("zipimport"), "zipimporter", None), "__init__"),
    ):
        if kind is not None:
            setattr(kind, name, _asking_of_path(getattr(kind, name)))


def _note_path_and_those_above(path):
    asked = _path_of(path)
    while not _is_no_file(asked) and asked.strip("/"):
        _Traces.asked[asked] = True
        try:
            _lstat(asked)
            break
        except OSError:
            asked = asked.rpartition("/")[0]


def _asking_of_path(inner):
    """A method of a loader that asks about a path, and about those above it where there is none: it may lie in an archive."""

    def method(loader, path):
        if _Traces.on and not _is_import_system(_frame_of(1).f_code):
            try:
                _note_path_and_those_above(path)
            except Exception:
                _unseen("a path")
        return inner(loader, path)

    _hide(method)
    return method


def _note_search_path():
    """What the import itself put on the search path is searched too; what was there has to be there still, in its order."""
    known = set(_Traces.path)
    if [entry for entry in sys.path if entry in known] != _Traces.path:
        _unseen("another search path")
    _note_searched([entry for entry in sys.path if entry not in known])


def _trace_loads():
    """Sees each module that is loaded, by an import or by its spec, also where nothing is left of it in the end."""
    load, make = _bootstrap._load_unlocked, _bootstrap.module_from_spec

    def _note(spec):
        name = getattr(spec, "name", None)
        if _Notes.on and type(name) is str and name not in _Notes.before:
            _Traces.taken_out[name] = True

    def _load_unlocked(spec):
        module = load(spec)
        _note(spec)
        if _Traces.on and getattr(spec, "name", None) in _UNSEEN_IN_C:
            _trace_functions_of_c(module)
        return module

    def module_from_spec(spec):
        module = make(spec)
        if _frame_of(1).f_code is not load.__code__:
            _note(spec)  # an import that fails has loaded nothing
        return module

    _hide(_load_unlocked, module_from_spec)
    _bootstrap._load_unlocked, _bootstrap.module_from_spec = _load_unlocked, module_from_spec
    helpers = _modules.get("importlib.util")
    if helpers is not None:
        helpers.module_from_spec = module_from_spec


def _open_files():
    """The files that this process has open, by their descriptors; nothing where the system does not tell."""
    files = {}
    try:
        for descriptor in _posix.listdir("/proc/self/fd"):
            try:
                files[descriptor] = _posix.readlink("/proc/self/fd/" + descriptor)
            except OSError:
                pass  # the one that the folder was read by
    except OSError:
        pass
    return files


def _note_left_open():
    """Files that compiled code opened by itself, as far as they are open still."""
    for descriptor, path in _open_files().items():
        if _Traces.open_before.get(descriptor) == path or not path.startswith("/") or path.endswith(" (deleted)"):
            continue
        if not _is_no_file(path) and path not in _Notes.reads and path not in _Notes.written:
            _Traces.opened[path] = True


def _has_children():
    """Whether processes were started, past every hook, too: the kernel knows of those that were waited for, and of those that
    run."""
    has_children = _Traces.had_children
    try:
        has_children = has_children or _usage is not None and _usage(-1).ru_maxrss > 0  # RUSAGE_CHILDREN
        for task in _posix.listdir("/proc/self/task"):
            has_children = has_children or bool(_read_whole("/proc/self/task/" + task + "/children"))
    except OSError:
        pass  # a kernel that does not tell, or a thread that has ended
    return has_children


def _begin_traces():
    _trace_lookups()
    _trace_loads()
    _trace_finders()
    _trace_os()
    for name in _UNSEEN_IN_C:
        if name in _modules:
            _trace_functions_of_c(_modules[name])
    _Traces.open_before = _open_files()
    sys.addaudithook(_audit_inputs)
    _Traces.path, _Traces.finders, _Traces.hooks = list(sys.path), list(sys.meta_path), list(sys.path_hooks)
    _Traces.on = True


def _end_traces():
    _Traces.on = False
    _note_left_open()
    if _has_children():
        _unseen("a process")
    if _IS_START:
        return  # it is made there
    if not _begins_with("path_hooks", _Traces.hooks, True):
        _unseen("another search path")
    if not _begins_with("meta_path", _Traces.finders):
        _unseen("another finder")


def _begins_with(name, first, and_ends=False):
    """Whether a list of the import system begins with what it had, where it is a list still."""
    length = len(first)  # where the functions of the interpreter are gone, nothing is told
    try:
        now = list(getattr(sys, name))
    except Exception:
        return False
    return (now if and_ends else now[:length]) == first


def _describe_traces(modules, files):
    opened = {}
    for path in _Traces.opened:
        if path.endswith(".pyc"):
            try:
                source = _source_of(path)
            except (ValueError, NotImplementedError, AttributeError):
                source = None  # there is none, or the interpreter has lost its name for bytecode
            if source is not None and _bytecode_state(source, path) != "unchecked":
                path = source
        if path not in files:
            opened[path] = True
    return {
        "lookups": {
            name: origin for name, origin in _Traces.lookups.items()
            if type(name) is str and (name not in modules or modules[name] != origin)
        },
        "opened": list(opened),
        "listed": list(_Traces.listed),
        "searched": list(_Traces.searched),
        "asked": list(_Traces.asked),
        "links": list(_Traces.links),
        "variables": [] if _Traces.every_variable else list(_Traces.variables),
        "every_variable": _Traces.every_variable,
        "taken_out": [name for name in _Traces.taken_out if name not in modules],
        "unseen": list(_Traces.unseen),
    }
