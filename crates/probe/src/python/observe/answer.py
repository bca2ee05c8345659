"""Last part of the observation: installs the hooks, imports, and sends what was noted."""


def _attribute(module, name):
    """An attribute that is set on a module itself: a lazy module loads what it stands for when asked for another."""
    try:
        return object.__getattribute__(module, "__dict__").get(name)
    except Exception:
        return None


def _path_attribute(owner, name):
    try:
        value = getattr(owner, name, None)
    except Exception:
        return None
    return _absolute(value) if type(value) is str else None


_OUR_MODULE = _modules["__main__"]
# A light observation leaves out the hooks that every import pays for: it shows what was loaded and done, not who did it.
_LIGHT = _value("look") == "light"


def _files_of(name):
    """The file that a module was loaded from, and its bytecode file."""
    if name in _start_files or name == _INTERPRETER:
        return _start_files.get(name), None
    module = _modules[name]
    if module is _OUR_MODULE:
        return None, None  # `multiprocessing` gives it a second name; its file is another one in each run
    spec = _attribute(module, "__spec__")
    origin = cached = None
    if spec is not None and getattr(spec, "has_location", False):
        origin, cached = _path_attribute(spec, "origin"), _path_attribute(spec, "cached")
    if origin is None:
        value = _attribute(module, "__file__")
        origin = _absolute(value) if type(value) is str else None
    return origin, cached


def _kind(path):
    """The kind of a file (S_IFMT), 0 where it is not there."""
    try:
        return _stat(path).st_mode & 0o170000
    except (OSError, ValueError):
        return 0


def _is_folder(path):
    return _kind(path) == 0o040000


def _costs(names):
    """Own and cumulative costs by module. What is not there in the end (it failed, or took itself out) is part of its
    importer."""
    own, cumulative = {}, {}
    for cell in _Notes.cells:
        owner = cell
        while owner is not None and owner[_NAME] not in names:
            owner = owner[_OUTER]
        if owner is not None:
            sums = own.setdefault(owner[_NAME], [0, 0, 0])
            for position in range(3):
                sums[position] += cell[_CPU + position]
        counted = set()
        step = cell
        while step is not None:
            name = step[_NAME]
            if name in names and name not in counted:
                counted.add(name)
                sums = cumulative.setdefault(name, [0, 0])
                sums[0] += cell[_CPU]
                sums[1] += cell[_MEMORY]
            step = step[_OUTER]
    return own, cumulative


def _describe_modules(names):
    own, cumulative = _costs(set(names))
    described, files = [], set()
    for name in names:
        origin, cached = _files_of(name)
        cpu, blocked, memory = own.get(name, (0, 0, 0))
        total_cpu, total_memory = cumulative.get(name, (0, 0))
        files.update((origin, cached))
        state = _bytecode_state(origin, cached)
        described.append({
            "name": name,
            "file": origin,
            "cached": cached,
            "bytecode": state,
            "obstacle": None if state == "fresh" else _obstacle(_modules[name], cached),
            "own_ns": cpu,
            "cumulative_ns": total_cpu,
            "own_memory_bytes": memory,
            "cumulative_memory_bytes": total_memory,
            "blocked_ns": blocked,
        })
    return described, files


def _describe_place(place):
    return None if place is None or place[0] is None else {"file": _absolute(place[0]), "line": place[1]}


def _describe_edge(key, loaded):
    importer, imported, filename, line, inside, trigger = key
    return {
        "importer": importer,
        "imported": imported,
        "file": None if filename is None else _absolute(filename),
        "line": line,
        "loaded": loaded,
        "in_function": inside,
        "trigger": None if trigger is None else {"module": trigger[0], "line": trigger[1]},
    }


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
        "files_read": [path for path in _Notes.reads if path not in files and not _is_folder(path)],
        "total_ns": max(0, total_cpu),
        "total_memory_bytes": total_memory,
        "glance": glance,
    }


def _install():
    if not _LIGHT:
        _hide(_import_hook, _close_stretch, _open_stretch)
        _watch_loads(_enter_load, _leave_load)
        _builtins.__import__ = _import_hook
    _watch_warnings()
    sys.addaudithook(_audit)
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
        # All that is no import and no file is its own doing.
        _Notes.main.stack[0][_NAME] = name
        _Notes.cells += [_Notes.main.stack[0], [_INTERPRETER, None, _CPU_AT_BEGIN, 0, 0]]
        _note_edge((None, None, 0, False, None), _INTERPRETER, True)
    if _LIGHT or name == "site":
        return function()
    _Notes.known.add(name)
    thread, outer, importer, place = _enter_load(name)
    # What brings the file in is that it is there: the line to look at is its own.
    path = _start_files[name]
    entered = thread, outer, (importer[0], path, _only_line_of(path), False, None), place
    loaded = False
    try:
        result = function()
        loaded = True
        return result
    finally:
        _leave_load(name, entered, loaded)


def _observe():
    _prepare_path()
    _watch_faults()
    failure = None
    try:
        for name in _values("preload"):
            _import(name)
    except BaseException as error:
        failure = _describe_exception(error)
    _Notes.before = set(_modules)
    _Notes.known = set(_modules)
    main = _Notes.main = _this_thread()
    main.stack.append([None, None, 0, 0, 0])
    if _LIGHT:
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
            for name in _values("import"):
                (_import if _LIGHT else _import_hook)(name)
    except BaseException as error:
        _Notes.on = False
        failure = _describe_exception(error)
    _Notes.on = False
    if _getpid() != _PID:
        _exit(0)
    cpu = _thread_cpu_clock() - cpu - _Notes.hook_cost + _Notes.foreign_cpu
    memory = (_resident.field(1) * _PAGE if _resident else 0) - memory
    if _IS_START:
        cpu += _CPU_AT_BEGIN
    glance = _end_glance(cpu) if _LIGHT else None
    names = [name for name in list(_modules) if name not in _Notes.before and type(name) is str]
    if _IS_START:
        names += [_INTERPRETER, *_start_files]
    _send(_describe(names, failure, cpu, memory, glance))


_with_room(_observe)
