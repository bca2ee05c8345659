"""What the body of a module does to others, as far as its syntax shows: calls whose result nobody takes, values that it puts
into other modules, decorators of the project that may register what they decorate, and classes that a base of the project may
list. Whoever needs that needs the module to be imported.
"""
_COLLECTING = ("__subclasses__", "__init_subclass__", "__set_name__", "__prepare__")
_HARMLESS = ("NullHandler",)


def _body_statements(tree):
    """The statements that run when a module is imported, also those in conditions, without functions and classes."""
    pending = list(reversed(tree.body))
    while pending:
        node = pending.pop()
        yield node
        if type(node).__name__ not in _DEFINITIONS + ("ClassDef",) and not _is_main(node):
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, ast.ExceptHandler))]
            pending.extend(reversed(inner))


def _is_main(node):
    """`if __name__ == "__main__":`, which no import goes into."""
    return isinstance(node, ast.If) and "__name__" in _names_in(node.test)


def _imported_names(tree, top):
    """The names that imports of a module bind: all of them, and those that come from the project."""
    every, own = set(), set()
    for node in _body_statements(tree):
        if type(node).__name__ not in _IMPORTS:
            continue
        for alias in node.names:
            name = _bound_by(alias)
            every.add(name)
            source = alias.name if isinstance(node, ast.Import) else (node.module or "")
            if getattr(node, "level", 0) or source.partition(".")[0] == top:
                own.add(name)
    return every, own


def _root(node):
    """The name that an expression such as `a.b[0].c(…)` begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _effect_of(node, every, own, collects):
    """What a statement does to other modules; None where it does nothing that shows."""
    if isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Await)):
        return None if _names_any(node.value, _HARMLESS) else "call"
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Delete)):
        targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
        if any(not isinstance(target, ast.Name) and _root(target) in every for target in targets):
            return "assignment"
    if any(_root(decorator) in own for decorator in getattr(node, "decorator_list", ())):
        return "decorator"
    if collects and isinstance(node, ast.ClassDef) and any(_root(base) in own for base in node.bases):
        return "subclass"
    return None


def _names_any(node, names):
    return any(getattr(part, "attr", getattr(part, "id", None)) in names for part in ast.walk(node))


def _effects(words, folders):
    """The first effect of each module that has one, by the words `MODULE:FILE`."""
    collects = None
    found = []
    for word in words:
        name, _, path = word.partition(":")
        try:
            tree = compile(_read_whole(path), path, "exec", ast.PyCF_ONLY_AST, True)
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue
        if collects is None:
            collects = _project_mentions(folders, _COLLECTING)
        every, own = _imported_names(tree, name.partition(".")[0])
        for node in _body_statements(tree):
            what = _effect_of(node, every, own, collects)
            if what is not None:
                found.append({"module": name, "kind": what, "file": path, "line": node.lineno})
                break
    return found


def _project_mentions(folders, words):
    """Whether any source of the project has one of these words."""
    words = [word.encode() for word in words]
    for folder in folders:
        for path in _files_below(folder):
            if path.endswith(".py"):
                try:
                    source = _read_whole(path)
                except OSError:
                    continue
                if any(word in source for word in words):
                    return True
    return False
