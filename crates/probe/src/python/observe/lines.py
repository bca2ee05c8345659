"""Says which line of a module's body took how long: one untimed import of its own, made where there is something to
explain, since a look at every line would move the times of everything else.

From Python 3.12 on `sys.monitoring` watches the code of the modules in question alone; before that a trace function does,
which also sees the call of every other function, and gives way to samples (`line_samples.py`) where those are too many.
What an import statement loads is no part of its line, as it is no part of the module's own time. Time is that of the wall
clock without what was spent waiting for a processor, so computing and being blocked count alike.
"""

_WATCHED = frozenset(_values("watch"))
_monitoring = getattr(sys, "monitoring", None)
# Of one body, before it is looked at less closely: a statement that goes round and round is seen as a whole, or by samples.
# Watched closely, a line of Python looks up to forty times as heavy beside a call into C: more events would tell less.
_MOST_EVENTS = 20000
_LONG_ENOUGH_TO_WAIT = 1000000  # nanoseconds; in less, nobody else had the processor to speak of
_TOOL = 4  # one that belongs to no kind of tool


class _Body:
    """What is known of one module's body."""
    __slots__ = ("module", "filename", "line", "spent", "events", "first", "last", "trusted")

    def __init__(self, module, code):
        self.module = module
        self.filename = code.co_filename
        self.line = 0
        self.spent = {}
        self.events = 0
        self.first = self.last = -1  # the statement that is seen as a whole
        self.trusted = True


class _Watch:
    """The bodies that one thread is in, None for an import in progress, and the readings at the last boundary."""
    __slots__ = ("stack", "wall", "queued")

    def __init__(self):
        self.stack = []
        self.wall = self.queued = 0


class _Lines:
    on = False
    watches = {}
    bodies = {}
    by_code = {}
    kept_alive = []
    main = None
    calls = 0  # that the trace function saw
    sampled = False  # instead of traced


def _watch_here():
    ident = _identify_thread()
    watch = _Lines.watches.get(ident)
    if watch is None:
        watch = _Lines.watches[ident] = _Watch()
    return watch


def _charge(watch):
    """Gives what has passed since the last boundary to the line that was being executed."""
    now = _wall_clock()
    body = watch.stack[-1] if watch.stack else None
    if body is None:
        return
    passed = now - watch.wall
    if passed >= _LONG_ENOUGH_TO_WAIT and _schedule and watch is _Lines.main:
        queued = _schedule.field(1)
        passed = max(0, passed - (queued - watch.queued))
        watch.queued = queued
    body.spent[body.line] = body.spent.get(body.line, 0) + passed


def _go_on(watch):
    if _schedule and watch is _Lines.main:
        watch.queued = _schedule.field(1)
    watch.wall = _wall_clock()


def _watched_body(code, frame):
    """The body that a frame is the first to run, where it is one to watch."""
    if code.co_name != "<module>" or code.co_flags & _OPTIMIZED or not _Lines.on:
        return None
    name, filename = _module_of(frame), frame.f_globals.get("__file__")
    if name not in _WATCHED or name in _Lines.bodies or type(filename) is not str:
        return None
    if _absolute(filename) != _absolute(code.co_filename):
        return None  # what `exec` runs in the name of the module
    body = _Lines.bodies[name] = _Body(name, code)
    _register(code, body)
    return body


def _begin(code, frame):
    """Goes into the body that a frame is the first to run; None where it is none to watch."""
    body = _watched_body(code, frame)
    if body is not None:
        watch = _watch_here()
        _charge(watch)
        watch.stack.append(body)
        _go_on(watch)
    return body


def _register(code, body):
    """A module's code and that of the classes in it, which runs as part of its body."""
    _Lines.by_code[id(code)] = body
    _Lines.kept_alive.append(code)  # its id must stay its own
    if _monitoring:
        _monitoring.set_local_events(_TOOL, code, _monitoring.events.LINE | _monitoring.events.PY_RETURN)
    for inner in code.co_consts:
        if type(inner) is type(code) and not inner.co_flags & _OPTIMIZED:
            _register(inner, body)


def _step(body, line):
    """Execution comes to a line. False where nobody needs to know when it comes there again."""
    if body.first <= line <= body.last:
        return False
    watch = _watch_here()
    if not watch.stack or watch.stack[-1] is not body:
        return True
    _charge(watch)
    body.line = line
    body.events += 1
    if body.events > _MOST_EVENTS:
        _see_as_a_whole(body, line)
        if not _monitoring:
            _sample_from_here(watch)
            return False
        _go_on(watch)
    else:
        watch.wall = _wall_clock()
    return True


def _see_as_a_whole(body, line):
    """A loop of millions of steps would take minutes line by line. Where one line took most of what it has shown until now, the
    rest of its time is taken for that one's, else for the loop's own."""
    body.events = 0
    body.first = body.last = line
    statement = _repeated(_statements(body.filename), line)
    if statement is not None:
        body.first, body.last = statement.lineno, statement.end_lineno
    inside = {seen: spent for seen, spent in body.spent.items() if body.first <= seen <= body.last}
    heaviest = max(inside, key=inside.get, default=line)
    body.line = heaviest if 2 * inside.get(heaviest, 0) >= sum(inside.values()) else body.first


def _end(code, frame):
    """A body, or a class in it, comes to its end. What happens next happens for the statement that called it."""
    body = _Lines.by_code.get(id(code))
    watch = _watch_here()
    if body is None or not watch.stack or watch.stack[-1] is not body:
        return
    _charge(watch)
    if code.co_name == "<module>":
        watch.stack.pop()
    elif not body.first <= body.line <= body.last:
        body.line = frame.f_back.f_lineno or 0
    _go_on(watch)


def _on_start(code, offset):
    try:
        _begin(code, _frame_of(1))
    except Exception:
        pass  # what cannot be noted must not become an error of the measured code
    return _monitoring.DISABLE


def _on_line(code, line):
    try:
        body = _Lines.by_code.get(id(code))
        if body is not None and not _step(body, line):
            return _monitoring.DISABLE
    except Exception:
        pass
    return None


def _on_return(code, offset, value):
    try:
        _end(code, _frame_of(1))
    except Exception:
        pass


def _on_call(frame, event, argument):
    """The trace function for what is called."""
    code = frame.f_code
    try:
        _Lines.calls += 1
        if _Lines.calls > _MOST_EVENTS and not _Lines.sampled:
            _charge(_watch_here())
            _sample_from_here(_watch_here())
        if code.co_flags & _OPTIMIZED or not _Lines.on or _Lines.sampled:
            return None
        if id(code) in _Lines.by_code or _begin(code, frame):
            return _on_trace
    except Exception:
        pass
    return None


def _on_trace(frame, event, argument):
    """The trace function inside a body."""
    try:
        if event == "line":
            _step(_Lines.by_code[id(frame.f_code)], frame.f_lineno)
        elif event == "return":
            _end(frame.f_code, frame)
    except Exception:
        pass
    return None if _Lines.sampled else _on_trace


def _on_audit(event, arguments):
    """Measured code with a trace function of its own takes the place of ours: what follows would go to the wrong line."""
    if event == "sys.settrace" and _Lines.on and not _Lines.sampled:
        for body in _watch_here().stack:
            if body is not None:
                body.trusted = False


def _enter_load(name):
    """What a line imports is no part of it."""
    if not _Lines.on or _Lines.sampled or type(name) is not str or name in _modules:
        return None
    watch = _watch_here()
    _charge(watch)
    depth = len(watch.stack)
    watch.stack.append(None)
    return watch, depth


def _leave_load(name, entered, loaded):
    if entered is not None:
        watch, depth = entered
        del watch.stack[depth:]
        _go_on(watch)


def _text_of(source, line):
    text = source[line - 1].strip() if 0 < line <= len(source) else b""
    return text[:200].decode("utf-8", "replace")


def _describe_lines(body):
    try:
        syntax = _Syntax(_statements(body.filename))
    except Exception:
        syntax = _Syntax([])
    try:
        source = _read_whole(_absolute(body.filename)).split(b"\n")
    except OSError:
        source = []
    spent = {}
    for line, passed in body.spent.items():
        first = syntax.first.get(line, line)
        spent[first] = spent.get(first, 0) + passed
    # For what took next to nothing nobody will ask why.
    worth = sum(spent.values()) // 100
    described = []
    for line, passed in spent.items():
        if line <= 0:
            continue
        shown = syntax.shown(line, body.spent)
        text = _text_of(source, line)
        if shown != line:  # many statements have the same decorator, and the line below tells them apart
            text = _text_of(source, shown) + " " + text
        described.append({
            "module": body.module,
            "file": _absolute(body.filename),
            "line": shown,
            "ns": passed,
            "text": text,
            "extent": syntax.extents.get(line, []),
            "reach": syntax.reach(line) if passed >= worth else [],
            "calls": syntax.called(line),
            "loop_line": syntax.loops.get(line),
        })
    return described


def _start_watching():
    _watch_loads(_enter_load, _leave_load)
    if _monitoring:
        events = _monitoring.events
        _monitoring.use_tool_id(_TOOL, "importgate")
        _monitoring.register_callback(_TOOL, events.PY_START, _on_start)
        _monitoring.register_callback(_TOOL, events.LINE, _on_line)
        _monitoring.register_callback(_TOOL, events.PY_RETURN, _on_return)
        _monitoring.set_events(_TOOL, events.PY_START)
    else:
        sys.addaudithook(_on_audit)
        sys.settrace(_on_call)


def _observe_lines():
    _prepare_path()
    _watch_faults()
    try:
        _load_before()
        _Lines.main = _watch_here()
        _start_watching()
        _Lines.on = True
        if _IS_START:
            _start_up(_call)
        for name in _module_names("import"):
            _import(name)
    except BaseException:
        pass  # the full look says why; what was seen until then is still true
    _Lines.on = False
    _stop_sampling()
    if _getpid() != _Own.pid:
        _exit(0)
    if _monitoring:
        _monitoring.set_events(_TOOL, 0)
    else:
        sys.settrace(None)
    lines = []
    for body in list(_Lines.bodies.values()):
        if body.trusted:
            lines.extend(_describe_lines(body))
    _send({"kind": "lines", "lines": lines})


_with_room(_answer_by, _observe_lines)
