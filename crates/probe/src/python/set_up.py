"""What comes before anything is measured: what the project has called once in each process, and then what is preloaded."""
_HAS_TO_LOAD_BEFORE = _value("setup") is not None or bool(_values("preload"))


def _load_before():
    """Runs the set-up, and imports what is preloaded. An exception of the set-up is one of the import to whoever catches it."""
    _set_up()
    _preload()


def _set_up():
    call = _value("setup")
    if call is not None:
        _tell_of_set_up("set-up")
        _call_by_name(call)
        _tell_of_set_up("set-up-over")


def _preload():
    for name in _module_names("preload"):
        _import(name)


def _tell_of_set_up(kind):
    """Says how far it is; one that does not come to its end has no other way to."""
    if _answer is not None and _getpid() == _Own.pid:
        _tell({"kind": kind})


def _call_by_name(call):
    """Calls `module:function`, where the function may have dots in it."""
    module, _, function = call.partition(":")
    _import(module)
    found = _modules[module]
    for name in function.split("."):
        found = getattr(found, name)
    found()
