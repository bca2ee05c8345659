"""What measured code puts in the way of all that comes after it: finders, path hooks, another `__import__`, functions that
trace, profile, monitor or audit. Who does is noted, and told where it is still there in the end.
"""


class _Hooked:
    """Where hooks stand, and what stood there before."""
    before = {}  # by kind
    places = ()  # (kind, the names among which it stands, its name, what stands there of ours)
    monitors = ()


class _Hooks(list):
    """Stands in for `sys.meta_path` or `sys.path_hooks`, and sees what is put in."""
    __slots__ = ("kind",)

    def __init__(self, kind, hooks):
        list.__init__(self, hooks)
        self.kind = kind

    def insert(self, position, hook):
        list.insert(self, position, hook)
        self._note([hook], _frame_of(1))

    def append(self, hook):
        list.append(self, hook)
        self._note([hook], _frame_of(1))

    def extend(self, hooks):
        self._extend(hooks, _frame_of(1))

    def __iadd__(self, hooks):
        self._extend(hooks, _frame_of(1))
        return self

    def __setitem__(self, position, value):
        if type(position) is slice:
            hooks = value = list(value)
        else:
            hooks = [value]
        list.__setitem__(self, position, value)
        self._note(hooks, _frame_of(1))

    def _extend(self, hooks, frame):
        hooks = list(hooks)
        list.extend(self, hooks)
        self._note(hooks, frame)

    def _note(self, hooks, frame):
        for hook in hooks:
            if not _is_among(hook, _Hooked.before[self.kind]):
                _note_hook(self.kind, hook, frame)


class _Watched(type(sys)):
    """The class of `builtins` and `sys`, which sees who replaces `__import__` or a list of hooks."""

    def __setattr__(self, name, value):
        _set_attribute(self, name, value)
        for kind, names, replaced, ours in _Hooked.places:
            if name == replaced and value is not ours and names is _attributes_of(self):
                for hook in _as_hooks(value):
                    if not _is_among(hook, _Hooked.before[kind]):
                        _note_hook(kind, hook, _frame_of(1))


_set_attribute, _attributes_of = type(sys).__setattr__, vars


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


def _note_replaced(thread):
    """Notes what the body that ran last assigned where hooks stand, which calls nothing that sees it."""
    for kind, names, name, ours in _Hooked.places:
        now = names.get(name)
        if now is not ours:
            known = _Hooked.before[kind] + [hook for _, hook, *_ in _Notes.hooks]
            module = _top_of(thread)
            for hook in _as_hooks(now):
                if module is not None and not _is_among(hook, known):
                    _Notes.hooks.append((kind, hook, module, None, None))


def _as_hooks(value):
    return list.copy(value) if issubclass(type(value), list) else [value]


def _line_that_sets(name, module):
    """The only line of a module that gives a value to a key or a keyword of that name; None where that is none, or several."""
    try:
        path = _files_of(module)[0]
        lines, nodes = set(), [_syntax_tree(_read_whole(path), path)]
    except Exception:
        return None
    while nodes:
        node = nodes.pop()
        if type(node) is list:
            nodes += node
            continue
        stores = type(getattr(node, "ctx", None)).__name__ == "Store"
        keys = [getattr(node, "slice", None)] if stores else getattr(node, "keys", None) or []
        keywords = [getattr(keyword, "arg", None) for keyword in getattr(node, "keywords", ())]
        if name in keywords or name in map(_text_of_key, keys):
            lines.add(node.lineno)
        nodes += [getattr(node, field, None) for field in getattr(node, "_fields", ())]
    return (path, lines.pop()) if len(lines) == 1 else None


def _text_of_key(key):
    """What a constant says that is a key."""
    key = getattr(key, "value", key)  # before Python 3.9 it has a node around it
    return getattr(key, "value", key)


def _comes_first(kind, name, hook):
    """Whether a hook is asked before one that was there: behind them, it is only asked for what they do not find."""
    hooks = _as_hooks(getattr(sys, name, None))
    places = [place for place, other in enumerate(hooks) if _is_among(other, _Hooked.before[kind])]
    return _is_among(hook, hooks[:max(places, default=len(hooks))])


def _is_in_place(kind, hook):
    if kind == "finder":
        return _comes_first(kind, "meta_path", hook)
    if kind == "path-hook":
        return _comes_first(kind, "path_hooks", hook)
    if kind == "import":
        return _builtins.__import__ is hook
    if kind == "audit":
        return True
    if kind == "monitoring":
        return any(tool not in _Hooked.monitors for tool in _monitors())
    return (sys.gettrace() if kind == "trace" else sys.getprofile()) is not None


def _describe_hooks():
    """Those in place. Of functions that trace and profile there is one, the latest. The callbacks of a module that monitor are
    one hook."""
    described = {}
    names = {kind: name for kind, _, name, _ in _Hooked.places}
    for position, (kind, hook, module, place, body) in enumerate(_Notes.hooks):
        if _is_in_place(kind, hook):
            if place is None and kind in names:
                place = body = _line_that_sets(names[kind], module)
            key = {"trace": kind, "profile": kind, "monitoring": (kind, module)}.get(kind, position)
            described[key] = {
                "kind": kind, "module": module, "place": _describe_place(place), "body": _describe_place(body),
            }
    return list(described.values())


def _watch_hooks():
    _Hooked.before = {
        "finder": list(sys.meta_path), "path-hook": list(sys.path_hooks), "import": [_import, _import_hook],
    }
    sys.meta_path = _Hooks("finder", sys.meta_path)
    sys.path_hooks = _Hooks("path-hook", sys.path_hooks)
    _Hooked.places = (
        ("finder", vars(sys), "meta_path", sys.meta_path), ("path-hook", vars(sys), "path_hooks", sys.path_hooks),
        ("import", vars(_builtins), "__import__", _import_hook),
    )
    _Hooked.monitors = _monitors()
    _builtins.__class__ = sys.__class__ = _Watched
    _Notes.look_between_loads = _note_replaced
    _EFFECTS.update({"sys.settrace": "trace", "sys.setprofile": "profile", "sys.addaudithook": "audit"})
    _EFFECTS["sys.monitoring.register_callback"] = "monitoring"
