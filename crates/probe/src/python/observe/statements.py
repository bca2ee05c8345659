"""What the statements of a module's body consist of and what they reach, as far as the syntax tells without the import of
`ast`: which line a line belongs to, and which lines decide how much a statement has to do. Where the source of before is
known, that says which statements changed.
"""

_ONLY_SYNTAX = 0x400  # ast.PyCF_ONLY_AST
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def _statements(filename):
    """The top-level statements of a source file; none where it cannot be read."""
    try:
        return compile(_read_whole(_absolute(filename)), filename, "exec", _ONLY_SYNTAX, True).body
    except Exception:
        return []


def _repeated(blocks, line):
    """The outermost loop that a line is in; where it is in none, the innermost statement; None where it is in neither."""
    for block in blocks:
        if not block.lineno <= line <= block.end_lineno:
            continue
        if type(block).__name__ in ("For", "While", "AsyncFor"):
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
        self.definitions = {}  # by name: the functions and classes of the body
        self._add(statements, [])

    def _add(self, statements, around):
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
            if hasattr(statement, "args"):
                continue  # a function
            decides = getattr(statement, "iter", None) or getattr(statement, "test", None)
            inner = around + [[line, decides.end_lineno]] if decides else around
            for part in ("body", "orelse", "finalbody"):
                self._add(getattr(statement, part, ()), inner)
            for part in list(getattr(statement, "handlers", ())) + list(getattr(statement, "cases", ())):
                self._add(part.body, around)

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
