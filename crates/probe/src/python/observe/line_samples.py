"""The lines of heavy bodies by samples, where a trace function would take minutes: before Python 3.12 it is called for every
line and every call of a function, and a body of millions of them would be stopped as an import that hangs.

A timer asks every millisecond which line of which watched body the import is in, and gives it the time since it asked last.
A call into C is asked right after its return, which is still in its line. Between calls older interpreters answer at the end of
a loop's turn: of the loop that ended the tracing, what it does itself goes to the line that tracing has found for it.
The timer is set anew by each answer: one that took longer than a millisecond (a deep stack, a stalled machine) is not
interrupted by the next question, and the import gets on.
"""
import _signal

_SAMPLE_EVERY = 0.001  # seconds
_set_timer = _signal.setitimer
_handler_of = _signal.getsignal


def _sample_from_here(watch):
    """Ends the tracing; its thread's lines are seen by samples from now on, if it is the one that imports."""
    _Lines.sampled = True
    sys.settrace(None)
    frame = _frame_of(1)
    while frame is not None:
        frame.f_trace = None  # with one, older interpreters tell the line at which they traced last
        frame = frame.f_back
    if watch is _Lines.main:
        watch.wall = _wall_clock()
        _signal.signal(_signal.SIGALRM, _on_alarm)
        _signal.siginterrupt(_signal.SIGALRM, False)
        _set_timer(_signal.ITIMER_REAL, _SAMPLE_EVERY)


def _on_alarm(number, frame):
    if not _Lines.on:
        return  # it was on its way when the import ended
    watch, asked = _Lines.main, _wall_clock()
    try:
        body, line = _running(frame)
    except Exception:
        body, line = None, 0  # what cannot be noted must not become an error of the measured code
    if body is not None:
        body.spent[line] = body.spent.get(line, 0) + asked - watch.wall
    watch.wall = _wall_clock()
    _set_timer(_signal.ITIMER_REAL, max(_SAMPLE_EVERY, (watch.wall - asked) / 1e9))


def _running(frame):
    """The watched body that a frame is in, and the line that it has come to; what that line imports is no part of it."""
    running = frame
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        code = frame.f_code
        body = _Lines.by_code.get(id(code)) or _watched_body(code, frame)
        if body is not None:
            line = frame.f_lineno
            return body, body.line if frame is running and body.first <= line <= body.last else line
        frame = frame.f_back
    return None, 0


def _stop_sampling():
    """Distrusts what was seen where measured code took the timer for itself."""
    if _Lines.sampled:
        _set_timer(_signal.ITIMER_REAL, 0)
        if _handler_of(_signal.SIGALRM) is not _on_alarm:
            for body in _Lines.bodies.values():
                body.trusted = False
