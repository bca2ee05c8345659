"""One untimed import with every hook on: who imported whom and from which line, what each module costs, and what else it did.

It sees every load through `_frozen_importlib._find_and_load`, which C and `importlib.import_module` look up by name, and
imports of what was there already through `builtins.__import__`. Both are put back into the import system by file name, so
that warnings and tracebacks skip them as they skip importlib's own frames.

Its times rank and explain. They are read twice at each boundary, so that the hooks' own cost is not the modules'.
"""
import _thread
import _warnings

# Measured code may replace built-in functions. Globals come first in every look-up, so these stay what they are now.
globals().update({name: value for name, value in vars(_builtins).items() if not name.startswith("_")})

_cpu_clock = time.thread_time_ns
_process_clock = time.process_time_ns
_wall_clock = time.perf_counter_ns
_identify = _thread.get_ident
_dup2 = _posix.dup2
_pread = _posix.pread
_stat = _posix.stat
_frame_of = sys._getframe
_bootstrap = _modules["_frozen_importlib"]
_inner_find_and_load = _bootstrap._find_and_load
_SOURCE_FILE = _frame_of().f_code.co_filename
_START_FOLDER = _posix.getcwd()
_PAGE = _posix.sysconf("SC_PAGE_SIZE")
_LONGEST_BLOCK_UNNOTICED = 1000000  # nanoseconds
_OPTIMIZED = 1  # CO_OPTIMIZED: set for functions, not for the bodies of modules and classes

# A cell holds what one import costs: [name, its cell outside, CPU ns, blocked ns, memory bytes, position]
_NAME, _OUTER, _CPU, _BLOCKED, _MEMORY = range(5)


class _Thread:
    """What is known of one importing thread: the imports in progress, and the readings at the last boundary."""
    __slots__ = ("stack", "cpu", "process", "wall", "queued", "switches", "memory", "foreign", "place")

    def __init__(self):
        self.stack = []
        self.cpu = self.process = self.wall = self.queued = self.switches = self.memory = self.foreign = 0
        self.place = None


class _Notes:
    """Everything that is noted, in one place."""
    threads = {}
    cells = []
    before = set()
    known = set()
    edges = {}
    repeated = set()
    kept_alive = []
    warnings = {}
    effects = {}
    blocked = []
    reads = {}
    written = set()
    warning_text = ""
    warning_module = None
    compiling = None
    main = None
    on = False
    hook_cost = 0
    foreign = 0  # boundaries of imports in other threads than the main one


# ---- readings of this process -----------------------------------------------------------------------------------------

class _Counter:
    """A small file of /proc that is read again and again, also after measured code has closed its descriptor."""

    def __init__(self, path, place):
        self.path = path
        self.place = place
        self.descriptor = self._descriptor()

    def _descriptor(self):
        low = _open(self.path, _OPEN_READ)
        try:
            high = _dup2(low, self.place, False)
        except OSError:
            return low
        _close(low)
        return high

    def field(self, position):
        try:
            return int(_pread(self.descriptor, 256, 0).split()[position])
        except (OSError, ValueError, IndexError):
            self.descriptor = self._descriptor()
            return int(_pread(self.descriptor, 256, 0).split()[position])


def _counter(path, place):
    try:
        counter = _Counter(path, place)
        counter.field(1)
        return counter
    except (OSError, ValueError, IndexError):
        return None  # no /proc: memory and run-queue wait stay unknown


_resident = _counter("/proc/self/statm", _HIGH_DESCRIPTOR - 1)
_schedule = _counter("/proc/self/schedstat", _HIGH_DESCRIPTOR - 2)


def _load_usage():
    was_there = "resource" in _modules
    try:
        import resource
    except ImportError:
        return None, 0
    if not was_there:
        del _modules["resource"]
    return resource.getrusage, getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)


_usage, _USAGE_OF_THREAD = _load_usage()


def _close_stretch(thread):
    """Gives what has passed since the last boundary to the import on top of the thread's stack."""
    cpu, process, wall = _cpu_clock(), _process_clock(), _wall_clock()
    memory = _resident.field(1) * _PAGE if _resident else 0
    cell = thread.stack[-1]
    # What threads that import nothing compute meanwhile (a numeric library's own, say) belongs to this import.
    cell[_CPU] += cpu - thread.cpu if len(_Notes.threads) > 1 else process - thread.process
    cell[_MEMORY] += memory - thread.memory
    if thread is not _Notes.main:
        _Notes.foreign += 1
    elif _schedule and _usage and _Notes.foreign == thread.foreign:
        queued = _schedule.field(1)
        # While other threads compute, the process is not blocked. Where one imported, it may itself have waited for a
        # processor, which cannot be told from here: then nothing counts as blocked.
        blocked = (wall - thread.wall) - (process - thread.process) - (queued - thread.queued)
        # Without a voluntary switch the time was taken from the process, not given up by it.
        if blocked > 0 and _usage(_USAGE_OF_THREAD).ru_nvcsw > thread.switches:
            cell[_BLOCKED] += blocked
            if blocked >= _LONGEST_BLOCK_UNNOTICED:
                _Notes.blocked.append((cell, thread.place, blocked))
    return cpu


def _open_stretch(thread, hook_started):
    thread.memory = _resident.field(1) * _PAGE if _resident else 0
    thread.foreign = _Notes.foreign
    if thread is _Notes.main and _schedule and _usage:
        thread.queued = _schedule.field(1)
        thread.switches = _usage(_USAGE_OF_THREAD).ru_nvcsw
    thread.wall = _wall_clock()
    thread.process = _process_clock()
    thread.cpu = _cpu_clock()
    _Notes.hook_cost += thread.cpu - hook_started


def _this_thread():
    ident = _identify()
    thread = _Notes.threads.get(ident)
    if thread is None:
        thread = _Notes.threads[ident] = _Thread()
    return thread


# ---- places in the measured code --------------------------------------------------------------------------------------

def _is_import_system(code):
    name = code.co_filename
    return name == _SOURCE_FILE or name.startswith("<frozen importlib._bootstrap") or name.startswith("<frozen zipimport")


def _module_of(frame):
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else None


def _is_import_helper(frame, module):
    """A function that imports on behalf of its caller, such as `importlib.import_module` or an entry point's `load`."""
    if not frame.f_code.co_flags & _OPTIMIZED:
        return False
    return module.partition(".")[0] in ("importlib", "importlib_metadata", "pkgutil")


def _is_in_function(frame):
    while frame is not None:
        code = frame.f_code
        if code.co_flags & _OPTIMIZED:
            return True
        if code.co_name == "<module>":
            return False
        frame = frame.f_back
    return False


def _trigger_of(frame):
    """The module-level line that led to a call."""
    while frame is not None:
        code = frame.f_code
        if code.co_name == "<module>" and not code.co_flags & _OPTIMIZED and not _is_import_system(code):
            module = _module_of(frame)
            return (module, frame.f_lineno or 0) if module and module != "__main__" else None
        frame = frame.f_back
    return None


def _top_of(thread):
    return thread.stack[-1][_NAME] if thread.stack else None


def _importer_of(frame, thread):
    """Who imports: (module, file, line, in a function, trigger). Everything is None for the observation's own import."""
    while frame is not None:
        code = frame.f_code
        if _is_import_system(code):
            if code.co_name in ("create_module", "exec_module") and code.co_filename != _SOURCE_FILE:
                return _top_of(thread), None, 0, False, None  # the body of an extension module
        else:
            module = _module_of(frame)
            if module == "__main__" and _top_of(thread) is None:
                return None, None, 0, False, None
            if module and not _is_import_helper(frame, module):
                inside = _is_in_function(frame)
                return module, code.co_filename, frame.f_lineno or 0, inside, _trigger_of(frame) if inside else None
        frame = frame.f_back
    return None, None, 0, False, None


_FOLDER_OF_STANDARD_LIBRARY = _modules["encodings"].__file__.rpartition("/")[0].rpartition("/")[0] + "/"
_ROOTS = tuple([root.rstrip("/") + "/" for root in _values("root")])


def _is_standard_library(filename):
    if filename.startswith("<frozen "):
        return True
    return filename.startswith(_FOLDER_OF_STANDARD_LIBRARY) and "-packages/" not in filename


def _place_of(frame):
    """The line of measured code that something happened in.

    The project's own line where the body of one of its modules called what did it; else the nearest line that is not the
    standard library's, which only does what it is told.
    """
    nearest = outside = None
    while frame is not None:
        code = frame.f_code
        filename = code.co_filename
        if not _is_import_system(code):
            place = (filename, frame.f_lineno or 0)
            if _absolute(filename).startswith(_ROOTS):
                return place
            nearest = nearest or place
            if outside is None and not _is_standard_library(filename):
                outside = place
            if code.co_name == "<module>" and outside is not None:
                break  # further out are only the modules that import this one
        frame = frame.f_back
    return outside or nearest


def _absolute(path):
    """Files are named relative to where the import began; what changes the directory meanwhile must not matter."""
    if path.startswith("/") or path.startswith("<"):
        return path
    return _START_FOLDER + "/" + (path[2:] if path.startswith("./") else path)


# ---- imports ----------------------------------------------------------------------------------------------------------

_LOADED, _FAILED = 1, 2


def _note_edge(importer, imported, flags):
    module, filename, line, inside, trigger = importer
    key = (module, imported, filename, line, inside, trigger)
    _Notes.edges[key] = _Notes.edges.get(key, 0) | flags
    if module is not None and module not in _Notes.known and module not in _modules:
        _Notes.known.add(module)  # code that runs under a name of its own, without an import
        top = _top_of(_this_thread())
        if top != module:
            _note_edge((top, None, 0, False, None), module, _LOADED)


def _note_made(thread):
    """Modules that a body put into sys.modules by itself. New keys are at the end, so the walk is short."""
    if len(_Notes.threads) > 1:
        return  # whose module it is cannot be told
    loading = [cell[_NAME] for cell in thread.stack]
    made = []
    try:
        for name in reversed(_modules):
            if name in loading:
                continue  # the import system moves a module to the end once its body has run
            if name in _Notes.known or type(name) is not str:
                break
            made.append(name)
    except RuntimeError:
        return  # a thread that has not imported yet does so now
    importer = (_top_of(thread), None, 0, False, None)
    for name in reversed(made):
        _Notes.known.add(name)
        _note_edge(importer, name, _LOADED)


def _find_and_load(name, import_):
    if not _Notes.on or name in _modules or type(name) is not str:
        module = _inner_find_and_load(name, import_)
        if _Notes.on and type(name) is str and name not in _Notes.before:
            _note_edge(_importer_of(_frame_of(1), _this_thread()), name, 0)
        return module
    thread = _this_thread()
    started = _cpu_clock()
    outer = thread.stack[-1] if thread.stack else None
    if outer is not None:
        started = _close_stretch(thread)
        _note_made(thread)
    importer = _importer_of(_frame_of(1), thread)
    place = thread.place
    cell = [name, outer, 0, 0, 0]
    thread.stack.append(cell)
    _Notes.cells.append(cell)
    thread.place = None
    flags = _FAILED
    _open_stretch(thread, started)
    try:
        module = _inner_find_and_load(name, import_)
        flags = _LOADED
        return module
    finally:
        ended = _close_stretch(thread)
        if flags == _LOADED:
            _note_made(thread)
            _Notes.known.add(name)
        thread.stack.pop()
        _note_edge(importer, name, flags)
        thread.place = (importer[1], importer[2]) if importer[1] and not importer[3] else place
        if outer is not None:
            _open_stretch(thread, ended)
        else:
            _Notes.hook_cost += _cpu_clock() - ended


def _import_hook(name, globals=None, locals=None, fromlist=(), level=0):
    module = _import(name, globals, locals, fromlist, level)
    if _Notes.on:
        frame = _frame_of(1)
        thread = _this_thread()
        key = (id(frame.f_code), frame.f_lasti, _top_of(thread), name if type(name) is str else None)
        if key not in _Notes.repeated:
            started = _cpu_clock()
            _Notes.repeated.add(key)
            _Notes.kept_alive.append(frame.f_code)  # its id is part of the key
            for imported in _named_by(name, globals, fromlist, level):
                if imported in _modules and imported not in _Notes.before:
                    _note_edge(_importer_of(frame, thread), imported, 0)
            spent = _cpu_clock() - started
            _Notes.hook_cost += spent
            thread.cpu += spent
            thread.process += spent
            thread.wall += spent
    return module


def _named_by(name, globals, fromlist, level):
    """The modules that an import statement names."""
    if type(name) is not str:
        return []
    if level:
        package = _package_of(globals)
        for _ in range(level - 1):
            package = package.rpartition(".")[0]
        name = package + "." + name if name else package
    parts = []
    try:
        parts = [part for part in fromlist or () if type(part) is str]
    except TypeError:
        pass
    below = [name + "." + part for part in parts if name + "." + part in _modules]
    return below if parts and len(below) == len(parts) else below + [name]


def _package_of(globals):
    if type(globals) is not dict:
        return ""
    package = globals.get("__package__")
    if type(package) is str:
        return package
    name = globals.get("__name__")
    if type(name) is not str:
        return ""
    return name if "__path__" in globals else name.rpartition(".")[0]


# ---- warnings ---------------------------------------------------------------------------------------------------------

class _Text:
    """Sits in the list of warning filters where a regular expression would, sees what passes, and never matches."""

    def __init__(self, field):
        self.field = field

    def match(self, text):
        setattr(_Notes, self.field, text)
        return True


class _SeesCategory(type):
    def __subclasscheck__(cls, category):
        try:
            if _Notes.on:
                _note_warning(category, _frame_of(1))
        except Exception:
            pass
        return False


class _AnyCategory(Warning, metaclass=_SeesCategory):
    pass


def _note_warning(category, frame):
    module, text = _Notes.warning_module, _text(_Notes.warning_text)
    if _Notes.compiling is not None and _is_import_system(frame.f_code):
        place = (_Notes.compiling, 0)  # the compiler's own: the line is found once the import is over
    else:
        place = _warned_place(frame, module) or _place_of(frame)
    _Notes.warnings[(category, text, place)] = True


def _warned_place(frame, module):
    """The line that a warning is about, in the module that it is about. The filter is told no more than the module, so
    `stacklevel` is read from the source where caller and called stand in one module."""
    frames = []
    while frame is not None and len(frames) < 20:
        if not _is_import_system(frame.f_code):
            frames.append((frame.f_code.co_filename, frame.f_lineno or 0, _module_of(frame)))
        frame = frame.f_back
    level = _stack_level(*frames[0][:2]) if frames else 1
    for filename, line, owner in frames[level - 1:] + frames:
        if owner == module:
            return filename, line
    return None


def _stack_level(filename, line):
    """The `stacklevel` of the call that begins in a line of a source file; 1 where none is written there."""
    try:
        text = _read_whole(_absolute(filename)).decode("utf-8", "replace")
    except OSError:
        return 1
    call = "".join(text.split("\n")[line - 1:line + 9]).partition("warn(")[2].partition("warn(")[0]
    digits = call.partition("stacklevel")[2].partition("=")[2].strip()[:1]
    return int(digits) if digits.isdigit() and digits != "0" else 1


class _Exactly:
    def __init__(self, text):
        self.text = text

    def match(self, text):
        return text == self.text


def _line_of_compiler_warning(category, text, filename):
    """Compiles a source again with just this warning made an error, whose place the compiler tells."""
    kept = _warnings.filters[:]
    _warnings.filters[:] = [("error", _Exactly(text), category, None, 0)]
    try:
        compile(_read_whole(filename), filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 0
    except Exception:
        pass
    finally:
        _warnings.filters[:] = kept
    return 0


def _read_whole(filename):
    descriptor = _open(filename, _OPEN_READ)
    try:
        pieces = [_read(descriptor, 1 << 20)]
        while pieces[-1]:
            pieces.append(_read(descriptor, 1 << 20))
        return b"".join(pieces)
    finally:
        _close(descriptor)


def _describe_warning(category, text, place):
    if place is not None and place[1] == 0:
        place = (place[0], _line_of_compiler_warning(category, text, place[0]))
    return {"category": category.__name__, "message": text, "place": _describe_place(place)}


def _watch_warnings():
    """Puts a filter in front that sees every warning, also those that the other filters ignore, and decides nothing."""
    seer = ("ignore", _Text("warning_text"), _AnyCategory, _Text("warning_module"), 0)
    _warnings.filters.insert(0, seer)


# ---- side effects -----------------------------------------------------------------------------------------------------

_EFFECTS = {
    "socket.connect": "network", "socket.bind": "network", "socket.sendto": "network", "socket.sendmsg": "network",
    "socket.getaddrinfo": "network", "socket.gethostbyname": "network", "socket.gethostbyaddr": "network",
    "socket.getnameinfo": "network",
    "subprocess.Popen": "subprocess", "os.fork": "subprocess", "os.forkpty": "subprocess", "os.exec": "subprocess",
    "os.posix_spawn": "subprocess", "os.spawn": "subprocess", "os.system": "subprocess", "pty.spawn": "subprocess",
    "_thread.start_new_thread": "thread", "_thread.start_joinable_thread": "thread",
    "os.remove": "write", "os.rename": "write", "os.mkdir": "write", "os.rmdir": "write", "os.truncate": "write",
    "os.link": "write", "os.symlink": "write", "os.chmod": "write", "os.chown": "write", "sqlite3.connect": "write",
    "open": "open", "time.sleep": "wait", "compile": "compile",
}
_WRITING = _posix.O_WRONLY | _posix.O_RDWR | _posix.O_CREAT | _posix.O_TRUNC | _posix.O_APPEND
_NOT_FILES = ("/dev/", "/proc/", "/sys/")


def _audit(event, arguments):
    kind = _EFFECTS.get(event)
    if kind is None or not _Notes.on or _getpid() != _PID:
        return
    if kind == "compile":
        filename = arguments[1]
        _Notes.compiling = filename if type(filename) is str else None
        return
    try:
        _note_event(kind, event, arguments, _frame_of(1))
    except Exception:
        pass  # what cannot be noted must not become an error of the measured code


def _note_event(kind, event, arguments, frame):
    if frame is None or _is_import_system(frame.f_code):
        return  # the import system's own reading and writing of sources and bytecode, and ours
    thread = _this_thread()
    if kind == "open":
        kind = _note_open(arguments)
        if kind is None:
            return
    place = _place_of(frame)
    if thread.stack:
        # What blocks from here on is blocked by this.
        started = _close_stretch(thread)
        thread.place = place
        _open_stretch(thread, started)
    if kind == "wait" or (event in ("os.fork", "os.posix_spawn") and _module_of(frame) == "subprocess"):
        return
    if event == "sqlite3.connect" and arguments[0] in (":memory:", b":memory:", ""):
        return
    detail = (event + " " + _detail(event, arguments)).rstrip()
    _Notes.effects.setdefault((kind, detail, place), _top_of(thread))


def _note_open(arguments):
    """Notes a file that is read; `write` where it is written, None where there is nothing more to say."""
    path, mode, flags = arguments
    if type(path) is bytes:
        path = path.decode("utf-8", "replace")
    if type(path) is not str:
        return None
    if not path.startswith("/"):
        path = _posix.getcwd().rstrip("/") + "/" + path
    if path.startswith(_NOT_FILES):
        return None
    writes = [letter for letter in mode if letter in "wax+"] if type(mode) is str else flags & _WRITING
    if not writes:
        if path not in _Notes.written:  # what the import made itself is no input of it
            _Notes.reads[path] = True
        return None
    _Notes.written.add(path)
    if "/__pycache__/" in path or path.endswith(".pyc"):
        return None
    return "write"


def _detail(event, arguments):
    if event.startswith("_thread."):
        function = arguments[0]
        target = getattr(getattr(function, "__self__", None), "_target", None) or function
        return _text(getattr(target, "__qualname__", None) or type(target).__name__, 200)
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        return _text(_plain(arguments[-1]), 200)
    if event == "subprocess.Popen":
        return _text(_plain(arguments[1]), 200)
    told = [_plain(argument) for argument in arguments[:2] if type(argument) is not int and argument is not None]
    return _text(", ".join(told), 200)


def _plain(value):
    """The text of plain values; other objects only by their class, since their `__repr__` is measured code."""
    if type(value) in (str, bytes, int, float, bool):
        return repr(value)
    if type(value) in (list, tuple):
        inside = ", ".join([_plain(item) for item in value])
        return "(" + inside + ")" if type(value) is tuple else "[" + inside + "]"
    path = getattr(type(value), "__fspath__", None)
    return repr(path(value)) if path is not None else "<" + type(value).__name__ + ">"


class _Announced:
    """Stands in for a function that raises no audit event in older versions, and notes its calls.

    An instance: as an attribute of a class it stays unbound, as the built-in function does."""

    def __init__(self, kind, event, function):
        self.kind, self.event, self.function = kind, event, function

    def __call__(self, *positional, **named):
        if _Notes.on:
            try:
                _note_event(self.kind, self.event, positional, _frame_of(1))
            except Exception:
                pass
        return self.function(*positional, **named)


def _announce_what_has_no_event():
    if sys.version_info < (3, 13):
        time.sleep = _Announced("wait", "time.sleep", time.sleep)
    if sys.version_info < (3, 12):
        starter = _Announced("thread", "_thread.start_new_thread", _thread.start_new_thread)
        _thread.start_new_thread = starter
        if "threading" in _modules:
            _modules["threading"]._start_new_thread = starter


# ---- the answer -------------------------------------------------------------------------------------------------------

def _attribute(module, name):
    """An attribute that is set on a module itself. Lazy modules load what they stand for when they are asked for others."""
    try:
        return object.__getattribute__(module, "__dict__").get(name)
    except Exception:
        return None


def _path_attribute(owner, name):
    try:
        value = getattr(owner, name, None)
    except Exception:
        return None
    return _absolute(value) if type(value) is str else None


def _files_of(module):
    """The file that a module was loaded from, and its bytecode file."""
    spec = _attribute(module, "__spec__")
    origin = cached = None
    if spec is not None and getattr(spec, "has_location", False):
        origin, cached = _path_attribute(spec, "origin"), _path_attribute(spec, "cached")
    if origin is None:
        value = _attribute(module, "__file__")
        origin = _absolute(value) if type(value) is str else None
    return origin, cached


def _kind(path):
    """The kind of a file (S_IFMT), 0 where it is not there."""
    try:
        return _stat(path).st_mode & 0o170000
    except (OSError, ValueError):
        return 0


def _is_file(path):
    return _kind(path) == 0o100000


def _is_folder(path):
    return _kind(path) == 0o040000


def _costs(names):
    """Own and cumulative costs by module. What is not there in the end (it failed, or took itself out) is part of its importer."""
    own, cumulative = {}, {}
    for cell in _Notes.cells:
        owner = cell
        while owner is not None and owner[_NAME] not in names:
            owner = owner[_OUTER]
        if owner is not None:
            sums = own.setdefault(owner[_NAME], [0, 0, 0])
            for position in range(3):
                sums[position] += cell[_CPU + position]
        counted = set()
        step = cell
        while step is not None:
            name = step[_NAME]
            if name in names and name not in counted:
                counted.add(name)
                sums = cumulative.setdefault(name, [0, 0])
                sums[0] += cell[_CPU]
                sums[1] += cell[_MEMORY]
            step = step[_OUTER]
    return own, cumulative


def _describe_modules(names):
    own, cumulative = _costs(set(names))
    described, files = [], set()
    for name in names:
        origin, cached = _files_of(_modules[name])
        cpu, blocked, memory = own.get(name, (0, 0, 0))
        total_cpu, total_memory = cumulative.get(name, (0, 0))
        files.update((origin, cached))
        described.append({
            "name": name,
            "file": origin,
            "cached": cached,
            "has_bytecode": cached is not None and _is_file(cached),
            "own_ns": cpu,
            "cumulative_ns": total_cpu,
            "own_memory_bytes": memory,
            "cumulative_memory_bytes": total_memory,
            "blocked_ns": blocked,
        })
    return described, files


def _describe_place(place):
    return None if place is None or place[0] is None else {"file": _absolute(place[0]), "line": place[1]}


def _describe_edge(key, flags):
    importer, imported, filename, line, inside, trigger = key
    return {
        "importer": importer,
        "imported": imported,
        "file": None if filename is None else _absolute(filename),
        "line": line,
        "loaded": bool(flags & _LOADED),
        "failed": flags == _FAILED,
        "in_function": inside,
        "trigger": None if trigger is None else {"module": trigger[0], "line": trigger[1]},
    }


def _describe(names, preloaded, failure, total_cpu, total_memory):
    modules, files = _describe_modules(names)
    return {
        "kind": "observation",
        "failure": failure,
        "modules": modules,
        "preloaded": preloaded,
        "edges": [_describe_edge(key, flags) for key, flags in _Notes.edges.items()],
        "warnings": [_describe_warning(*seen) for seen in list(_Notes.warnings)],
        "effects": [
            {"effect": kind, "detail": detail, "place": _describe_place(place), "module": module}
            for (kind, detail, place), module in _Notes.effects.items()
        ],
        "blocked": [
            {"module": cell[_NAME], "place": _describe_place(place), "ns": blocked}
            for cell, place, blocked in _Notes.blocked if cell[_NAME] is not None
        ],
        "files_read": [path for path in _Notes.reads if path not in files and not _is_folder(path)],
        "total_ns": max(0, total_cpu),
        "total_memory_bytes": total_memory,
    }


def _hide(*functions):
    """Makes functions part of the import system for whoever looks at frames."""
    for function in functions:
        function.__code__ = function.__code__.replace(co_filename="<frozen importlib._bootstrap>")


def _install():
    # A glance leaves out the hooks that every import pays for: it shows what was loaded and done, not who did it.
    if _value("look") != "glance":
        _hide(_find_and_load, _import_hook, _close_stretch, _open_stretch)
        _bootstrap._find_and_load = _find_and_load
        _builtins.__import__ = _import_hook
    _watch_warnings()
    sys.addaudithook(_audit)
    _announce_what_has_no_event()


def _observe():
    _prepare_path()
    _watch_faults()
    bare = set(_modules)
    failure = None
    try:
        for name in _values("preload"):
            _import(name)
    except BaseException as error:
        failure = _describe_exception(error)
    _Notes.before = set(_modules)
    _Notes.known = set(_modules)
    preloaded = [name for name in _modules if name not in bare]
    main = _Notes.main = _this_thread()
    main.stack.append([None, None, 0, 0, 0])
    _install()
    memory = _resident.field(1) * _PAGE if _resident else 0
    cpu = _process_clock()
    _open_stretch(main, _cpu_clock())
    try:
        if failure is None:
            _Notes.on = True
            for name in _values("import"):
                (_import if _value("look") == "glance" else _builtins_import)(name)
    except BaseException as error:
        failure = _describe_exception(error)
    _Notes.on = False
    if _getpid() != _PID:
        _exit(0)
    cpu = _process_clock() - cpu - _Notes.hook_cost
    memory = (_resident.field(1) * _PAGE if _resident else 0) - memory
    names = [name for name in list(_modules) if name not in _Notes.before and type(name) is str]
    _send(_describe(names, preloaded, failure, cpu, memory))


def _builtins_import(name):
    """The observation's own import, through the same hook as all others."""
    return _import_hook(name)


_observe()
