"""Last part of the observation of a command: the process runs the command, and is looked at from the end of its own start to
its end. Nothing but imports is watched.
"""


def start():
    """Begins; called when the interpreter has started."""
    _Notes.before = set(_modules)
    _Notes.known = set(_modules)
    main = _Notes.main = _this_thread()
    # Whatever is no import is the command's own doing.
    main.stack.append(["__main__", None, 0, 0, 0])
    _Notes.cells.append(main.stack[0])
    _note_edge(_of_module(None), "__main__", True)
    _hide(_import_hook, _close_stretch, _open_stretch)
    _watch_loads(_enter_load, _leave_load)
    _builtins.__import__ = _import_hook
    # Older versions keep what is registered in the module itself, so it has to stay.
    _import("atexit").register(_finish, _thread_cpu_clock(), _resident.field(1) if _resident else 0)
    main.cpu = _thread_cpu_clock()
    _open_stretch(main)
    _Notes.on = True


def _finish(cpu, pages):
    """Answers; called when the process is about to end. Whatever goes wrong is no concern of the command's."""
    if _getpid() != _Own.pid:
        return
    try:
        _close_stretch(_Notes.main)
        _Notes.on = False
        cpu = _thread_cpu_clock() - cpu - _Notes.hook_cost + _Notes.foreign_cpu
        memory = ((_resident.field(1) if _resident else 0) - pages) * _PAGE
        names = [name for name in list(_modules) if name not in _Notes.before and type(name) is str]
        _answer_with({
            "kind": "observation",
            "failure": None,
            "modules": _describe_modules(names + ["__main__"])[0],
            "edges": [_describe_edge(key, loaded) for key, loaded in _Notes.edges.items()],
            "warnings": [],
            "effects": [],
            "blocked": [],
            "files_read": [],
            "total_ns": max(0, cpu),
            "total_memory_bytes": memory,
        })
    except Exception:
        _Notes.on = False
