"""One timed sample: load `preload`, read the clocks, import, read them again, answer, and leave at once."""
import _thread
import marshal

_thread_time = time.thread_time_ns
_wall_time = time.perf_counter_ns
_identify = _thread.get_ident


def _slurp(path):
    try:
        descriptor = _open(path, _OPEN_READ)
    except OSError:
        return b""
    try:
        return _read(descriptor, 65536)
    finally:
        _close(descriptor)


def _account():
    """Resident set, its peak (bytes), voluntary context switches and run-queue wait (ns) of this process."""
    status = {}
    for line in _slurp("/proc/self/status").split(b"\n"):
        key, _, value = line.partition(b":")
        status[key] = value
    if b"VmRSS" not in status:
        return _account_without_proc()
    schedule = _slurp("/proc/self/schedstat").split()
    return (
        int(status[b"VmRSS"].split()[0]) * 1024,
        int(status[b"VmHWM"].split()[0]) * 1024,
        int(status.get(b"voluntary_ctxt_switches", b"1")),
        int(schedule[1]) if len(schedule) > 1 else 0,
    )


def _account_without_proc():
    usage = _usage(_SELF)
    scale = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * scale, usage.ru_maxrss * scale, usage.ru_nvcsw, 0


if not _slurp("/proc/self/status"):
    _had_resource = "resource" in _modules
    import resource
    _usage, _SELF = resource.getrusage, resource.RUSAGE_SELF
    if not _had_resource:
        del _modules["resource"]

# The kinds of work that an import does: it computes, unmarshals code and runs it, and looks for files that are not there.
# It leaves nothing behind that the garbage collector would have to find, so that its cost does not depend on the heap.
_CALIBRATION_SOURCE = """
def first(a, b=1, *rest, **named):
    '''A function with a docstring, defaults and a few constants.'''
    return {'a': a, 'b': b, 'rest': rest, 'text': 'one two three'.split()}
def second(value):
    total = 0
    for step in range(3):
        total += len(str(value)) * step
    return [total, value, 'constant', 3.5, None]
table = {name: index for index, name in enumerate(('alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'))}
names = sorted(table, key=len)
joined = '/'.join(names).upper().lower().partition('/')
answer = first(joined, *second(len(joined)))
"""
_CALIBRATION_CODE = marshal.dumps(compile(_CALIBRATION_SOURCE, "<calibration>", "exec"))
_ABSENT_FILE = _FOLDER + "/absent.py"
_loads = marshal.loads
_exec = exec
_stat = _posix.stat
_ABSENT = FileNotFoundError


def _calibrate():
    """CPU time of a fixed piece of work, some tens of microseconds: how fast this very process runs at this moment."""
    start = _thread_time()
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
    return _thread_time() - start or 1


class _Pace:
    """How fast the machine ran while the import did, told by calibrations in between.

    A shared processor halves its speed from one moment to the next, as its neighbours come and go. So the import is cut into
    segments with a calibration at either end, and the time of each is divided by what these took. The sum is the work that
    was done, whatever the speed; time / work is the calibration that an even speed would have shown.
    """

    def __init__(self):
        for _ in range(10):  # by then an interpreter that adapts its code has done so
            _calibrate()
        self.thread = _identify()
        self.begin()

    def begin(self):
        """Starts over, right before the import."""
        self.segment = []
        self.time = self.work = 0.0
        self.spent_cpu = self.spent_wall = 0
        self.latest = self._at_the_edge()
        self.ended = _wall_time()

    def charge(self, thread, cell, elapsed):
        """Notes CPU time of a module: in the present segment, or at the latest speed where it is another thread's."""
        if thread == self.thread:
            self.segment.append((cell, elapsed))
        else:
            cell[1] += elapsed / self.latest

    def calibrate(self, cpu):
        """Ends a segment in the middle of the import, where the thread's CPU clock showed `cpu`; what it shows now."""
        wall = _wall_time()
        self._close(_calibrate())
        self.ended = _wall_time()
        self.spent_wall += self.ended - wall
        now = _thread_time()
        self.spent_cpu += now - cpu
        return now

    def end(self, cpu):
        """Ends the last segment, which is all of the import (`cpu`) where nothing was charged; the calibration at an even
        speed."""
        if not self.time:
            self.segment.append(([None, 0], cpu or 1))
        self._close(self._at_the_edge())
        return self.time / self.work

    def _close(self, calibration):
        speed = (1 / self.latest + 1 / calibration) / 2
        for cell, elapsed in self.segment:
            work = elapsed * speed
            cell[1] += work
            self.time += elapsed
            self.work += work
        self.segment.clear()
        self.latest = calibration

    @staticmethod
    def _at_the_edge():
        """Three in a row: the first and the last segment are often long, or the only ones."""
        return 3 / (1 / _calibrate() + 1 / _calibrate() + 1 / _calibrate())


# Reading the thread's CPU clock is a system call, which takes microseconds on some virtual machines; the wall clock costs a
# tenth of one. Over a stretch this short (ns) the two hardly ever differ: a thread that loses its processor is away longer.
_SHORT_STRETCH = 200_000
# A segment is no shorter than this (ns). With calibrations twice as far apart, samples scatter by a fifth more.
_SEGMENT = 500_000


def _time_own(seen, pace):
    """Wraps the function that every import of a module not yet loaded goes through, also from C, and notes its own CPU time.

    What has passed since the last boundary belongs to the module on top of the thread's stack: by the wall clock where that
    was a short stretch, else by the thread's CPU clock, less the short stretches since that was last read. An import that
    fails is part of the module that tried it. Calibrations belong to nobody.
    """
    bootstrap = _modules["_frozen_importlib"]
    inner = bootstrap._find_and_load
    stacks = {}
    clocks = {}

    def charge(thread, cell):
        clock = clocks[thread]
        now = _wall_time()
        elapsed = now - clock[0]
        due = thread == pace.thread and now - pace.ended > _SEGMENT
        if elapsed < _SHORT_STRETCH and not due:
            clock[2] += elapsed
        else:
            cpu = _thread_time()
            elapsed = cpu - clock[1] - clock[2]
            if elapsed < 0:
                elapsed = 0
            clock[1], clock[2] = cpu, 0
        pace.charge(thread, cell, elapsed)
        if due:
            clock[1] = pace.calibrate(cpu)
        clock[0] = _wall_time()

    def _find_and_load(name, import_):
        thread = _identify()
        stack = stacks.get(thread)
        if stack is None:
            stack = stacks[thread] = [[None, 0]]
            clocks[thread] = [_wall_time(), _thread_time(), 0]
        outer = stack[-1]
        charge(thread, outer)
        cell = [None, 0]
        stack.append(cell)
        seen.append(cell)
        try:
            module = inner(name, import_)
            cell[0] = name
            return module
        finally:
            charge(thread, cell)
            if cell[0] is None:
                cell[0] = outer
            stack.pop()

    # `warnings` and tracebacks skip the frames of the import system by their file name: the wrapper is part of it.
    code = _find_and_load.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    bootstrap._find_and_load = type(_find_and_load)(
        code, globals(), "_find_and_load", None, _find_and_load.__closure__
    )
    return stacks


if "_watch_collections" not in globals():
    def _watch_collections(seen, stacks, pace):
        """Only `defer.py`, where it is in front, tells collections of garbage from the modules that they happen in."""


def _own_times(seen, calibration):
    """CPU time of each module at an even speed, in nanoseconds."""
    times = {}
    for cell in seen:
        name = cell[0]
        while type(name) is list:  # the import failed: whoever tried it has the time
            name = name[0]
        if name is not None:
            times[name] = times.get(name, 0) + cell[1]
    return {name: int(work * calibration) if work > 0 else 0 for name, work in times.items()}


def _measure():
    _prepare_path()
    _watch_faults()
    imports = _values("import")
    own = []
    try:
        for name in _values("preload"):
            _import(name)
        pace = _Pace()
        if _value("own") != "no":
            stacks = _time_own(own, pace)
            _watch_collections(own, stacks, pace)
        before = set(_modules)
        pace.begin()
        resident, _, switches, queued = _account()
        wall = _wall_time()
        cpu = _thread_time()
        for name in imports:
            _import(name)
        # Two clocks of different grain: what is left of next to nothing may come out below it.
        cpu = max(0, _thread_time() - cpu - pace.spent_cpu)
        wall = max(0, _wall_time() - wall - pace.spent_wall)
    except BaseException as error:
        _send(_describe_exception(error))
    resident_after, peak, switches_after, queued_after = _account()
    calibration = pace.end(cpu)
    _send({
        "kind": "sample",
        "wall_ns": wall,
        "cpu_ns": cpu,
        "queued_ns": queued_after - queued,
        "calibration_ns": int(calibration),
        "memory_bytes": max(0, resident_after - resident),
        "peak_memory_bytes": peak,
        "voluntary_switches": switches_after - switches,
        "modules": len([name for name in list(_modules) if name not in before]),
        "own": _own_times(own, calibration),
    })


def _run_to_be_counted():
    """Imports and leaves: whatever else a run does, its instructions would be counted with the import's."""
    _prepare_path()
    for name in _values("preload") + _values("import"):
        _import(name)
    _exit(0)


if _value("count") == "yes":
    _with_room(_run_to_be_counted)
_with_room(_measure)
