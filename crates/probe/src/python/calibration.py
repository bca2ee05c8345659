"""How fast this very process runs at this moment: the CPU time of a fixed piece of work."""
import marshal

_gc = _borrow("gc")
_exec = exec
_collects, _let_collect, _stop_collecting = _gc.isenabled, _gc.enable, _gc.disable
_watchers = (sys.gettrace, sys.settrace), (sys.getprofile, sys.setprofile)

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


def _calibrate():
    """CPU time of a fixed piece of work, some tens of microseconds: how fast this very process runs at this moment.

    What it allocates may make a collection of the import's garbage due: that waits until the import goes on. A function by
    which the import watches what runs would make the machine look slow.
    """
    collects = _collects()
    if collects:
        _stop_collecting()
    watched = [(watch, by) for watch, by in [(put, get()) for get, put in _watchers] if by is not None]
    for watch, _ in watched:
        watch(None)
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
    elapsed = _thread_cpu_clock() - start
    for watch, by in watched:
        watch(by)
    if collects:
        _let_collect()
    return elapsed or 1
