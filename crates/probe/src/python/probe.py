"""One timed sample: load what comes before, read the clocks, import, read them again, answer, and leave at once."""


def _slurp(path):
    """What a small file of /proc says; nothing where there is none."""
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
    _resource = _borrow("resource")
    _usage, _SELF = _resource.getrusage, _resource.RUSAGE_SELF


def _measure():
    _prepare_path()
    _watch_faults()
    imports = _values("import")
    own = {}
    try:
        if _HAS_TO_LOAD_BEFORE:
            _release_collections()
            _load_before()
            _hold_collections()
        pace = _Pace()
        load = _call if _value("own") == "no" else _time_own(own, pace)
        before = set(_modules)
        _release_collections()
        pace.begin()
        resident, _, switches, queued = _account()
        wall = _wall_clock()
        cpu = pace.cpu = _thread_cpu_clock()
        if _IS_START:
            _start_up(load)
        for name in imports:
            _import(name)
        # Two clocks of different grain: what is left of next to nothing may come out below it.
        cpu = max(0, _thread_cpu_clock() - cpu - pace.spent_cpu)
        wall = max(0, _wall_clock() - wall - pace.spent_wall)
        imported = cpu
    except BaseException as error:
        _send(_describe_exception(error))
    if _IS_START:
        # No own time: calibrations before the first import run faster than those in between, and it would be none like others.
        cpu += _CPU_AT_BEGIN
        wall += _CPU_AT_BEGIN
    resident_after, peak, switches_after, queued_after = _account()
    calibration = pace.end(imported)
    _send({
        "kind": "sample",
        "wall_ns": wall,
        "cpu_ns": cpu,
        "queued_ns": queued_after - queued,
        "calibration_ns": int(calibration),
        "sustained_calibration_ns": int(pace.sustained()),
        "memory_bytes": max(0, resident_after - resident),
        "peak_memory_bytes": peak,
        "voluntary_switches": switches_after - switches,
        "modules": len([name for name in list(_modules) if name not in before]),
        "own": {name: max(0, elapsed) for name, elapsed in own.items()},
        "collections": _collections,
    })


def _run_to_be_counted():
    """Imports and leaves: whatever else a run does, its instructions would be counted with the import's."""
    _prepare_path()
    _release_collections()
    if _IS_START:
        _start_up(_call)
    _load_before()
    for name in _values("import"):
        _import(name)
    _exit(0)


if _value("count") == "yes":
    _with_room(_run_to_be_counted)
_with_room(_measure)
