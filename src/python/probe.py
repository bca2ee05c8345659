"""One timed sample: load `preload`, read the clocks, import, read them again, answer, and leave at once."""
import _thread
import marshal

_process_time = time.process_time_ns
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

# The kind of work that an import does (unmarshal code, run a body, fill dictionaries, make functions), and nothing that
# the garbage collector would find: its cost must not depend on the size of the heap.
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
_CALIBRATION_ROUNDS = 70
_loads = marshal.loads
_exec = exec


def _calibrate():
    """CPU time of a fixed piece of work: how fast this very process runs at this moment."""
    start = _thread_time()
    for _ in range(_CALIBRATION_ROUNDS):
        _exec(_loads(_CALIBRATION_CODE), {})
    return _thread_time() - start


# Reading the thread's CPU clock is a system call, which takes microseconds on some virtual machines; the wall clock costs a
# tenth of one. Over a stretch this short (ns) the two hardly ever differ: a thread that loses its processor is away longer.
_SHORT_STRETCH = 200_000


def _time_own(seen):
    """Wraps the function that every import of a module not yet loaded goes through, also from C, and notes its own CPU time.

    What has passed since the last boundary belongs to the module on top of the thread's stack: by the wall clock where that
    was a short stretch, else by the thread's CPU clock, less the short stretches since that was last read. An import that
    fails is part of the module that tried it.
    """
    bootstrap = _modules["_frozen_importlib"]
    inner = bootstrap._find_and_load
    stacks = {}
    clocks = {}

    def charge(cell, clock):
        elapsed = _wall_time() - clock[0]
        if elapsed < _SHORT_STRETCH:
            clock[2] += elapsed
        else:
            cpu = _thread_time()
            elapsed = cpu - clock[1] - clock[2]
            if elapsed < 0:
                elapsed = 0
            clock[1], clock[2] = cpu, 0
        cell[1] += elapsed
        clock[0] = _wall_time()

    def _find_and_load(name, import_):
        ident = _identify()
        stack = stacks.get(ident)
        if stack is None:
            stack = stacks[ident] = [[None, 0]]
            clocks[ident] = [_wall_time(), _thread_time(), 0]
        clock = clocks[ident]
        outer = stack[-1]
        charge(outer, clock)
        cell = [None, 0]
        stack.append(cell)
        seen.append(cell)
        try:
            module = inner(name, import_)
            cell[0] = name
            return module
        finally:
            charge(cell, clock)
            if cell[0] is None:
                outer[1] += cell[1]
            stack.pop()

    # `warnings` and tracebacks skip the frames of the import system by their file name: the wrapper is part of it.
    code = _find_and_load.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    bootstrap._find_and_load = type(_find_and_load)(
        code, globals(), "_find_and_load", None, _find_and_load.__closure__
    )
    return stacks


if "_watch_collections" not in globals():
    def _watch_collections(seen, stacks):
        """Only `defer.py`, where it is in front, tells collections of garbage from the modules that they happen in."""


def _measure():
    _prepare_path()
    _watch_faults()
    imports = _values("import")
    own = []
    try:
        for name in _values("preload"):
            _import(name)
        if _value("own") != "no":
            stacks = _time_own(own)
            _watch_collections(own, stacks)
        before = set(_modules)
        calibration_before = _calibrate()
        resident, _, switches, queued = _account()
        wall = _wall_time()
        cpu = _process_time()
        for name in imports:
            _import(name)
        cpu = _process_time() - cpu
        wall = _wall_time() - wall
    except BaseException as error:
        _send(_describe_exception(error))
    resident_after, peak, switches_after, queued_after = _account()
    calibration_after = _calibrate()
    times = {}
    for name, spent in own:
        if name is not None:
            times[name] = times.get(name, 0) + (spent if spent > 0 else 0)
    _send({
        "kind": "sample",
        "wall_ns": wall,
        "cpu_ns": cpu,
        "queued_ns": queued_after - queued,
        "calibration_before_ns": calibration_before,
        "calibration_after_ns": calibration_after,
        "memory_bytes": max(0, resident_after - resident),
        "peak_memory_bytes": peak,
        "voluntary_switches": switches_after - switches,
        "modules": len([name for name in list(_modules) if name not in before]),
        "own": times,
    })


def _run_to_be_counted():
    """Imports and leaves: whatever else a run does, its instructions would be counted with the import's."""
    _prepare_path()
    for name in _values("preload") + _values("import"):
        _import(name)
    _exit(0)


if _value("count") == "yes":
    _run_to_be_counted()
_measure()
