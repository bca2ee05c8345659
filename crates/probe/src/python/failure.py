"""How an import failed. Python calls a missing name "most likely due to a circular import": a guess, which is checked here.

A circle has two sides: a module whose body is still running, and a line in it, not reached yet, that would have bound the
name. Where no such line is left, and no such submodule is on disk, the name is simply not there. A module below a package that
is there is such a name, too: no distribution of that name could be installed. Where a module has taken the place of one of the
standard library, that is behind it whatever the error says.
"""

_parse_source = _builtins.compile
_qualified_name = type.__dict__["__qualname__"].__get__
# A class of measured code may have a property in its place.
_traceback_of = BaseException.__dict__["__traceback__"].__get__
_ONLY_TREE = 0x400  # ast.PyCF_ONLY_AST
_GUESS = " (most likely due to a circular import)"
_RENAMING = " (consider renaming "  # what Python 3.13 says of a module that shadows
_TYPO = 3  # how many letters a name may be longer or shorter than the one that is meant
_MOST_LIKE = 200
_LONGEST = 4096  # of a path or a name; measured code can make up others
_BIND_ANY_NAME = ("globals", "vars", "setattr", "exec")
_OWN_SCOPE = ("FunctionDef", "AsyncFunctionDef", "ClassDef", "Lambda", "ListComp", "SetComp", "DictComp", "GeneratorExp")


def _syntax_tree(source, filename):
    """What a source says, compiled to no code, without the import of `ast`."""
    return _parse_source(source, filename, "exec", _ONLY_TREE, True)


def _frame(filename, line, function):
    # A `SyntaxError` has whatever line it was made with.
    is_line = type(line) is int and 0 < line < 1 << 31
    return {"file": _text(filename, _LONGEST), "line": line if is_line else 0, "function": _text(function, _LONGEST)}


def _told_by(error, name, otherwise=None):
    """What an exception has as an attribute. One of measured code may raise where it is asked."""
    try:
        return getattr(error, name)
    except Exception:
        return otherwise


def _exit_code(error):
    """The code that the interpreter ends with at a SystemExit."""
    code = _told_by(error, "code", "its text, which is printed")
    if code is None:
        return 0
    if not issubclass(type(code), int):
        return 1
    code = int.__index__(code)
    return code & 0xFF if -1 << 63 <= code < 1 << 63 else 0xFF


def _describe_exception(error):
    """How an import ended with an exception: `exited` for SystemExit, else `raised`."""
    stack = []
    frames = []
    step, kind = _traceback_of(error), type(error)
    while step is not None:
        code = step.tb_frame.f_code
        if not _is_internal(code.co_filename):
            stack.append(_frame(code.co_filename, step.tb_lineno, code.co_name))
            names = step.tb_frame.f_globals
            frames.append((names.get("__name__"), code, step.tb_lineno, names))
        step = step.tb_next
    # Not by `isinstance`, which asks the exception for its class.
    if issubclass(kind, SystemExit):
        return {"kind": "exited", "code": _exit_code(error), "stack": stack}
    filename = _told_by(error, "filename") if issubclass(kind, SyntaxError) else None
    if type(filename) is str:
        stack.append(_frame(filename, _told_by(error, "lineno"), "<module>"))
    whole_message = _text(error)
    message = whole_message.partition(_RENAMING)[0]
    missing = _told_by(error, "name") if issubclass(kind, ModuleNotFoundError) else None
    asked = _name_asked_for(message)
    cycle, absent = _examine_missing_name(asked, _is_plain(message), frames)
    if type(missing) is str and not cycle:
        absent = _missing_below(missing, frames)
    if absent is not None:
        asked = absent["module"], absent["name"]
    shadow = _shadow(asked, frames)
    if shadow is None:
        message = whole_message
    return {
        "kind": "raised",
        "exception": _text(_qualified_name(kind), _LONGEST),
        "message": message if cycle else message.replace(_GUESS, ""),
        "stack": stack,
        "missing": _text(missing) if type(missing) is str and absent is None else None,
        "cycle": cycle,
        "absent": absent,
        "shadow": shadow,
    }


def _examine_missing_name(asked, is_plain, frames):
    """What is behind a name that a module did not have: the modules of a circle, from the one that is only half initialised
    to the one that asked it for the name; else what is not there. Both are empty where it is neither, or cannot be told."""
    module, name = asked
    if module is None:
        return [], None
    try:
        position = _body_running(module, frames)
        names = _names_of(module, frames, position)
        if _has_submodule(names, module, name):
            # What is below a package is bound in it once its body has run.
            below = _body_running(module + "." + name, frames)
            entered = position if below is None else below
            return ([] if entered is None else _circle(frames, entered)), None
        if is_plain:
            return [], None
        if _is_to_come(names, name, frames, position):
            return ([] if position is None else _circle(frames, position)), None
        return [], _not_there(module, name, names)
    except Exception:
        return [], None  # what cannot be examined is not claimed


def _body_running(module, frames):
    """The frame in which the body of a module runs; None where none does."""
    bodies = [position for position, (owner, code, _, _) in enumerate(frames)
              if owner == module and code.co_name == "<module>"]
    return bodies[-1] if bodies else None


def _names_of(module, frames, position):
    # A module whose import has failed is in sys.modules no more.
    return object.__getattribute__(_modules[module], "__dict__") if position is None else frames[position][3]


def _not_there(module, name, names):
    """A name that is nowhere, with what there is that is about as long: one of it may be meant."""
    like = [known for known in list(names) if type(known) is str and abs(len(known) - len(name)) <= _TYPO]
    return {
        "module": module,
        "name": name,
        "package": names.get("__path__") is not None,
        "like": [known for known in like if not known.startswith("__")][:_MOST_LIKE],
    }


def _missing_below(missing, frames):
    """A module that was not found below a package that is there, with a body of its own: a namespace has parts elsewhere."""
    module, _, name = missing.rpartition(".")
    try:
        names = _names_of(module, frames, _body_running(module, frames))
        return _not_there(module, name, names) if type(names.get("__file__")) is str else None
    except Exception:
        return None  # it is not there, or no module


def _shadow(asked, frames):
    """The module that stands in the place of one of the standard library: the one that was asked in vain for what that one has,
    or one that code from elsewhere has come to. None where there is none, or it cannot be told."""
    try:
        module, name = asked
        if module is not None and _has_standard(module, name):
            top = module.partition(".")[0]
            shadow = _in_place_of_standard(top, _names_of(top, frames, _body_running(top, frames)))
            if shadow is not None:
                return shadow
        for position in range(1, len(frames)):
            owner, _, _, names = frames[position]
            shadow = _in_place_of_standard(owner, names)
            if shadow is not None and not frames[position - 1][1].co_filename.startswith(_folder_around(names)):
                return shadow
    except Exception:
        pass  # what cannot be examined is not claimed
    return None


def _in_place_of_standard(name, names):
    filename = names.get("__file__")
    if type(name) is not str or "." in name or type(filename) is not str:
        return None
    folder = _standard_folders()[0]
    if filename.startswith(folder + "/") and "-packages/" not in filename:
        return None
    return {"module": name, "file": _text(filename, _LONGEST)} if _find_standard(name) is not None else None


def _standard_folders():
    folder = _folder_of(_folder_of(_modules["encodings"].__file__))
    return [folder, folder + "/lib-dynload"]


def _find_standard(module):
    """The spec of a module of the standard library, by its full name; None where there is none in a file."""
    find, folders, spec, above = _modules["_frozen_importlib_external"].PathFinder.find_spec, _standard_folders(), None, ""
    for part in module.split("."):
        above = above + "." + part if above else part
        spec = None if folders is None else find(above, folders)
        if spec is None:
            return None
        folders = spec.submodule_search_locations
    return spec


def _has_standard(module, name):
    """Whether a module of the standard library has a name or a submodule. A package of the project that is called like one of
    its modules (`profile`, `test`) is asked for names of its own."""
    spec = _find_standard(module)
    if spec is None:
        return False
    if spec.submodule_search_locations and _find_standard(module + "." + name) is not None:
        return True
    return not spec.origin.endswith(".py") or name.encode("utf-8", "replace") in _read_whole(spec.origin)


def _folder_around(names):
    """The folder that a module lies in, or that the folder of a package lies in."""
    folder = _folder_of(names["__file__"])
    return (folder if names.get("__path__") is None else _folder_of(folder)) + "/"


def _folder_of(filename):
    return filename.rpartition("/")[0]


def _is_plain(message):
    """Whether an error is about an attribute alone, without a word of an import."""
    return message.startswith("module '")


def _name_asked_for(message):
    """The module and the name of an error about a name that is not in it; None, None for every other error."""
    quoted = message.split("'")
    if len(quoted) < 5:
        return None, None
    if quoted[0] == "cannot import name " and quoted[2] in (" from ", " from partially initialized module "):
        return quoted[3], quoted[1]
    if quoted[0] == "partially initialized module ":
        # Python 3.13 says where the module is: 'lib' from '/usr/lib/lib.py' has no attribute 'name'.
        before, attribute = quoted[-3:-1]
        return (quoted[1], attribute) if before == " has no attribute " else (None, None)
    if quoted[0] == "module " and quoted[-3:-1][0] == " has no attribute ":
        return quoted[1], quoted[-2]
    if quoted[0] == "cannot access submodule " and quoted[2] == " of module ":
        return quoted[3], quoted[1]
    return None, None


def _circle(frames, position):
    """The modules whose bodies are running from this frame on, and the one that asked."""
    running = [owner for owner, code, _, _ in frames[position:] if code.co_name == "<module>"]
    circle = []
    for owner in running + [frames[-1][0]]:
        if type(owner) is str and owner not in circle:
            circle.append(owner)
    return circle


def _has_submodule(names, module, name):
    path = names.get("__path__")
    if path is None:
        return False
    finder = _modules["_frozen_importlib_external"].PathFinder
    return finder.find_spec(module + "." + name, list(path)) is not None


def _is_to_come(names, name, frames, position):
    """Whether a module will have bound the name once its body has run."""
    filename = names.get("__file__")
    if type(filename) is not str or not filename.endswith(".py"):
        return True  # its source cannot be asked
    reached = 0 if position is None else frames[position][2]
    asking = reached if position == len(frames) - 1 else 0
    return _binds(_read_whole(filename), name, reached, asking)


def _binds(source, name, reached, asking):
    """Whether a statement of a module's body that ends at the line that was reached or later may bind a name. The import
    that asks for it, where that is one of this body, is not the one that answers."""
    left = list(_syntax_tree(source, "<source>").body)
    while left:
        node = left.pop()
        if getattr(node, "end_lineno", reached) < reached:
            continue
        kind = type(node).__name__
        if kind in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
            # A module may answer for names that it does not have.
            bound = node.name in (name, "__getattr__")
        elif kind in ("Import", "ImportFrom"):
            asks = node.lineno <= asking <= node.end_lineno
            bound = not asks and any(_bound_by(alias, kind) in (name, "*") for alias in node.names)
        elif kind == "Name":
            bound = node.id in _BIND_ANY_NAME or node.id == name and type(node.ctx).__name__ == "Store"
        else:
            bound = kind in ("ExceptHandler", "MatchAs", "MatchStar") and node.name == name
        if bound:
            return True
        if kind not in _OWN_SCOPE:
            for field in node._fields:
                value = getattr(node, field, None)
                items = value if type(value) is list else [value]
                left.extend([item for item in items if hasattr(item, "_fields")])
    return False


def _bound_by(alias, kind):
    return alias.asname or (alias.name.partition(".")[0] if kind == "Import" else alias.name)
