"""Last part of the profile of a command: what its first process does from the end of its own start to its end."""


def start():
    """Begins; called when the interpreter has started."""
    _import("atexit").register(_finish)
    if _profiler is not None:
        _start_profiling()


def _finish():
    """Answers; called when the process is about to end. Whatever goes wrong is no concern of the command's."""
    if _getpid() != _Own.pid:
        return
    try:
        if _profiler is not None:
            _stop_profiling()
        _answer_with(_describe_profile())
    except Exception:
        _Seen.on = False
