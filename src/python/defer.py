"""Import statements that are put off: what they name is loaded when it is first used, and not at all if it never is.

It stands between `wire.py` and `probe.py`. Each `defer=LINE:MODULE` word names one statement by the module that it stands
in and its first line. Other statements that import the same thing are left alone, so that what they load is still loaded.

A stand-in sees its attributes looked up, calls, items, operators and subclassing. What only stores or compares it, such as
an annotation, is not seen as a use.
"""
_deferred = set()
for _word in _values("defer"):
    _line, _, _module = _word.partition(":")
    _deferred.add((_module, int(_line)))
_deferring_modules = {module for module, line in _deferred}
_touched = {}
_frame_of = sys._getframe
_plain_send = _send


class _Statement:
    """One import statement that is put off, and what it would have bound once somebody asks."""

    def __init__(self, arguments, frame):
        self.arguments = arguments
        self.code = frame.f_code
        self.line = frame.f_lineno
        self.module = frame.f_globals.get("__name__")
        self.result = None
        self.loading = False

    def load(self):
        if self.result is None:
            if not self.loading:
                self.note()
            self.loading = True
            self.result = _import(*self.arguments)
        return self.result

    def note(self):
        frame = _frame_of(1)
        while frame is not None and frame.f_code.co_filename == _OWN_FILE:
            frame = frame.f_back
        place = (frame.f_code.co_filename, frame.f_lineno or 0) if frame else (None, 0)
        _touched.setdefault((self.module, self.line), place)

    def binds_in(self, frame):
        """True while the statement itself is still taking names out of what it imported."""
        return frame.f_code is self.code and frame.f_lineno == self.line


def _value_of(stand_in):
    statement, path = object.__getattribute__(stand_in, "_deferred")
    value = statement.load()
    for name in path:
        try:
            value = getattr(value, name)
        except AttributeError:
            value = _modules[value.__name__ + "." + name]
    return value


class _StandIn:
    """What a put-off statement binds."""

    def __init__(self, statement, path):
        object.__setattr__(self, "_deferred", (statement, path))

    def __getattribute__(self, name):
        statement, path = object.__getattribute__(self, "_deferred")
        if statement.binds_in(_frame_of(1)):
            return _StandIn(statement, path + (name,))
        return getattr(_value_of(self), name)

    def __setattr__(self, name, value):
        setattr(_value_of(self), name, value)

    def __delattr__(self, name):
        delattr(_value_of(self), name)

    def __mro_entries__(self, bases):
        return (_value_of(self),)

    def __call__(self, *positional, **named):
        return _value_of(self)(*positional, **named)

    def __instancecheck__(self, instance):
        return isinstance(instance, _value_of(self))

    def __subclasscheck__(self, subclass):
        return issubclass(subclass, _value_of(self))


def _operator(name):
    def forward(self, *others):
        others = [_value_of(other) if type(other) is _StandIn else other for other in others]
        return getattr(_value_of(self), name)(*others)
    return forward


for _name in (
    "getitem setitem delitem len iter next contains bool int float index str repr bytes format hash eq ne lt le gt ge add sub "
    "mul truediv floordiv mod pow and or xor lshift rshift radd rsub rmul rtruediv ror rand rxor neg pos abs invert enter exit "
    "dir fspath get set"
).split():
    setattr(_StandIn, "__%s__" % _name, _operator("__%s__" % _name))

_OWN_FILE = _value_of.__code__.co_filename


def _deferring_import(name, globals=None, locals=None, fromlist=(), level=0):
    if globals is not None and globals.get("__name__") in _deferring_modules:
        frame = _frame_of(1)
        if (globals["__name__"], frame.f_lineno) in _deferred and not (fromlist and "*" in fromlist):
            return _StandIn(_Statement((name, globals, locals, fromlist, level), frame), ())
    return _import(name, globals, locals, fromlist, level)


def _send(message):
    if message["kind"] == "sample":
        message["touched"] = [{"file": file, "at": line} for file, line in _touched.values()]
    _plain_send(message)


_builtins.__import__ = _deferring_import
