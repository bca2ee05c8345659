"""What is told of each module that was loaded, and of who asked for it."""


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


_Spec = type(_modules["sys"].__spec__)


def _is_of_a_file(spec):
    """Whether a spec, or whatever is in the place of one, says that it is of a file. Of a real one it can be told, unless the
    functions of the interpreter are gone, by which all would be told wrongly."""
    if type(spec) is _Spec:
        return getattr(spec, "has_location", False)
    try:
        return spec is not None and bool(getattr(spec, "has_location", False))
    except Exception:
        return False


_OUR_MODULE = None if _IS_COMMAND else _modules["__main__"]


def _files_of(name):
    """The file that a module was loaded from, and its bytecode file."""
    if name in _start_files or name == _INTERPRETER:
        return _start_files.get(name), None
    module = _modules[name]
    if module is _OUR_MODULE:
        return None, None  # `multiprocessing` gives it a second name; its file is another one in each run
    spec = _attribute(module, "__spec__")
    origin = cached = None
    if _is_of_a_file(spec):
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
    compiled = {_absolute(path): spent for path, spent in _Notes.compiled.items()}
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
            "compile_ns": max(0, min(cpu, compiled.get(origin, 0))),  # less than nothing where another thread executed it
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
    importer, imported, filename, line, inside, trigger, through = key
    return {
        "importer": importer,
        "imported": imported,
        "file": None if filename is None else _absolute(filename),
        "line": line,
        "loaded": loaded,
        "in_function": inside,
        "trigger": None if trigger is None else {"module": trigger[0], "line": trigger[1]},
        "through": list(through),
    }
