"""Import statements that are deferred, as `lazy import` (PEP 810) has it: what they name is loaded when one of the names is
first looked up, and not at all if none ever is.

Each `defer=LINE:MODULE` word names one statement by the module that it stands
in and its first line. Other statements that import the same thing are left alone, so that what they load is still loaded.

Nothing stands in for what is deferred: the body of the module runs with a mapping for its names that leaves these names
out. Looking one up in the body goes through that mapping, in a function or a class through the module's built-in names,
and from other modules through the module's `__getattr__`; each loads it for real, and is noted as its use. So a class is a
class wherever it is used. Only what reads the module's dictionary itself does not find the name.
"""
_external = _modules["_frozen_importlib_external"]
_execute = exec


class _Statement:
    """One statement that is to be deferred: in what form the interpreter met it, and where it was used first."""

    def __init__(self):
        self.form = None
        self.used = None

    def note_use(self):
        if self.used is None:
            frame = _frame_of(1)
            while frame is not None and frame.f_code.co_filename == _SCRIPT_FILE:
                frame = frame.f_back
            if frame is not None:
                self.used = {"file": frame.f_code.co_filename, "at": frame.f_lineno or 0}


class _Later:
    """What an import gives to its statement when it is deferred: any part of it is deferred too."""

    def __init__(self, statement, arguments, path):
        object.__setattr__(self, "_deferred", (statement, arguments, path))

    def __getattribute__(self, name):
        statement, arguments, path = object.__getattribute__(self, "_deferred")
        return _Later(statement, arguments, path + (name,))


def _value_of(later):
    """Imports for real what a name stands for."""
    statement, (name, globals, locals, fromlist, level), path = object.__getattribute__(later, "_deferred")
    statement.note_use()
    # Of several names in one statement each loads its own.
    value = _import(name, globals, locals, path[:1] if fromlist else fromlist, level)
    for part in path:
        try:
            value = getattr(value, part)
        except AttributeError:
            full = value.__name__ + "." + part
            if full not in _modules:
                raise ImportError("cannot import name %r from %r" % (part, value.__name__), name=value.__name__) from None
            value = _modules[full]
    return value


class _Names:
    """The names of a module while its body runs."""

    def __init__(self, globals):
        self._globals = globals
        self._pending = {}
        self._getattr = None

    def __getitem__(self, name):
        try:
            return self._globals[name]
        except KeyError:
            return self._load(name)

    def __setitem__(self, name, value):
        if type(value) is _Later:
            self._globals.pop(name, None)
            self._pending[name] = value
        elif name == "__getattr__":
            self._getattr = value
        else:
            self._pending.pop(name, None)
            self._globals[name] = value

    def __delitem__(self, name):
        if self._pending.pop(name, None) is None:
            del self._globals[name]

    def __contains__(self, name):
        return name in self._globals or name in self._pending

    def __iter__(self):
        return iter(self._globals)

    def __len__(self):
        return len(self._globals)

    def __getattr__(self, name):
        return getattr(self._globals, name)

    def _load(self, name):
        value = _value_of(self._pending[name])
        self._pending.pop(name, None)
        self._globals[name] = value
        return value

    def _attribute(self, name):
        """The module's `__getattr__`: a name that other modules ask for."""
        if name in self._pending:
            return self._load(name)
        if name == "__all__":
            # `from … import *` asks for it first, and then takes what is in the dictionary.
            for public in [public for public in self._pending if not public.startswith("_")]:
                self._load(public)
        if self._getattr is not None:
            return self._getattr(name)
        raise AttributeError("module %r has no attribute %r" % (self._globals.get("__name__"), name))


class _BuiltinNames(dict):
    """The built-in names as functions and classes of one module see them: the last place where a name is looked for."""

    def __missing__(self, name):
        if name in self.names._pending:
            return self.names._load(name)
        return _builtins.__dict__[name]  # added since


def _opcode_of_import_statements():
    seen = []

    def look(*arguments):
        frame = _frame_of(1)
        seen.append(frame.f_code.co_code[frame.f_lasti])

    _execute("import anything", {"__builtins__": {"__import__": look}})
    return seen[0]


_IMPORT_NAME = _opcode_of_import_statements()


def _form_of(frame, fromlist):
    code = frame.f_code
    if code.co_code[frame.f_lasti] != _IMPORT_NAME:
        return "call"
    if fromlist and "*" in fromlist:
        return "star"
    if code.co_flags & _OPTIMIZED:
        return "function"
    return "statement" if code.co_name == "<module>" else "class"


def _prepare(globals, statements):
    """Gives a module its own names, whose `__import__` defers these statements, by line."""
    names = _Names(globals)

    def __import__(name, globals=None, locals=None, fromlist=(), level=0):
        frame = _frame_of(1)
        statement = statements.get(frame.f_lineno)
        if statement is not None:
            statement.form = _form_of(frame, fromlist)
            if statement.form == "statement":
                return _Later(statement, (name, globals, locals, fromlist, level), ())
        return _import(name, globals, locals, fromlist, level)

    builtin_names = _BuiltinNames(_builtins.__dict__)
    builtin_names.names = names
    builtin_names["__import__"] = __import__
    globals["__builtins__"] = builtin_names
    globals["__getattr__"] = names._attribute
    return names


_plain_exec_module = _external._LoaderBasics.exec_module


def _exec_module(self, module):
    statements = _statements.get(module.__name__)
    code = self.get_code(module.__name__) if statements else None
    if code is None:
        _plain_exec_module(self, module)
    else:
        _run(code, module)


def _run(code, module):
    names = _prepare(module.__dict__, _statements[module.__name__])
    _bootstrap._call_with_frames_removed(_execute, code, module.__dict__, names)


_order = []
_statements = {}
for _word in _values("defer"):
    _line, _, _module = _word.partition(":")
    _order.append(_statements.setdefault(_module, {}).setdefault(int(_line), _Statement()))
# Also where nothing is deferred: both sides of a comparison go the same way.
_hide(_exec_module)
_external._LoaderBasics.exec_module = _exec_module


def _add_deferrals(message):
    message["deferred"] = [{"form": statement.form, "used": statement.used} for statement in _order]


_additions.append(_add_deferrals)
