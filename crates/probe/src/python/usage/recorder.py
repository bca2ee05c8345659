"""Notes which modules a process loads, and which of them run code once their import is over.

**Used** is a module of which a function, a method or a class body runs, or of which a class or a compiled function is
called, while the thread that does so is not importing. What bodies and decorators do while modules load is what the import
costs, not what it is for; nor do exit handlers count, which run whether the module was needed or not.

What nobody can see this way is noted as opaque: compiled modules, of which only calls from Python code are seen, and
modules without code of their own, whose values are read without a trace.

Python 3.12 and newer tell of each code object once (`sys.monitoring`, events switched off where they were heard); older
ones call back at every call and return (`sys.setprofile`).

Each line goes to the process's file as soon as it is known: a process may die at any moment, and a forked one ends without
exit handlers. A forked process writes on into the file of the one that paid for its imports. No descriptor stays open, since
programs close descriptors that they do not know. Only what every interpreter has loaded is imported here.
"""
import _thread
import atexit
import posix
import sys

_modules = sys.modules
_local = _thread._local()
_open, _write_bytes, _close = posix.open, posix.write, posix.close
_FLAGS = posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT | posix.O_CLOEXEC
_monitoring = getattr(sys, "monitoring", None)
_DISABLE = getattr(_monitoring, "DISABLE", None)
_Function = type(lambda: None)
_Method = type((lambda: None).__get__(0))
_Builtin = type(len)


class _Run:
    """What is known so far."""

    path = None
    on = True
    settled = set()  # names that nothing more is to be learned of
    noted = set()  # names that are in the file
    missed = False  # an event was switched off that may count once the import is over
    threads = False
    main_thread = _thread.get_ident()


def _write(text):
    try:
        descriptor = _open(_Run.path, _FLAGS, 0o666)
        try:
            _write_bytes(descriptor, text.encode("utf-8", "replace"))
        finally:
            _close(descriptor)
    except OSError:
        pass


def _is_name(name):
    return type(name) is str and all(part.isidentifier() for part in name.split("."))


def _enter_load(name):
    """Counts how deep in imports the thread is; None for what is there already."""
    if name in _modules:
        return None
    depth = getattr(_local, "depth", 0)
    _local.depth = depth + 1
    return depth


def _leave_load(name, depth, loaded):
    if depth is None:
        return
    _local.depth = depth
    if depth == 0 and _Run.on:
        _import_ended()


def _import_ended():
    try:
        _note_loaded()
        # Handlers run last in, first out: ours before those that came with the modules.
        atexit.unregister(_exit)
        atexit.register(_exit)
        if _monitoring is None:
            _watch_threads()
        elif _Run.missed:
            _Run.missed = False
            _monitoring.restart_events()
    except Exception:
        pass


def _note_loaded():
    lines = []
    for name in set(_modules) - _Run.noted:
        _Run.noted.add(name)
        values = _values_of(_modules.get(name))
        if _is_name(name) and values.get("__name__") == name:  # it may be there under a second name
            lines.append("%s %s\n" % (_kind_of(name, values), name))
    if lines:
        _write("".join(lines))


def _kind_of(name, values):
    """`opaque` for a module that can be used without anything being seen of it: a compiled one, and a package that offers
    more compiled functions and classes than others. `plain` for one without code, which is opaque where nothing below it
    is ever loaded. Else `loaded`."""
    if _is_compiled(values):
        return "opaque"
    below = name + "."
    offers = [0, 0]
    for value in list(values.values()):
        compiled = _is_made_compiled(value, type(value))
        if compiled is not None:
            owner = value.__module__ if type(value) is _Function else _owner(value, type(value))
            offers[compiled] += owner == name or str(owner).startswith(below)
    if offers[True] > offers[False]:
        return "opaque"
    return "loaded" if offers[False] else "plain"


def _is_made_compiled(value, kind):
    """Whether a function or a class is compiled; None for what has no code, such as most classes of exceptions."""
    if kind is _Function:
        return False
    if kind is _Builtin or kind.__name__ == "cython_function_or_method":
        return True
    if not issubclass(kind, type):
        return None
    for member in list(type.__getattribute__(value, "__dict__").values()):
        if type(member) is _Function:
            return False
        if type(member).__name__ in ("method_descriptor", "cython_function_or_method"):
            return True
    return None


def _is_compiled(values):
    loader = getattr(values.get("__spec__"), "loader", None)
    name = loader.__name__ if type(loader) is type else type(loader).__name__
    return name in ("ExtensionFileLoader", "AppleFrameworkLoader", "BuiltinImporter")


def _values_of(module):
    try:
        return object.__getattribute__(module, "__dict__")  # asking a stand-in by name would load what it stands for
    except AttributeError:
        return {}


def _see(name, function, frame):
    """A piece of a module's code runs, or one of its compiled functions or classes is called."""
    if type(name) is not str or name in _Run.settled:
        return _DISABLE
    if getattr(_local, "depth", 0):
        _Run.missed = True
        return _DISABLE
    try:
        if _Run.on and name in _modules and not _is_upkeep(name, function, frame):
            _Run.settled.add(name)
            _write("used %s\n" % name)
    except Exception:
        pass
    return _DISABLE


def _is_upkeep(name, function, frame):
    """True for what runs without anybody wanting the module: its body, look-ups of `from m import n`, the end of threads."""
    if function == "<module>":
        return True
    if function in ("__getattr__", "__dir__"):
        own = frame.f_globals.get(function)
        return getattr(own, "__code__", None) is frame.f_code
    threading = _modules.get("threading")
    if threading is None:
        return False
    if name == "threading" and function in ("_shutdown", "_after_fork"):
        return True
    return _thread.get_ident() == _Run.main_thread and threading.__dict__.get("_SHUTTING_DOWN") is True


def _started(code, offset):
    frame = _frame_of(1)
    return _see(frame.f_globals.get("__name__"), code.co_name, frame)


def _called(code, offset, called, argument):
    kind = type(called)
    if kind is _Function or kind is _Method:
        return _DISABLE  # its own start is seen
    try:
        owner = _owner(called, kind)
    except Exception:
        return _DISABLE
    return _see(owner, "", None)


def _owner(called, kind):
    """The module that a compiled function or a class belongs to; asks nothing that could run code of the workload."""
    if issubclass(kind, type):
        return _class_owner(called)
    if kind is _Builtin:
        return called.__module__ or _class_owner(type(called.__self__))
    if kind.__name__ == "method_descriptor":
        return _class_owner(called.__objclass__)
    if kind.__name__ == "cython_function_or_method":
        return called.__module__
    return _class_owner(kind)


def _class_owner(kind):
    return type.__getattribute__(kind, "__module__")


def _profiled(frame, event, argument, settled=_Run.settled):
    # It runs four times for each call of the workload: what is settled must be seen first.
    try:
        if event == "call":
            name = frame.f_globals["__name__"]
            if name not in settled:
                _see(name, frame.f_code.co_name, frame)
        elif event == "c_call":
            name = argument.__module__
            if name is None:
                name = type(argument.__self__).__module__
            if name not in settled:
                _called(None, 0, argument, None)
    except Exception:
        pass


def _watch_threads():
    threading = _modules.get("threading")
    if not _Run.threads and hasattr(threading, "setprofile"):
        _Run.threads = True
        threading.setprofile(_profiled)


def _exit():
    if not _Run.on:
        return
    _note_loaded()
    _Run.on = False
    if _monitoring is None:
        sys.setprofile(None)
    else:
        _stop_monitoring()
    _write("ended\n")


def _stop_monitoring():
    tool = _Run.tool
    for event in (_monitoring.events.PY_START, _monitoring.events.CALL):
        _monitoring.register_callback(tool, event, None)
    _monitoring.set_events(tool, 0)
    _monitoring.free_tool_id(tool)


def _start_monitoring():
    for tool in (4, 3):
        if _monitoring.get_tool(tool) is None:
            break
    _monitoring.use_tool_id(tool, "importgate")
    _Run.tool = tool
    events = _monitoring.events
    _monitoring.register_callback(tool, events.PY_START, _started)
    _monitoring.register_callback(tool, events.CALL, _called)
    _monitoring.set_events(tool, events.PY_START | events.CALL)


def start(folder):
    """Watches this process from now on. What is loaded already came with the interpreter, and is not looked at."""
    _Run.path = "%s/%d-%s.run" % (folder, posix.getpid(), posix.urandom(8).hex())
    _Run.settled.update(_modules, ("__main__", "__mp_main__", "usercustomize"))
    _Run.noted.update(_Run.settled)
    # First what may fail: a process that is not watched must leave no record, which would say that it used nothing.
    if _monitoring is None:
        sys.setprofile(_profiled)
    else:
        _start_monitoring()
    _write("python %d.%d\n" % sys.version_info[:2])
    _watch_loads(_enter_load, _leave_load)
    atexit.register(_exit)
