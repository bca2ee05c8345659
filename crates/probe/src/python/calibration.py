"""How fast this very process runs at this moment: the CPU time of a fixed piece of work."""
import marshal

_gc = _borrow("gc")
_exec = exec
_collects, _let_collect, _stop_collecting = _gc.isenabled, _gc.enable, _gc.disable
_watchers = (sys.gettrace, sys.settrace), (sys.getprofile, sys.setprofile)
_monitoring = getattr(sys, "monitoring", None)
_tool_at, _events_of, _monitor = (
    (_monitoring.get_tool, _monitoring.get_events, _monitoring.set_events) if _monitoring else (lambda _tool: None, None, None)
)

# The kinds of work that an import does: it computes, unmarshals code and runs it, and looks for files that are not there.
# It leaves nothing behind that the garbage collector would have to find, so that its cost does not depend on the heap.
_CALIBRATION_SOURCE = "\n".join((
    "def first(a, b=1, *rest, **named):",
    "    '''A function with a docstring, defaults and a few constants.'''",
    "    return {'a': a, 'b': b, 'rest': rest, 'text': 'one two three'.split()}",
    "def second(value):",
    "    total = 0",
    "    for step in range(3):",
    "        total += len(str(value)) * step",
    "    return [total, value, 'constant', 3.5, None]",
    "table = {name: index for index, name in enumerate(('alpha', 'beta', 'gamma', 'delta', "
    "'epsilon', 'zeta', 'eta', 'theta'))}",
    "names = sorted(table, key=len)",
    "joined = '/'.join(names).upper().lower().partition('/')",
    "answer = first(joined, *second(len(joined)))",
))


def _compiled(source):
    """The code of a source, taken from the frame that runs it.

    `compile` sets up hundreds of types when it is first called, which takes a millisecond on some versions: whoever imports the
    first source without bytecode pays for it.
    """
    codes = []

    def _sorted(values, key):
        codes.append(_frame_of(1).f_code)
        return sorted(values, key=key)

    _exec(source, {"sorted": _sorted})
    return codes[0]


_CALIBRATION_CODE = marshal.dumps(_compiled(_CALIBRATION_SOURCE))
_ABSENT_FILE = _FOLDER + "/absent.py"
_loads = marshal.loads
_ABSENT = OSError  # measured code may have given up the right to look


class _Calibration:
    """Whether one runs at this moment."""
    runs = False


def _monitors():
    """The numbers of the tools that are registered with `sys.monitoring`."""
    return [tool for tool in range(6) if _tool_at(tool) is not None]


def _stop_watching():
    """Has nothing called for what runs from here on but audit hooks; the calls that would bring all of it back."""
    watching = [(watch, by) for watch, by in [(put, get()) for get, put in _watchers] if by is not None]
    for watch, _ in watching:
        watch(None)
    monitors = [(_monitor, tool, _events_of(tool)) for tool in _monitors()]
    for _, tool, _ in monitors:
        _monitor(tool, 0)
    return monitors + watching


def _calibrate():
    """CPU time of a fixed piece of work, some tens of microseconds: how fast this very process runs at this moment.

    What it allocates may make a collection of the import's garbage due: that waits until the import goes on. A function by
    which the import watches what runs would make the machine look slow.
    """
    collects = _collects()
    if collects:
        _stop_collecting()
    watching = _stop_watching()
    _Calibration.runs = True
    elapsed = _time_work()
    _Calibration.runs = False
    for watch, *what in watching:
        watch(*what)
    if collects:
        _let_collect()
    return elapsed or 1


def _time_work():
    """A function of its own: one that runs already goes on telling those that monitored when it began."""
    start = _thread_cpu_clock()
    total = 0
    for step in range(300):
        total += step * step % 7
    namespace = {}
    _exec(_loads(_CALIBRATION_CODE), namespace)
    namespace.clear()
    for _ in range(6):
        try:
            _stat(_ABSENT_FILE)
        except _ABSENT:
            pass
    return _thread_cpu_clock() - start


def _spare_calibrations():
    """From here on, an audit hook is not called while a calibration runs: nothing takes one away again."""
    add = sys.addaudithook

    def addaudithook(hook):
        def audit(event, arguments):
            if not _Calibration.runs:
                hook(event, arguments)

        if getattr(hook, "__cantrace__", False):
            audit.__cantrace__ = True
        _hide(audit)
        add(audit)

    _hide(addaudithook)
    sys.addaudithook = addaudithook
