"""What measured code puts in the way of all that comes after it: finders, path hooks, another `__import__`, functions that
trace, profile or audit. Who does is noted, and told where it is still there in the end.
"""


class _Hooks(list):
    """Stands in for `sys.meta_path` or `sys.path_hooks`, and sees what is put in."""
    __slots__ = ("kind", "before")

    def __init__(self, kind, hooks):
        list.__init__(self, hooks)
        self.kind, self.before = kind, list(hooks)

    def insert(self, position, hook):
        list.insert(self, position, hook)
        self._note([hook], _frame_of(1))

    def append(self, hook):
        list.append(self, hook)
        self._note([hook], _frame_of(1))

    def extend(self, hooks):
        hooks = list(hooks)
        list.extend(self, hooks)
        self._note(hooks, _frame_of(1))

    def __iadd__(self, hooks):
        hooks = list(hooks)
        list.extend(self, hooks)
        self._note(hooks, _frame_of(1))
        return self

    def __setitem__(self, position, value):
        hooks = value = list(value) if type(position) is slice else value
        list.__setitem__(self, position, value)
        self._note(hooks if type(position) is slice else [value], _frame_of(1))

    def _note(self, hooks, frame):
        for hook in hooks:
            if not _is_among(hook, self.before):
                _note_hook(self.kind, hook, frame)


class _WatchedBuiltins(type(_builtins)):
    """The class of `builtins`, which sees who replaces `__import__`."""

    def __setattr__(self, name, value):
        _set_attribute(self, name, value)
        if name == "__import__" and value is not _import_hook:
            _note_hook("import", value, _frame_of(1))


_set_attribute = type(_builtins).__setattr__


def _is_among(hook, hooks):
    """Equality is for measured code to say; this is not."""
    return any(hook is other for other in hooks)


def _note_hook(kind, hook, frame):
    if not _Notes.on:
        return
    try:
        module = _top_of(_this_thread())
        if module is not None:
            _Notes.hooks.append((kind, hook, module, _place_of(frame), _line_of_body(frame)))
    except Exception:
        pass  # what cannot be noted must not become an error of the measured code


def _comes_first(hook, hooks):
    """Whether a hook is asked before one that was there: behind them, it is only asked for what they do not find."""
    if type(hooks) is not _Hooks:
        return False
    places = [place for place, other in enumerate(hooks) if _is_among(other, hooks.before)]
    return _is_among(hook, hooks[:max(places, default=0)])


def _is_in_place(kind, hook):
    if kind == "finder":
        return _comes_first(hook, sys.meta_path)
    if kind == "path-hook":
        return _comes_first(hook, sys.path_hooks)
    if kind == "import":
        return _builtins.__import__ is hook
    if kind == "audit":
        return True
    return (sys.gettrace() if kind == "trace" else sys.getprofile()) is not None


def _describe_hooks():
    """Those in place. Of functions that trace and profile there is one, the latest."""
    described = {}
    for position, (kind, hook, module, place, body) in enumerate(_Notes.hooks):
        if _is_in_place(kind, hook):
            key = kind if kind in ("trace", "profile") else position
            described[key] = {
                "kind": kind, "module": module, "place": _describe_place(place), "body": _describe_place(body),
            }
    return list(described.values())


def _watch_hooks():
    sys.meta_path = _Hooks("finder", sys.meta_path)
    sys.path_hooks = _Hooks("path-hook", sys.path_hooks)
    _builtins.__class__ = _WatchedBuiltins
    _EFFECTS.update({"sys.settrace": "trace", "sys.setprofile": "profile", "sys.addaudithook": "audit"})
