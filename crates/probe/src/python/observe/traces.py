"""What an import depends on beside the modules that are there in the end, from the first preload on: the modules that it looked
for, the files and folders that it read, the paths that it asked about, the environment variables. A later run looks at all of
them instead of importing.
"""
_source_of = _modules["_frozen_importlib_external"].source_from_cache
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
    variables = {}
    every_variable = False
    taken_out = {}
    open_before = {}
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
    if type(value) is bytes:
        value = value.decode("utf-8", "surrogateescape")
    if not isinstance(value, str):
        return None
    value = str(value)
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
    path = arguments[0] if arguments else None
    if type(path) is str and "/" in path:
        _Traces.opened[_path_of(path)] = True


def _trace_function(arguments, _frame):
    """A function of a library does what no hook sees. Those of the interpreter itself have no library with a name."""
    name = getattr(arguments[0], "_name", None)
    if name is not None:
        _unseen("a function of " + _text(name, 200).rpartition("/")[2])


def _trace_database(arguments, _frame):
    """SQLite opens the file by itself, and what it keeps beside it."""
    path = arguments[0]
    if path in (":memory:", b":memory:", "", b""):
        return
    path = _path_of(path)
    if path is None or "file:" in path:
        _unseen("a database")
        return
    for ending in "", "-journal", "-wal":
        _Traces.opened[path + ending] = True


_TRACED = {
    "open": _trace_open, "os.listdir": _trace_listing, "os.scandir": _trace_listing, "ctypes.dlopen": _trace_library,
    "ctypes.dlsym": _trace_function, "sqlite3.connect": _trace_database,
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
        if path is None and sys.path != _Traces.path and not _IS_START:
            _note_search_path()
        _Traces.lookups.setdefault(name, None)
        spec = inner(name, path, target)
        if spec is not None and getattr(spec, "has_location", False):
            _Traces.lookups[name] = _path_attribute(spec, "origin")
        return spec

    _hide(_find_spec)
    _bootstrap._find_spec = _find_spec
    helpers = _modules.get("importlib.util")
    if helpers is not None:
        helpers._find_spec = _find_spec


def _note_search_path():
    """What the import itself put on the search path is searched too; what was there has to be there still, in its order."""
    known = set(_Traces.path)
    if [entry for entry in sys.path if entry in known] != _Traces.path:
        _unseen("another search path")
    for entry in sys.path:
        if entry not in known:
            path = _path_of(entry) if type(entry) is str else None
            if path is None:
                _unseen("another search path")
            else:
                _Traces.searched[path.rstrip("/") or "/"] = True


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


class _Asked:
    """Stands in for a function that asks about a path, for which there is no audit event. In a set it is the function."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *positional, **named):
        if _Traces.on:
            try:
                self.note(positional, named)
            except Exception:
                _unseen("a path")
        return self.function(*positional, **named)

    def note(self, positional, named):
        caller = _frame_of(2).f_code
        if caller.co_name in ("realpath", "_joinrealpath") or _is_import_system(caller):
            return
        path = _path_of(positional[0] if positional else named.get("path"))
        if named.get("dir_fd") is not None:
            _unseen("a path below a folder that was opened")
        elif path is not None and not _is_no_file(path):
            _Traces.asked[path] = True

    def __getattr__(self, name):
        return getattr(self.function, name)

    def __eq__(self, other):
        return other is self or other == self.function

    def __hash__(self):
        return hash(self.function)


class _Opened(_Asked):
    """The same for `os.open`, whose audit event says everything but below which folder it opens."""

    def note(self, positional, named):
        if named.get("dir_fd") is not None:
            _unseen("a path below a folder that was opened")


def _trace_variables(environment):
    """Sees which variables are read. Whoever goes through all of them depends on every one."""
    kind = type(environment)
    get, iterate = kind.__getitem__, kind.__iter__

    def __getitem__(self, key):
        if _Traces.on:
            if type(key) is bytes:
                key_text = key.decode("utf-8", "surrogateescape")
            else:
                key_text = key
            if type(key_text) is str:
                _Traces.variables[key_text] = True
        return get(self, key)

    def __iter__(self):
        if _Traces.on:
            _Traces.every_variable = True
        return iterate(self)

    _hide(__getitem__, __iter__)
    kind.__getitem__, kind.__iter__ = __getitem__, __iter__


def _trace_os():
    """Stands in for what `os` has, once it is loaded: at the interpreter's own start `site` brings it in."""
    os = _modules.get("os")
    if os is None or type(os.stat) is _Asked:
        return
    for name in ("stat", "lstat", "access"):
        setattr(os, name, _Asked(getattr(os, name)))
    os.open = _Opened(os.open)
    _trace_variables(os.environ)


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


def _note_children():
    """Processes that were started past every hook: the kernel knows of those that were waited for, and of those that run."""
    has_children = False
    try:
        has_children = _usage is not None and _usage(-1).ru_maxrss > 0  # RUSAGE_CHILDREN
        for task in _posix.listdir("/proc/self/task"):
            has_children = has_children or bool(_read_whole("/proc/self/task/" + task + "/children"))
    except OSError:
        pass  # a kernel that does not tell, or a thread that has ended
    if has_children:
        _unseen("a process")


def _begin_traces():
    _trace_lookups()
    _trace_loads()
    _trace_os()
    _Traces.open_before = _open_files()
    sys.addaudithook(_audit_inputs)
    _Traces.path, _Traces.finders, _Traces.hooks = list(sys.path), list(sys.meta_path), list(sys.path_hooks)
    _Traces.on = True


def _end_traces():
    _Traces.on = False
    _note_left_open()
    _note_children()
    if _IS_START:
        return  # it is made there
    if sys.path_hooks != _Traces.hooks:
        _unseen("another search path")
    if sys.meta_path[:len(_Traces.finders)] != _Traces.finders:
        _unseen("another finder")


def _describe_traces(modules, files):
    opened = {}
    for path in _Traces.opened:
        if path.endswith(".pyc"):
            try:
                source = _source_of(path)
            except (ValueError, NotImplementedError):
                source = None
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
        "variables": [] if _Traces.every_variable else list(_Traces.variables),
        "every_variable": _Traces.every_variable,
        "taken_out": [name for name in _Traces.taken_out if name not in modules],
        "unseen": list(_Traces.unseen),
    }
