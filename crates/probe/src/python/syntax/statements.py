"""What an import statement binds, where each of its names is used, and where a statement could stand instead. It reads
sources and imports none of them.

Each `statement=LINE:MODULE:FILE` word names a statement by its first line, `scan` the project's folder, each `root` a folder
that modules are found in, `effects=MODULE:FILE` a module of which to say what its body does to others.
"""
# What evaluates annotations that are kept as text.
_EVALUATING = ("get_type_hints", "eval_str", "get_annotations")
_TRY = ("Try", "TryStar", "With", "AsyncWith")
# What statements stand in, and is none itself; a name that older interpreters do not have.
_PARTS = ("ExceptHandler", "match_case")


class _Module:
    """One source file."""

    def __init__(self, name, path, evaluates):
        self.name = name
        self.path = path
        self.source = _read_whole(path)
        self.tree = compile(self.source, path, "exec", ast.PyCF_ONLY_AST, True)
        self.lines = self.source.split(b"\n")
        self.future = any(
            type(node).__name__ == "ImportFrom" and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in self.tree.body
        )
        self.scopes = _Scopes(self.tree, self.future and not evaluates)
        self.exports, self.computed = _exports(self.tree)
        self.is_package = os.path.basename(path).startswith("__init__.")

    def line(self, number):
        return self.lines[number - 1].rstrip(b"\r") if 0 < number <= len(self.lines) else b""

    def find(self, line):
        """The import statement that begins in a line, and how it stands: at the top level, or inside what."""
        pending = [(node, "top-level") for node in self.tree.body]
        while pending:
            node, place = pending.pop()
            if type(node).__name__ in _IMPORTS and node.lineno == line:
                return node, place
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.stmt) or type(child).__name__ in _PARTS:
                    pending.append((child, _place_below(node, place, child)))
        return None, "missing"


def _place_below(node, place, child):
    """How a child of a statement stands, by how that statement does."""
    kind = type(node).__name__
    if kind in _DEFINITIONS:
        return "function"
    if kind == "ClassDef":
        return "class"
    if kind in _TRY or kind == "ExceptHandler":
        return "guarded" if place == "top-level" else place
    if place == "top-level" and _is_main(node) and child in node.body:
        return "program"
    return "conditional" if place == "top-level" else place


def _exports(tree):
    """The names in `__all__`, each with its line, and the line that computes some of them."""
    names, computed = {}, None
    for node in tree.body:
        if "__all__" not in _names_in(node):
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and type(part.value) is str:
                names[part.value] = part.lineno
        value = getattr(node, "value", None)
        is_assignment = value is not None and isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))
        parts = ast.walk(value) if is_assignment else [node]
        literal = (ast.List, ast.Tuple, ast.Set, ast.Constant, ast.BinOp, ast.Add, ast.Load)
        if not all(isinstance(part, literal) for part in parts):
            computed = node.lineno
    return names, computed


def _text_uses(module, name):
    """What mentions a name in a docstring that is run, or in a comment that says a type."""
    word = re.compile(r"\b%s\b" % re.escape(name))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and type(node.value) is str and ">>>" in node.value and word.search(node.value):
            yield "doctest", node.lineno
    comment = re.compile(rb"#\s*type:\s*(?!ignore)(.*)")
    for number, line in enumerate(module.lines, 1):
        found = comment.search(line)
        if found and word.search(found.group(1).decode("ascii", "replace")):
            yield "type-comment", number


def _problem_of(module, node):
    """Why the lines of a statement are not simply its own; None where they are."""
    if re.search(rb"\r(?!\n)", module.source):
        return "line-endings"
    if module.source.startswith(b"\xef\xbb\xbf") and node.lineno == 1:
        return "shared-line"
    if node.col_offset or module.line(node.lineno - 1).endswith(b"\\"):
        return "shared-line"
    rest = module.line(node.end_lineno)[node.end_col_offset:].strip()
    if rest and not rest.startswith(b"#"):
        return "shared-line"
    lines = [module.line(number) for number in range(node.lineno, node.end_lineno + 1)]
    if len(lines) > 1 and any(b"#" in line for line in lines):
        return "comments"
    if not all(line.partition(b"#")[0].isascii() for line in lines):
        return "not-ascii"
    return None


def _function_syntax(module, scope):
    """Where a statement at the top of a function's body has its place."""
    node = scope.node
    first = node.body[0]
    described = {"name": _qualified(scope), "line": node.lineno, "before": 0, "indentation": "", "problem": None}
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and type(first.value.value) is str
    start = min([first.lineno] + [part.lineno for part in getattr(first, "decorator_list", ())])
    text = module.line(start)
    indentation = re.match(rb"[ \t]*", text).group()
    begins = text[len(indentation):len(indentation) + 1] == b"@" or len(indentation) == first.col_offset
    described["indentation"] = indentation.decode("ascii")
    described["before"] = first.end_lineno + 1 if is_docstring else start
    if start == node.lineno or not begins or not indentation or module.line(start - 1).endswith(b"\\"):
        described["problem"] = "one-line"
    if is_docstring:
        rest = module.line(first.end_lineno)[first.end_col_offset:].strip()
        if rest and not rest.startswith(b"#"):
            described["problem"] = "one-line"
    if node.name == "__del__":
        described["problem"] = "finalizer"
    return described


def _qualified(scope):
    names = []
    while scope is not None:
        if scope.kind in ("function", "class"):
            names.append(scope.node.name)
        scope = scope.parent
    return ".".join(reversed(names))


def _checking_block(module):
    """Where a block for type checkers ends that is there already, and by what name the module knows that it is one."""
    name = None
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "typing" and not node.level:
            for alias in node.names:
                if alias.name == "TYPE_CHECKING":
                    name = name or (alias.asname or alias.name, node.end_lineno)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "typing":
                    name = name or ((alias.asname or "typing") + ".TYPE_CHECKING", node.end_lineno)
        elif isinstance(node, ast.If) and name and _dotted(node.test) == name[0]:
            first, last = node.body[0], node.body[-1]
            text = module.line(first.lineno)
            indentation = re.match(rb"[ \t]*", text).group()
            has_own_lines = len(indentation) == first.col_offset and not module.line(last.end_lineno).endswith(b";")
            if first.lineno > node.lineno and has_own_lines:
                return name, {"before": last.end_lineno + 1, "indentation": indentation.decode("ascii")}
    return name, None


def _describe(module, line, outside):
    node, place = module.find(line)
    if node is None:
        return {"place": place}
    is_from = type(node).__name__ == "ImportFrom"
    functions = []  # scopes, in the order of their first use
    names = []
    for alias in node.names:
        bound = _bound_by(alias)
        uses = [] if alias.name == "*" else list(module.scopes.uses(bound, node))
        uses = [(kind, number, scope, None) for kind, number, scope in uses]
        uses += [(kind, number, None, None) for kind, number in _text_uses(module, bound)]
        if bound in module.exports:
            uses.append(("exported", module.exports[bound], None, None))
        if module.computed:
            uses.append(("computed-exports", module.computed, None, None))
        uses += [(kind, number, None, path) for name, kind, path, number in outside if name == bound]
        described = []
        for kind, number, scope, path in uses:
            if scope is not None and scope not in functions:
                functions.append(scope)
            index = None if scope is None else functions.index(scope)
            described.append({"kind": kind, "line": number, "file": path, "function": index})
        names.append({"name": alias.name, "renamed": alias.asname, "uses": described})
    checking_name, checking = _checking_block(module)
    return {
        "place": "star" if is_from and node.names[0].name == "*" else place,
        "problem": _problem_of(module, node),
        "end_line": node.end_lineno,
        "from": "." * node.level + (node.module or "") if is_from else None,
        "names": names,
        "functions": [_function_syntax(module, scope) for scope in functions],
        "is_package": module.is_package,
        "has_exports": bool(module.exports),
        "type_checking": {
            "name": checking_name[0] if checking_name and checking_name[1] < line else None,
            "block": checking,
        },
    }


def _modules_of(words):
    """The statements that are asked for, and by path the files that can be read: each program has a module of the same name."""
    asked, modules = [], {}
    evaluates = bool(words) and _project_mentions(_values("scan"), _EVALUATING)
    for word in words:
        line, _, rest = word.partition(":")
        name, _, path = rest.partition(":")
        asked.append((int(line), name, path))
        if path not in modules:
            try:
                modules[path] = _Module(name, path, evaluates)
            except (OSError, SyntaxError, ValueError, RecursionError):
                modules[path] = None
    return asked, modules


def _names_of(asked, modules):
    """By module, the names that its statements bind."""
    wanted = {}
    for line, name, path in asked:
        module = modules[path]
        node = module.find(line)[0] if module else None
        if node is not None:
            wanted.setdefault(name, set()).update(_bound_by(alias) for alias in node.names if alias.name != "*")
    return wanted


def _submodules_of(asked, modules):
    """By full name, the modules that statements may load and thereby put into their packages, with where each is bound."""
    loaded = {}
    for line, name, path in asked:
        module = modules[path]
        node = module.find(line)[0] if module else None
        for alias in node.names if node is not None else ():
            full = alias.name if isinstance(node, ast.Import) else node.module
            if "." in (full or "") and not getattr(node, "level", 0):
                loaded.setdefault(full, []).append((name, _bound_by(alias), line))
    return loaded


def _answer_statements():
    sys.setrecursionlimit(5000)
    warnings.simplefilter("ignore")  # what the compiler says of the project's sources
    asked, modules = _modules_of(_values("statement"))
    starred = {module.name for module in modules.values() if module and not module.exports}
    outside = _Outside(_names_of(asked, modules), starred, _submodules_of(asked, modules))
    for folder in _values("scan"):
        for path in _files_below(folder):
            outside.look_into(path, _values("root"))
    statements = []
    for line, name, path in asked:
        module = modules[path]
        others = [
            (bound, kind, file, number)
            for owner, bound, kind, file, number, at in outside.found
            if owner == name and (file != path or kind == "patched") and (at is None or at == line)
        ]
        described = {"place": "unreadable"} if module is None else _describe(module, line, others)
        statements.append(dict(described, module=name, file=path, line=line))
    effects = _effects(_values("effects"), _values("scan"))
    _send({"kind": "syntax", "statements": statements, "effects": effects})


_answer_statements()
