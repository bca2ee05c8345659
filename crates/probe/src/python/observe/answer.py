"""Last part of the observation: installs the hooks, imports, and sends what was noted."""


def _is_light():
    """A light observation leaves out the hooks that each import pays for: it shows what was loaded and done, not who did it."""
    return _value("look") == "light"


def _describe(names, failure, total_cpu, total_memory, glance):
    modules, files = _describe_modules(names)
    return {
        "kind": "observation",
        "failure": failure,
        "modules": modules,
        "edges": [_describe_edge(key, loaded) for key, loaded in _Notes.edges.items()],
        "warnings": [_describe_warning(*seen) for seen in list(_Notes.warnings)],
        "effects": [
            {
                "effect": kind,
                "detail": detail,
                "place": _describe_place(place),
                "module": module,
                "stack": [_frame(_absolute(filename), line, function) for filename, line, function in stack],
            }
            for (kind, detail, place), (module, stack) in _Notes.effects.items()
        ],
        "blocked": [
            {
                "module": cell[_NAME],
                "place": _describe_place(place),
                "body": _describe_place(body),
                "ns": blocked,
            }
            for cell, place, body, blocked in _Notes.blocked if cell[_NAME] is not None
        ],
        "hooks": _describe_hooks(),
        "collections": _collections,
        "collected": [
            {"module": module, "place": _describe_place(place), "body": _describe_place(body), "ns": spent}
            for (module, place, body), spent in _Notes.collected.items()
        ],
        "files_read": [path for path in _Notes.reads if path not in files and not _is_folder(path)],
        "total_ns": max(0, total_cpu),
        "elsewhere_ns": max(0, min(_Notes.foreign_cpu, total_cpu)),
        "total_memory_bytes": total_memory,
        "glance": glance,
        "traces": _describe_traces({module["name"]: module["file"] for module in modules}, files),
    }


def _install():
    if not _is_light():
        _hide(_import_hook, _close_stretch, _open_stretch)
        _watch_loads(_enter_load, _leave_load)
        _builtins.__import__ = _import_hook
        _watch_collections({_identify_thread(): [0, 0, 0, 0]})
        _watch_hooks()
    _watch_warnings()
    sys.addaudithook(_audit)
    _spare_calibrations()
    _announce_what_has_no_event()


def _only_line_of(path):
    """The line of a `.pth` file that `site` executes; 0 where there is none, or more than one."""
    try:
        lines = _read_whole(path).splitlines()
    except OSError:
        return 0
    executed = [number for number, line in enumerate(lines, 1) if line.startswith((b"import ", b"import\t"))]
    return executed[0] if len(executed) == 1 else 0


def _load_part_of_start(name, function):
    if name == "site":
        _trace_os()
        # All that is no import and no file is its own doing.
        _Notes.main.stack[0][_NAME] = name
        _Notes.cells += [_Notes.main.stack[0], [_INTERPRETER, None, _CPU_AT_BEGIN, 0, 0]]
        _note_edge(_of_module(None), _INTERPRETER, True)
    if _is_light() or name == "site":
        return function()
    _Notes.known.add(name)
    thread, outer, importer, place = _enter_load(name)
    # What brings the file in is that it is there: the line to look at is its own.
    path = _start_files[name]
    entered = thread, outer, (importer[0], path, _only_line_of(path), False, None, ()), place
    loaded = False
    try:
        result = function()
        loaded = True
        return result
    finally:
        _leave_load(name, entered, loaded)


def _share_set_up():
    """Forks for each look that is asked for. Returns in its process, which goes on as if it had run the set-up itself: nothing
    of what is done here is traced."""
    _Traces.on = False
    _Traces.had_children = _has_children()
    counters = [counter for counter in (_resident, _schedule) if counter is not None]
    _serve([counter.descriptor for counter in counters])
    for counter in counters:
        counter.look_at_this_process()
    _Traces.on = True


def _observe():
    _prepare_path()
    _watch_faults()
    failure = None
    _begin_traces()
    try:
        _set_up()
        if _requests is not None:
            _share_set_up()
        _preload()
    except BaseException as error:
        failure = _describe_exception(error)
    _Notes.before = set(_modules)
    _Notes.known = set(_modules)
    main = _Notes.main = _this_thread()
    main.stack.append([None, None, 0, 0, 0])
    is_light = _is_light()
    if is_light:
        _begin_glance()
    _install()
    memory = _resident.field(1) * _PAGE if _resident else 0
    cpu = main.cpu = _thread_cpu_clock()
    _open_stretch(main)
    try:
        if failure is None:
            _Notes.on = True
            if _IS_START:
                _start_up(_load_part_of_start)
            for name in _module_names("import"):
                (_import if is_light else _import_hook)(name)
    except BaseException as error:
        _Notes.on = False
        failure = _describe_exception(error)
    _Notes.on = False
    _end_traces()
    if _getpid() != _Own.pid:
        _exit(0)
    cpu = _thread_cpu_clock() - cpu - _Notes.hook_cost + _Notes.foreign_cpu
    memory = (_resident.field(1) * _PAGE if _resident else 0) - memory
    if _IS_START:
        cpu += _CPU_AT_BEGIN
    glance = _end_glance(cpu) if is_light else None
    names = [name for name in list(_modules) if name not in _Notes.before and type(name) is str]
    if _IS_START:
        names += [_INTERPRETER, *_start_files]
    _send(_describe(names, failure, cpu, memory, glance))


_with_room(_answer_by, _observe)
