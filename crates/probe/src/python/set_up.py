"""What comes before anything is measured: what the project has called once in each process, and then what is preloaded."""
_unlink = _posix.unlink
_IN_SET_UP = _answer_path + ".set-up"  # there for as long as the set-up runs, and left behind where it does not come to its end
_HAS_TO_LOAD_BEFORE = _value("setup") is not None or bool(_values("preload"))


def _load_before():
    """Runs the set-up, and imports what is preloaded. An exception of the set-up is one of the import to whoever catches it."""
    call = _value("setup")
    if call is not None:
        _close(_open(_IN_SET_UP, _OPEN_ANSWER, 0o600))
        _call_by_name(call)
        if _getpid() == _PID:
            _unlink(_IN_SET_UP)
    for name in _values("preload"):
        _import(name)


def _call_by_name(call):
    """Calls `module:function`, where the function may have dots in it."""
    module, _, function = call.partition(":")
    _import(module)
    found = _modules[module]
    for name in function.split("."):
        found = getattr(found, name)
    found()
