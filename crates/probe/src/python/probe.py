"""One timed sample: load what comes before, read the clocks, import, read them again, answer, and leave at once."""


class _View:
    """A small file of /proc, kept open under a high number: measured code may leave no way to open it again."""

    def __init__(self, path, place):
        self.path = path
        self.descriptor = -1
        try:
            low = _open(path, _OPEN_READ)
        except OSError:
            return
        try:
            self.descriptor = _posix.dup2(low, place, False)
            _close(low)
        except OSError:
            self.descriptor = low

    def read(self, mark=b""):
        """What it says; nothing where there is none. It has the mark in it, or the descriptor is another file's by now."""
        try:
            text = _pread(self.descriptor, 65536, 0)
            if mark in text:
                return text
        except OSError:
            pass
        try:
            descriptor = _open(self.path, _OPEN_READ)
        except OSError:
            return b""
        try:
            return _read(descriptor, 65536)
        finally:
            _close(descriptor)


class _Before:
    """The peak of memory (bytes) that the process had which this one was forked from."""
    peak = 0


_pread = _posix.pread
_status = _View("/proc/self/status", _HIGH_DESCRIPTOR - 1)
_schedule = _View("/proc/self/schedstat", _HIGH_DESCRIPTOR - 2)


def _look_at_this_process():
    """A view stays that of the process that opened it: one that was forked opens its own."""
    for view in (_status, _schedule):
        _close(view.descriptor)
        view.__init__(view.path, view.descriptor)


def _account():
    """Resident set, its peak (bytes), voluntary context switches and run-queue wait (ns) of this process."""
    status = {}
    for line in _status.read(b"VmRSS").split(b"\n"):
        key, _, value = line.partition(b":")
        status[key] = value
    if b"VmRSS" not in status:
        return _account_without_proc()
    schedule = _schedule.read().split()
    return (
        int(status[b"VmRSS"].split()[0]) * 1024,
        int(status[b"VmHWM"].split()[0]) * 1024,
        int(status.get(b"voluntary_ctxt_switches", b"1")),
        int(schedule[1]) if len(schedule) == 3 and schedule[1].isdigit() else 0,
    )


def _account_without_proc():
    if _usage is None:
        _exit(_UNHEARD)  # what was there before is gone with its descriptors
    usage = _usage[0](_usage[1])
    scale = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * scale, usage.ru_maxrss * scale, usage.ru_nvcsw, 0


def _load_usage():
    """What tells of the process where there is no /proc, and its argument."""
    if _status.read():
        return None
    resource = _borrow("resource")
    return resource.getrusage, resource.RUSAGE_SELF


_usage = _load_usage()


def _tell_where_it_begins(pace):
    """Where the clocks are, and how fast the machine is. Nothing of the import has run, so that nobody can have changed it;
    and whoever reads it is done with that when the import begins."""
    if _getpid() == _Own.pid:
        not_of_import = _thread_cpu_clock() - (_CPU_AT_BEGIN if _IS_START else 0)
        _tell({
            "kind": "begun", "cpu_ns": not_of_import, "wall_ns": _wall_clock(), "calibration_ns": int(pace.latest),
        })


def _measure():
    _prepare_path()
    _watch_faults()
    _spare_calibrations()
    own = {}
    try:
        if _HAS_TO_LOAD_BEFORE:
            _release_collections()
            _set_up()
            if _requests is not None:
                _hold_collections()
                _Before.peak = _account()[1]
                _serve([_status.descriptor, _schedule.descriptor])
                _look_at_this_process()
                _warm_up()
                _release_collections()
            _preload()
            _hold_collections()
        imports = _module_names("import")
        pace = _Pace()
        load = _call if _value("own") == "no" else _time_own(own, pace)
        before = set(_modules)
        _tell_where_it_begins(pace)
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
        _stop_watching()  # what is left to do is not the import's
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
        "queued_ns": max(0, queued_after - queued),  # nothing is known where measured code closed what tells
        "calibration_ns": int(calibration),
        "sustained_calibration_ns": int(pace.sustained()),
        "memory_bytes": max(0, resident_after - resident),
        "peak_memory_bytes": max(peak, _Before.peak),
        "voluntary_switches": max(0, switches_after - switches),
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
    for name in _module_names("import"):
        _import(name)
    _exit(0)


if _value("count") == "yes":
    _with_room(_run_to_be_counted)
_with_room(_answer_by, _measure)
