"""Which other files of the project rely on a name that a module has from an import: they import it from there, reach it through
the module, or name it in a string, as a test does that puts something else in its place.
"""
_LEFT_OUT = ("__pycache__", "node_modules", "site-packages", "dist-packages")
_NAMING = (".toml", ".cfg", ".ini", ".yaml", ".yml", ".json")
_LARGEST = 4 << 20  # bytes of a file that is looked at: what is larger was not written by hand


def _files_below(folder):
    """Sources and settings below a folder, without hidden folders and environments."""
    for here, folders, files in os.walk(folder):
        if "pyvenv.cfg" in files:
            folders[:] = []
            continue
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _LEFT_OUT]
        for name in files:
            path = os.path.join(here, name)
            if name.endswith((".py", ".pyi") + _NAMING) and os.path.isfile(path) and os.path.getsize(path) <= _LARGEST:
                yield path


def _package_of(path, roots):
    """The package that relative imports in a file start from; None where it lies below no source root."""
    for root in sorted(roots, key=len, reverse=True):
        if path.startswith(root.rstrip("/") + "/"):
            return ".".join(path[len(root.rstrip("/")) + 1:].split("/")[:-1])
    return None


def _full_name(node, package):
    """The module that a `from` import names; None where that is not known."""
    if not node.level:
        return node.module
    if package is None:
        return None
    above = package.split(".") if package else []
    if node.level - 1 >= len(above) and node.level > 1:
        return None
    kept = above[:len(above) - node.level + 1]
    return ".".join(kept + ([node.module] if node.module else []))


class _Outside:
    """What is looked for: by module, its names, and whether a star import takes them all; and modules that packages have only
    since a statement loads them."""

    def __init__(self, wanted, starred, submodules):
        self.wanted = wanted
        self.starred = starred
        self.submodules = submodules
        self.found = []  # module, name, kind, file, line, the line of the statement where it is about that one alone

    def look_into(self, path, roots):
        try:
            source = _read_whole(path)
        except OSError:
            return
        modules = {
            module: {name for name in names if name.encode() in source or self._may_star(module, source)}
            for module, names in self.wanted.items()
            # Whoever imports from a package beside it need not name it.
            if module.rpartition(".")[2].encode() in source or b"from ." in source
        }
        modules = {module: names for module, names in modules.items() if names}
        loaded = {full for full in self.submodules if full.encode() in source}
        if not modules and not loaded:
            return
        if not path.endswith((".py", ".pyi")):
            self._text(path, source, modules)
            return
        try:
            tree = compile(source, path, "exec", ast.PyCF_ONLY_AST, True)
            self._tree(path, tree, _package_of(path, roots), modules)
            self._relies(path, tree, loaded)
        except (SyntaxError, ValueError, RecursionError):
            return

    def _may_star(self, module, source):
        return module in self.starred and b"*" in source and module.rpartition(".")[2].encode() in source

    def _note(self, module, name, kind, path, node):
        self.found.append((module, name, kind, path, node if type(node) is int else node.lineno, None))

    def _relies(self, path, tree, loaded):
        """`a.b` where nothing but `import a` stands in the file: somebody else loads `a.b`."""
        imported = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names if alias.asname is None)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.update("%s.%s" % (node.module, alias.name) for alias in node.names)
        for node in ast.walk(tree):
            full = _dotted(node) if isinstance(node, ast.Attribute) else None
            if full in loaded and full.partition(".")[0] in imported:
                if not any(name == full or name.startswith(full + ".") for name in imported):
                    for module, name, line in self.submodules[full]:
                        self.found.append((module, name, "relied", path, node.lineno, line))

    def _text(self, path, source, modules):
        for number, line in enumerate(source.decode("utf-8", "replace").split("\n"), 1):
            for module, names in modules.items():
                for name in names:
                    if _mentions(line, module, name):
                        self._note(module, name, "named", path, number)

    def _tree(self, path, tree, package, modules):
        known = {}  # local name -> the module that it stands for
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self._from(path, node, _full_name(node, package), modules, known)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname and alias.name in modules:
                        known[alias.asname] = alias.name
        for node in ast.walk(tree):
            kind = type(node).__name__
            if kind == "Attribute":
                module = _module_meant(node.value, known)
                if node.attr in modules.get(module, ()):
                    self._note(module, node.attr, "accessed", path, node)
            elif kind == "Call":
                self._call(path, node, modules, known)
            elif kind == "Constant" and type(node.value) is str:
                for module, names in modules.items():
                    for name in names:
                        if _mentions(node.value, module, name):
                            self._note(module, name, "patched", path, node)
            elif kind in ("JoinedStr", "BinOp"):
                self._pieces(path, node, modules)

    def _from(self, path, node, base, modules, known):
        for alias in node.names:
            if base in modules:
                for name in modules[base]:
                    if alias.name == name or (alias.name == "*" and base in self.starred and not name.startswith("_")):
                        self._note(base, name, "reimported", path, node)
            full = "%s.%s" % (base, alias.name)
            if full in modules:
                known[alias.asname or alias.name] = full

    def _call(self, path, node, modules, known):
        """`setattr(module, "name", …)`, `patch.object(module, "name")`, `patch.multiple("module", name=…)`."""
        texts = {argument.value for argument in node.args if isinstance(argument, ast.Constant) and type(argument.value) is str}
        texts_or_keywords = texts | {keyword.arg for keyword in node.keywords}
        for argument in node.args:
            module = _module_meant(argument, known)
            if isinstance(argument, ast.Constant):
                module = argument.value if argument.value.__hash__ else None
            for name in modules.get(module, ()):
                if name in texts_or_keywords:
                    self._note(module, name, "patched", path, node)

    def _pieces(self, path, node, modules):
        """A string that is put together, such as `f"{MODULE}.name"`."""
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and type(part.value) is str and part.value.startswith("."):
                first = part.value[1:].partition(".")[0]
                for module, names in modules.items():
                    if first in names:
                        self._note(module, first, "patched", path, part)


def _module_meant(node, known):
    text = _dotted(node)
    if text is None:
        return None
    first, dot, rest = text.partition(".")
    return known.get(first, first) + dot + rest


def _mentions(text, module, name):
    """Whether a text names it, as `module.name`, `module.name.more` or `module:name`."""
    start = text.find(module)
    while start >= 0:
        end = start + len(module)
        before, rest = text[start - 1:start], text[end + 1:]
        if text[end:end + 1] in (".", ":") and rest.startswith(name) and not (before.isalnum() or (before and before in "_.")):
            after = rest[len(name):len(name) + 1]
            if not (after.isalnum() or after == "_"):
                return True
        start = text.find(module, end)
    return False
