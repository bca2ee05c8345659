"""What an import does besides importing, told by audit events: network, processes, threads, files."""
import _thread
import time

_EFFECTS = {
    "socket.connect": "network", "socket.bind": "network", "socket.sendto": "network", "socket.sendmsg": "network",
    "socket.getaddrinfo": "network", "socket.gethostbyname": "network", "socket.gethostbyaddr": "network",
    "socket.getnameinfo": "network",
    "subprocess.Popen": "subprocess", "os.fork": "subprocess", "os.forkpty": "subprocess", "os.exec": "subprocess",
    "os.posix_spawn": "subprocess", "os.spawn": "subprocess", "os.system": "subprocess", "pty.spawn": "subprocess",
    "_thread.start_new_thread": "thread", "_thread.start_joinable_thread": "thread",
    "os.remove": "write", "os.rename": "write", "os.mkdir": "write", "os.rmdir": "write", "os.truncate": "write",
    "os.link": "write", "os.symlink": "write", "os.chmod": "write", "os.chown": "write", "sqlite3.connect": "write",
    "open": "open", "time.sleep": "wait", "compile": "compile", "exec": "exec",
}
_WRITING = _posix.O_WRONLY | _posix.O_RDWR | _posix.O_CREAT | _posix.O_TRUNC | _posix.O_APPEND
_NOT_FILES = ("/dev/", "/proc/", "/sys/")
_FILES_IN_MEMORY = "/dev/shm/"


def _is_view(path):
    """Whether a path is a device, or shows the system as it runs."""
    return path.startswith(_NOT_FILES) and not path.startswith(_FILES_IN_MEMORY)


def _audit(event, arguments):
    kind = _EFFECTS.get(event)
    if kind is None or not _Notes.on or _getpid() != _Own.pid:
        return
    if kind == "import":
        _calibrate_where_due()
        return
    if kind in ("trace", "profile", "audit", "monitoring"):
        if kind != "monitoring" or arguments[0] is not None:  # None takes a callback away
            _note_hook(kind, None, _frame_of(1))
        return
    if kind == "compile":
        filename = arguments[1]
        _Notes.compiling = filename if type(filename) is str else None
        _Notes.compile_began = _thread_cpu_clock()
        return
    if kind == "exec":
        _note_compiled()
        return
    try:
        _note_event(kind, event, arguments, _frame_of(1))
    except Exception:
        pass  # what cannot be noted must not become an error of the measured code


def _note_compiled():
    """The import system executes a module right after it compiled it."""
    began, _Notes.compile_began = _Notes.compile_began, None
    if began is not None and _Notes.compiling is not None:
        _Notes.compiled[_Notes.compiling] = _thread_cpu_clock() - began


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
        _close_stretch(thread)
        thread.place, thread.body = place, _line_of_body(frame)
        _open_stretch(thread)
    if kind == "wait" or (event in ("os.fork", "os.posix_spawn") and _module_of(frame) == "subprocess"):
        return
    if event == "sqlite3.connect" and arguments[0] in (":memory:", b":memory:", ""):
        return
    try:
        detail = (event + " " + _detail(event, arguments)).rstrip()
    except BaseException:
        detail = event  # what is asked for it is measured code; that something was done is not for that to say
    key = (kind, detail, place)
    if key not in _Notes.effects:
        _Notes.effects[key] = (_top_of(thread), _stack_of(frame))
    if kind == "thread":
        _note_thread(arguments, frame, thread)


def _note_open(arguments):
    """Notes a file that is read; `write` where it is written, None where there is nothing more to say."""
    path, mode, flags = arguments
    path = _as_text(path, "replace")
    if path is None:
        return None
    if not path.startswith("/"):
        path = _posix.getcwd().rstrip("/") + "/" + path
    if _is_view(path):
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
