"""What the statements of a module's body consist of and what they reach, as far as the syntax tells without the import of
`ast`: which line a line belongs to, and which lines decide how much a statement has to do. Where the source of before is
known, that says which statements changed.
"""

_COMPREHENSIONS = ("ListComp", "SetComp", "DictComp", "GeneratorExp")
_LOOPS = ("For", "While", "AsyncFor")
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def _statements(filename):
    """The top-level statements of a source file; none where it cannot be read."""
    try:
        return _syntax_tree(_read_whole(_absolute(filename)), filename).body
    except Exception:
        return []


def _repeated(blocks, line):
    """The outermost loop that a line is in; where it is in none, the innermost statement; None where it is in neither."""
    for block in blocks:
        if not block.lineno <= line <= block.end_lineno:
            continue
        if type(block).__name__ in _LOOPS:
            return block
        inner = [part for name in _BLOCKS for part in getattr(block, name, ()) if hasattr(part, "lineno")]
        return _repeated(inner, line) or block
    return None


class _Syntax:
    """The statements of a body that are in no function."""

    def __init__(self, statements):
        self.first = {}  # for each line the first line of the innermost statement that it belongs to
        self.extents = {}  # by that first line: the ranges of lines that the statement itself consists of
        self.headers = {}  # the same of the loops and conditions that it is in: they say how often it runs
        self.nodes = {}
        self.loops = {}  # by that first line: that of the outermost loop which it is, or is in
        self.definitions = {}  # by name: the functions and classes of the body
        self._add(statements, [], None)

    def _add(self, statements, around, loop):
        for statement in statements:
            start = _start(statement)
            line = statement.lineno
            for inside in range(start, (statement.end_lineno or start) + 1):
                self.first[inside] = line
            self.extents.setdefault(line, []).extend(_extent(statement))
            self.headers.setdefault(line, []).extend(around)
            self.nodes.setdefault(line, []).append(statement)
            if hasattr(statement, "name"):
                self.definitions.setdefault(statement.name, []).append(statement)
            outermost = loop or (line if type(statement).__name__ in _LOOPS else None)
            self.loops.setdefault(line, outermost)
            if hasattr(statement, "args"):
                continue  # a function
            decides = getattr(statement, "iter", None) or getattr(statement, "test", None)
            inner = around + [[line, decides.end_lineno]] if decides else around
            for part in ("body", "orelse", "finalbody"):
                self._add(getattr(statement, part, ()), inner, outermost)
            for part in list(getattr(statement, "handlers", ())) + list(getattr(statement, "cases", ())):
                self._add(part.body, around, outermost)

    def reach(self, line):
        """The ranges of what decides how much the statement in a line has to do, besides its own text: the loops and conditions
        that it is in, and the functions and classes of the file that it names, with those that they name."""
        ranges = list(self.headers.get(line, ()))
        seen = set()
        pending = [name for node in self.nodes.get(line, ()) for name in _names(_evaluated(node))]
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            for definition in self.definitions.get(name, ()):
                ranges.append([_start(definition), definition.end_lineno])
                pending.extend(_names([definition]))
        return ranges

    def shown(self, line, spent):
        """The line at which to look for what the statement in a line takes: that of the decorator which does the work. Before
        Python 3.11 that is done in the line of the `def` or `class`, which by itself does next to nothing."""
        nodes = self.nodes.get(line, ())
        decorators = nodes[0].decorator_list if len(nodes) == 1 and hasattr(nodes[0], "decorator_list") else ()
        heaviest = max(range(_start(nodes[0]), line + 1), key=lambda line: spent.get(line, 0)) if decorators else line
        for decorator in decorators:
            if decorator.lineno <= heaviest <= decorator.end_lineno or (heaviest == line and self.called(line)):
                return decorator.lineno
        return line

    def called(self, line):
        """The name that the statement in a line calls, or that the class in it is a subclass of, where that is all it does;
        None where it does more, or nobody can say what it calls."""
        nodes = self.nodes.get(line, ())
        return _only_call(nodes[0]) if len(nodes) == 1 else None


def _only_call(statement):
    """The name that a statement calls, where its value is what that call returns, or where it is a decorator. What makes a
    class is that of its only base."""
    decorators = getattr(statement, "decorator_list", ())
    if hasattr(statement, "bases") and not decorators:
        if len(statement.bases) != 1:
            return None
        function, other = statement.bases[0], statement.keywords
    elif decorators:
        # A class with bases is made by more than its decorator.
        if len(decorators) > 1 or getattr(statement, "bases", ()) or getattr(statement, "keywords", ()):
            return None
        function, other = decorators[0], [getattr(statement, "args", None)]
        if type(function).__name__ == "Call":
            function, other = function.func, other + function.args + function.keywords
    else:
        call = getattr(statement, "value", None) or getattr(statement, "test", None)
        if type(call).__name__ != "Call" or type(statement).__name__ == "While":
            return None
        function, other = call.func, call.args + call.keywords
    return None if _works(other) else _dotted(function)


def _works(nodes):
    """True where there are calls and loops in expressions. Without recursion, as in `_names`."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        kind = type(node).__name__
        if kind == "Call" or kind in _COMPREHENSIONS:
            return True
        if isinstance(node, list):
            pending.extend(node)
        elif kind == "Lambda":
            pending.append(node.args)  # its body runs later
        elif hasattr(node, "_fields"):
            pending.extend([getattr(node, field, None) for field in node._fields])
    return False


def _dotted(node):
    """`re.compile` of the expression that says so; None of any other."""
    parts = []
    while type(node).__name__ == "Attribute":
        parts.append(node.attr)
        node = node.value
    if type(node).__name__ != "Name":
        return None
    return ".".join([node.id] + parts[::-1])


def _start(statement):
    """The first line, which is that of the first decorator where there are any."""
    return min([statement.lineno] + [part.lineno for part in getattr(statement, "decorator_list", ())])


def _header(statement):
    """The lines before the body."""
    return [_start(statement), max(statement.lineno, _start(statement.body[0]) - 1)]


def _extent(statement):
    """All of a simple statement and of a function, which a decorator may look at as a whole. Of a compound statement no more
    than its header, as the statements in it are lines of their own; a class sees the lines of its body too, but not those
    inside its methods."""
    if hasattr(statement, "bases"):
        ranges = [_header(statement)]
        for part in statement.body:
            ranges.append(_header(part) if hasattr(part, "args") else [_start(part), part.end_lineno])
        return ranges
    if hasattr(statement, "args") or not getattr(statement, "body", None):
        return [[_start(statement), statement.end_lineno]]
    return [_header(statement)]


def _evaluated(statement):
    """The parts of a statement that run with its own line."""
    if hasattr(statement, "args"):
        return [statement.args] + statement.decorator_list
    return [getattr(statement, field, None) for field in statement._fields if field not in _BLOCKS]


def _names(nodes):
    """Every name that is mentioned. Without recursion: measured code may have left little room for it."""
    found = []
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        elif hasattr(node, "_fields"):
            if hasattr(node, "ctx") and hasattr(node, "id"):
                found.append(node.id)
            else:
                pending.extend([getattr(node, field, None) for field in node._fields])
    return found
