"""Bodies of modules that are compiled anew, some of them without an import statement: what removing it by hand would save.

Each `body=MODULE:FILE` word names a module whose body is compiled from its source before the clocks start, each
`without=LINE:MODULE` word a statement of one of them, by its first line, that is left out. Both sides of a comparison name the
same bodies, so that they differ in nothing but the statement: the body that lacks it runs as any other. Times are as the clock
has them.
"""
_external = _modules["_frozen_importlib_external"]
_execute = exec
_compile = compile
_BLOCKS = "body", "orelse", "finalbody", "handlers", "cases"
_SCOPES = "FunctionDef", "AsyncFunctionDef", "ClassDef"


def _leave_out(block, lines):
    """Puts `pass` in the place of the import statements in these lines, as far as the body of the module runs them itself."""
    found = set()
    for position, node in enumerate(block):
        kind = type(node).__name__
        if kind in ("Import", "ImportFrom") and node.lineno in lines:
            nothing = _syntax_tree("pass", "").body[0]
            for place in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
                setattr(nothing, place, getattr(node, place, None))
            block[position] = nothing
            found.add(node.lineno)
        elif kind not in _SCOPES:
            for name in _BLOCKS:
                inner = getattr(node, name, None)
                if type(inner) is list:
                    found |= _leave_out(inner, lines)
    return found


def _code_of(path, lines):
    """The code of a file without these lines, as bytecode files hold it."""
    if not path.startswith("/"):
        path = _posix.getcwd() + "/" + path
    tree = _syntax_tree(_read_whole(path), path)
    if lines - _leave_out(tree.body, lines):
        raise ImportError("no import statement of the module begins in that line", path=path)
    return marshal.dumps(_compile(tree, path, "exec", 0, True))


def _body_of(module, path, lines):
    """The same, compiled once in a run and kept in its folder: compiling takes longer than most imports."""
    kept = "%s/%s without %s" % (_FOLDER, module, "-".join(map(str, sorted(lines))))
    try:
        return _read_whole(kept)
    except OSError:
        pass
    code = _code_of(path, lines)
    descriptor = _open(kept, _OPEN_ANSWER, 0o600)
    try:
        _write_all(descriptor, code)
    finally:
        _close(descriptor)
    return code


def _compile_bodies():
    left_out = {}
    for word in _values("without"):
        line, _, module = word.partition(":")
        left_out.setdefault(module, set()).add(int(line))
    bodies = {}
    for word in _values("body"):
        module, _, path = word.partition(":")
        bodies[module] = _body_of(module, path, left_out.get(module, set()))
    return bodies


try:
    _bodies = _compile_bodies()
except (ImportError, OSError, SyntaxError, ValueError) as error:
    _send(_describe_exception(error))


# Every nanosecond is taken for the same here, and calibrations are made nowhere: what a module takes is held against the others
# of the same process. Were each stretch divided by calibrations at its ends, a long loop would count for less than many
# short imports: what runs after it finds colder caches, and so does the calibration.
def _begin_evenly(self):
    self.spent_cpu = self.spent_wall = 0
    self.ended = float("inf")  # no segment is ever due to be ended


_Pace.begin = _begin_evenly
_Pace.end, _Pace.sustained, _Pace.latest = (lambda self, cpu: 1), (lambda self: 1), 1

# Where objects come to lie makes a loop faster or slower by several percent, and whether a full collection of garbage falls
# into the import or behind its end depends on how many objects there were before. Leaving a statement out moves both. So each
# round has another layout, and is elsewhere between two collections: the middle of the rounds is what the statement costs, and
# the interval shows how far chance moves it.
_kibibytes = int(_value("ballast") or 0)
_Pace.ballast = [bytes(400) for _ in range(_kibibytes)], [bytes(1000) for _ in range(_kibibytes // 2)]
for _generation, _times in (1, _kibibytes % 11), (0, _kibibytes // 11 % 11):
    for _ in range(_times):
        _gc.collect(_generation)

_plain_exec_module = _external._LoaderBasics.exec_module


def _exec_module(self, module):
    body = _bodies.get(module.__name__)
    if body is None:
        _plain_exec_module(self, module)
    else:
        _bootstrap._call_with_frames_removed(_execute, _loads(body), module.__dict__)


_hide(_exec_module)
_external._LoaderBasics.exec_module = _exec_module
