"""Where an import is when it crashes or its time is up.

`faulthandler` writes that whatever the process is doing, but of each thread no more than the innermost hundred frames. The
ones that matter most are the outermost, the lines at module level. So it passes the signal on, and where Python code runs or
waits for something that a signal interrupts, all frames are written after what it wrote.
"""

_current_frames = sys._current_frames
_MOST_FRAMES = 10000


def _watch_faults():
    """Lets the stack of a crash, or of the SIGABRT at the time limit, be written to a file of our own."""
    faults = _faults
    if faults is None:
        return
    signals = _borrow("_signal")
    kill = _posix.kill

    def _on_abort(number, frame):
        signals.signal(number, signals.SIG_DFL)
        try:
            if _getpid() == _Own.pid:
                _write_all(faults, _all_stacks(frame))
        finally:
            kill(_getpid(), number)

    signals.signal(signals.SIGABRT, _on_abort)
    _borrow("faulthandler").enable(file=faults, all_threads=True)


def _all_stacks(frame):
    """The stacks of all threads in full, in the form of `faulthandler` and under a heading of their own."""
    current = _identify_thread()
    lines = ["All frames:", "Current thread:"] + _lines_of_stack(frame)
    for ident, top in _current_frames().items():
        if ident != current:
            lines.append("Thread %d:" % ident)
            lines += _lines_of_stack(top)
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _lines_of_stack(frame):
    lines = []
    while frame is not None:
        code = frame.f_code
        lines.append('  File "%s", line %d in %s' % (code.co_filename, frame.f_lineno or 0, code.co_name))
        frame = frame.f_back
    half = _MOST_FRAMES // 2
    return lines if len(lines) <= _MOST_FRAMES else lines[:half] + lines[-half:]
