"""Calls and times by function, as cProfile has them: the profiler in C that it is made of, switched on around what is looked
at.

Who calls whom the profiler knows, but neither from which line nor on whose behalf. That is what samples of the stack are for:
a timer that runs while the process computes asks now and then where it is. What our own functions call is taken out of the
counts, so those that are left are exact.

Measured code may profile itself. Before Python 3.12 whoever comes last has the only place; from then on a second one would be
refused. So ours makes way for as long as the other is on, and says that it did.
"""
import _signal

_EVERY = 0.004  # seconds of computing between two samples; the kernel's own grain
_MANY_SAMPLES = 2000  # after so many, every other one is left out, and each that is taken stands for twice as many
_DEEPEST = 5000
_MOST_FUNCTIONS = 250  # by each order: own time, time with callees, calls
_MOST_CALLERS = 5
_LONGEST_WAY = 100
_SHARED_PLACE = sys.version_info < (3, 12)  # of profilers: the one that is set last takes it
_set_timer = _signal.setitimer
_count_threads = _thread._count
_now_set = sys.getprofile
_LAUNCHER_FILE = _frame_of().f_back.f_code.co_filename  # what has called this script


class _Seen:
    """What is known beside the profiler's own table."""
    on = over = False
    samples = None  # (weight, stack, the sample before); a stack is (code, line, the next one inwards)
    ticks = kept = 0
    stride = 1
    threads = 0
    interrupted = False
    waiting = False  # for the place to be free again


def _load_profiler():
    """The type of cProfile's profiler; None where this interpreter has none."""
    try:
        module = _import("_lsprof")
    except ImportError:
        return None
    kind = module.Profiler

    class Profiler(kind):
        """What measured code gets in its place."""

        def enable(self, *arguments, **options):
            _pause()
            try:
                return super().enable(*arguments, **options)
            except BaseException:
                _resume()
                raise

        def disable(self):
            result = super().disable()
            _resume()
            return result

    module.Profiler = Profiler
    return kind


_Profiler = _load_profiler()
_profiler = _Profiler and _Profiler()


def _pause():
    if _Seen.on:
        _Seen.interrupted = True
        _Seen.on = False
        _profiler.disable()


def _resume():
    if not _Seen.on and _Seen.interrupted and not _Seen.over:
        _profiler.enable()
        _Seen.on = True


def _on_audit(event, arguments):
    """Audit hooks are neither traced nor profiled."""
    if event == "sys.setprofile":
        if _Seen.on and _SHARED_PLACE and not _Seen.waiting:
            _Seen.interrupted = _Seen.waiting = True
    elif event.startswith("_thread.start_"):
        _Seen.threads += 1
    elif event == "os.exec":
        _set_timer(_signal.ITIMER_PROF, 0)  # another program would be ended by it


def _take_place():
    """Starts again once the place is free."""
    if _now_set() is None:
        _Seen.on = False
        _profiler.disable()
        _profiler.enable()
        _Seen.on, _Seen.waiting = True, False


def _on_tick(number, frame):
    if not _Seen.on or _getpid() != _Own.pid:
        return
    _Seen.ticks += 1
    if _Seen.waiting:
        _take_place()
    if _SHARED_PLACE:
        _Seen.threads = max(_Seen.threads, _count_threads())
    if _Seen.ticks % _Seen.stride:
        return
    stack, depth = None, 0
    while frame is not None and depth < _DEEPEST:
        stack = (frame.f_code, frame.f_lineno or 0, stack)
        depth += 1
        frame = frame.f_back
    _Seen.samples = (_Seen.stride, stack, _Seen.samples)
    _Seen.kept += 1
    if _Seen.kept == _MANY_SAMPLES:
        _Seen.kept = 0
        _Seen.stride *= 2


def _start_profiling():
    _signal.signal(_signal.SIGPROF, _on_tick)
    _signal.siginterrupt(_signal.SIGPROF, False)
    _set_timer(_signal.ITIMER_PROF, _EVERY, _EVERY)
    sys.addaudithook(_on_audit)
    _profiler.enable()
    _Seen.on = True


def _stop_profiling():
    was_on, _Seen.on, _Seen.over = _Seen.on and not _Seen.waiting, False, True
    if was_on:
        _profiler.disable()
    if _SHARED_PLACE:
        _Seen.threads = max(_Seen.threads, _count_threads())
    _set_timer(_signal.ITIMER_PROF, 0)
    _signal.signal(_signal.SIGPROF, _signal.SIG_IGN)  # one may be on its way


def _is_ours(code):
    if type(code) is str:
        # The call by which another one took the place has no end that ours could see.
        return "'_lsprof.Profiler'" in code or _SHARED_PLACE and _Seen.interrupted and "sys.setprofile" in code
    name = code.co_filename
    return name == _SCRIPT_FILE or code.co_name == "addpackage" and name.startswith("<frozen importlib")


def _label(code):
    """What tells a function from others: code that is made again and again is one."""
    if type(code) is str:
        return "", 0, code
    return code.co_filename, code.co_firstlineno, getattr(code, "co_qualname", code.co_name)


class _Function:
    """The figures of a function: calls, those that are not recursive, nanoseconds, and who called it."""
    __slots__ = ("calls", "primitive", "own", "cumulative", "callers", "ways", "lines")

    def __init__(self):
        self.calls = self.primitive = self.own = self.cumulative = 0
        self.callers = {}
        self.ways = {}
        self.lines = {}

    def add(self, entry, sign):
        self.calls += sign * entry.callcount
        self.primitive += sign * (entry.callcount - entry.reccallcount)
        self.own += sign * int(entry.inlinetime * 1e9)
        self.cumulative += sign * int(entry.totaltime * 1e9)


def _functions():
    """The figures of all functions but ours, by label."""
    functions = {}
    for entry in _profiler.getstats():
        ours = _is_ours(entry.code)
        if not ours:
            functions.setdefault(_label(entry.code), _Function()).add(entry, 1)
        for called in entry.calls or ():
            if _is_ours(called.code):
                continue
            function = functions.setdefault(_label(called.code), _Function())
            if ours:
                function.add(called, -1)
            else:
                calls, passed = function.callers.get(_label(entry.code), (0, 0))
                function.callers[_label(entry.code)] = calls + called.callcount, passed + int(called.totaltime * 1e9)
    return {label: function for label, function in functions.items() if function.calls > 0}


def _foremost(functions):
    """The labels that somebody may ask for."""
    labels = set()
    for order in ("own", "cumulative", "calls"):
        labels.update(sorted(functions, key=lambda label: -getattr(functions[label], order))[:_MOST_FUNCTIONS])
    return sorted(labels, key=lambda label: -functions[label].own)


def _add_ways(functions, labels):
    """Notes for each function by which lines the samples came to it, and how many of them."""
    wanted = set(labels)
    sample = _Seen.samples
    while sample is not None:
        weight, stack, sample = sample
        way, seen = [], set()
        while stack is not None:
            code, line, stack = stack
            if _is_import_system(code) or code.co_filename == _LAUNCHER_FILE:
                continue
            label = _label(code)
            if label in wanted and label in functions and label not in seen:
                seen.add(label)
                ways, key = functions[label].ways, tuple(way[-_LONGEST_WAY:])
                ways[key] = ways.get(key, 0) + weight
            way.append((label, line))
        if way and way[-1][0] in functions:
            (label, line), lines = way[-1], functions[way[-1][0]].lines
            lines[line] = lines.get(line, 0) + weight


def _describe_label(label, modules):
    filename, line, name = label
    module = filename[8:-1] if filename.startswith("<frozen ") else modules.get(filename)
    return {"module": module, "file": filename, "line": line, "name": name}


def _busiest(lines):
    """The line that at least half of the samples are of; 0 where none is."""
    line = max(lines, key=lines.get) if lines else 0
    return line if lines and 2 * lines[line] >= sum(lines.values()) else 0


def _describe_function(label, function, modules):
    callers = sorted(function.callers.items(), key=lambda item: (-item[1][1], -item[1][0]))[:_MOST_CALLERS]
    way = max(function.ways, key=function.ways.get) if function.ways else ()
    return {
        "function": _describe_label(label, modules),
        "calls": function.calls,
        "primitive_calls": function.primitive,
        "own_ns": max(0, function.own),
        "cumulative_ns": max(0, function.cumulative),
        "callers": [
            {"function": _describe_label(caller, modules), "calls": calls, "ns": passed}
            for caller, (calls, passed) in callers
        ],
        "way": [dict(_describe_label(step, modules), line=line) for step, line in way],
        "busiest_line": _busiest(function.lines),
        "samples": sum(function.ways.values()),
        "samples_of_way": function.ways[way] if function.ways else 0,
    }


def _names_of_files():
    """The name of the module that each file is the source of."""
    names = {}
    for name, module in list(_modules.items()):
        try:
            filename = object.__getattribute__(module, "__dict__").get("__file__")
        except Exception:
            filename = None
        if type(filename) is str and type(name) is str and (name != "__main__" or _IS_COMMAND):
            names.setdefault(filename, name)
    return names


def _describe_profile():
    """The answer."""
    if _profiler is None:
        return {"kind": "profile", "profile": None}
    functions = _functions()
    labels = _foremost(functions)
    _add_ways(functions, labels)
    modules = _names_of_files()
    profile = {
        "calls": sum([function.calls for function in functions.values()]),
        "primitive_calls": sum([function.primitive for function in functions.values()]),
        "functions": len(functions),
        "own_ns": sum([max(0, function.own) for function in functions.values()]),
        "threads": _Seen.threads,
        "sees_threads": not _SHARED_PLACE,
        "interrupted": _Seen.interrupted,
        "seen": [_describe_function(label, functions[label], modules) for label in labels],
    }
    return {"kind": "profile", "profile": profile}
