"""What a light look sees of the cost of an import: what it took, and how fast the processor was meanwhile.

As in a sample, a calibration runs between the imports of single modules, when the caches are as cold as the import finds them:
one that runs before or after the import is faster by more than a half.
"""
_CALIBRATE_AFTER = 1000000  # nanoseconds of CPU time
_CALIBRATIONS_UNTIL_STEADY = 10  # by then an interpreter that adapts its code has done so
_CALIBRATIONS_AT_THE_EDGE = 3


class _Glance:
    """The calibrations of the main thread, and where its CPU clock stood at the latest one."""
    calibrations = []
    latest = 0
    thread = _identify_thread()


def _begin_glance():
    for _ in range(_CALIBRATIONS_UNTIL_STEADY):
        _calibrate()
    _EFFECTS["import"] = "import"
    _Glance.latest = _thread_cpu_clock()


def _calibrate_where_due():
    """Calibrates before a module is loaded, where the last time was long enough ago."""
    cpu = _thread_cpu_clock()
    if _identify_thread() != _Glance.thread or cpu - _Glance.latest < _CALIBRATE_AFTER:
        return
    _Glance.calibrations.append(_calibrate())
    _Glance.latest = _thread_cpu_clock()
    _Notes.hook_cost += _Glance.latest - cpu


def _end_glance(cpu):
    """What the import cost that took so much CPU time; the calibration is that of an even speed."""
    main = _Notes.main
    _close_stretch(main)
    calibrations = _Glance.calibrations or [_calibrate() for _ in range(_CALIBRATIONS_AT_THE_EDGE)]
    return {
        "cpu_ns": max(0, cpu),
        "blocked_ns": main.stack[0][_BLOCKED],
        "calibration_ns": int(len(calibrations) / sum([1 / elapsed for elapsed in calibrations])),
    }
