"""Where in the measured code something happened: the importing module, file and line, and what made it run."""


def _is_import_system(code):
    name = code.co_filename
    return name == _SCRIPT_FILE or name.startswith(("<frozen importlib._bootstrap", "<frozen zipimport"))


def _module_of(frame):
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else None


def _is_import_helper(frame, module):
    """A function that imports on behalf of its caller, such as `importlib.import_module` or an entry point's `load`."""
    if not frame.f_code.co_flags & _OPTIMIZED:
        return False
    return module.partition(".")[0] in ("importlib", "importlib_metadata", "pkgutil")


def _is_in_function(frame):
    while frame is not None:
        code = frame.f_code
        if code.co_flags & _OPTIMIZED:
            return True
        if code.co_name == "<module>":
            return False
        frame = frame.f_back
    return False


def _start_line(frame):
    """The `.pth` file that `site` executes a line of, as (name, path, line); None where a frame is anything else."""
    if frame.f_code.co_filename != "<string>" or frame.f_back is None or _module_of(frame.f_back) != "site":
        return None
    seen = frame.f_back.f_locals  # those of `site.addpackage`
    name, path, text, position = [seen.get(key) for key in ("name", "fullname", "line", "n")]
    if name not in _start_files or type(position) is not int:
        return None
    return name, path, _line_of_text(path, text, position)


def _line_of_text(path, text, position):
    """The number of the line that is at a position, which newer versions of `site` count from one and older ones from zero."""
    try:
        lines = _read_whole(path).decode("utf-8", "replace").splitlines()
    except OSError:
        return 0
    counts_from_one = 0 < position <= len(lines) and lines[position - 1].strip() == text.strip()
    return position if counts_from_one else position + 1


def _body_of(frame):
    """The frame of the module whose body led to a call; None where none did."""
    while frame is not None:
        code = frame.f_code
        is_body = code.co_name == "<module>" and not code.co_flags & _OPTIMIZED
        if is_body and not _is_import_system(code) and not _is_made_by_body(frame):
            module = _module_of(frame)
            return frame if module and (module != "__main__" or _IS_COMMAND) else None
        frame = frame.f_back
    return None


def _trigger_of(frame):
    """The module-level line that led to a call."""
    body = _body_of(frame)
    if body is None:
        return None
    start = _start_line(body)
    return (start[0], start[2]) if start is not None else (_module_of(body), body.f_lineno or 0)


def _line_of_body(frame):
    """The same as a line of a file."""
    body = _body_of(frame)
    if body is None:
        return None
    start = _start_line(body)
    return start[1:] if start is not None else (body.f_code.co_filename, body.f_lineno or 0)


def _top_of(thread):
    return thread.stack[-1][_NAME] if thread.stack else None


def _extension_of(frame):
    """The extension module that a frame of the import system runs the body of. The load that was begun last may be another:
    that of a module inside a package begins before that of the package."""
    seen = frame.f_locals
    for known in seen.get("spec"), seen.get("self"):
        name = getattr(known, "name", None)
        if type(name) is str:
            return name
    return None


def _importer_of(frame, thread):
    """Who imports: (module, file, line, in a function, trigger, through). All None for the observation's own import."""
    called = frame
    while frame is not None:
        code = frame.f_code
        if _is_import_system(code):
            if code.co_name in ("create_module", "exec_module") and code.co_filename != _SCRIPT_FILE:
                return _of_module(_extension_of(frame) or _top_of(thread))
        else:
            start = _start_line(frame)
            if start is not None:
                return start + (False, None, ())
            if _is_made_by_body(frame):
                frame = frame.f_back
                continue
            module = _module_of(frame)
            if module == "__main__" and _top_of(thread) is None:
                return _of_module(None)
            if _runs_what_it_is_told(module) and _body_of(frame) is None:
                starter = _starter_of_thread(frame)
                if starter is not None:
                    return starter
            if module and not _is_import_helper(frame, module):
                inside = _is_in_function(frame)
                trigger = (_trigger_of(frame) or _trigger_of_thread(frame)) if inside else None
                through = _called_through(called, _body_of(frame) if inside else frame)
                return module, code.co_filename, frame.f_lineno or 0, inside, trigger, through
        frame = frame.f_back
    starter = _starter_of_thread(called) if called is not None else None
    return starter if starter is not None else _of_module(None)


def _is_made_by_body(frame):
    """Whether a frame is of a text that measured code executes: it is in no file, and whoever executes it is."""
    code = frame.f_code
    return (code.co_filename.startswith("<") and not code.co_filename.startswith("<frozen ") and frame.f_back is not None
            and code.co_filename != _SCRIPT_FILE and _start_line(frame) is None)


def _runs_what_it_is_told(module):
    """Whether a module's functions run others on behalf of whoever started a thread."""
    return module is not None and module.partition(".")[0] in ("threading", "concurrent", "multiprocessing", "asyncio")


def _note_thread(arguments, frame, thread):
    """Notes for a thread that is about to start which line of measured code does it: its imports are that line's."""
    while frame is not None and (_is_import_system(frame.f_code) or _runs_what_it_is_told(_module_of(frame))):
        frame = frame.f_back
    if frame is not None:
        owner = _owner_of_thread(arguments[0])
        _Notes.kept_alive.append(owner)  # its id is the key
        _Notes.starters[id(owner)] = _importer_of(frame, thread)


_FUNCTION, _METHOD = type(_module_of), type(_module_of.__get__(0))


def _owner_of_thread(function):
    """What tells a thread from others: the object whose method it runs, or the code. No measured code is asked."""
    if type(function) is _METHOD:
        return function.__self__
    return function.__code__ if type(function) is _FUNCTION else function


def _starter_of_thread(frame):
    """Who started the thread that a frame is of, as an importer; None where nobody was seen to."""
    while frame.f_back is not None:
        frame = frame.f_back
    starter = _Notes.starters.get(id(frame.f_code))
    return starter if starter is not None else _Notes.starters.get(id(frame.f_locals.get("self")))


def _trigger_of_thread(frame):
    """The module-level line that had the thread started which a frame is of."""
    starter = _starter_of_thread(frame)
    if starter is None:
        return None
    module, _, line, inside, trigger, _ = starter
    return trigger if inside else (module, line)


def _of_module(module):
    """That a module imports, of which no line is known to do it."""
    return module, None, 0, False, None, ()


def _called_through(frame, body):
    """The modules whose functions a line of a body called to come to an import, the innermost first.

    The standard library's only do what they are told, but for `importlib.metadata`, which imports for itself.
    """
    modules = {}
    while frame is not None and frame is not body:
        code = frame.f_code
        if code.co_flags & _OPTIMIZED and not _is_import_system(code):
            module = _module_of(frame) or ""
            if module.startswith("importlib.metadata") or not _is_standard_library(code.co_filename):
                modules[module] = None
        frame = frame.f_back
    return tuple(modules)


def _stack_of(frame):
    """The lines that led to something, outermost first, as (file, line, function)."""
    lines = []
    while frame is not None:
        code = frame.f_code
        if not _is_import_system(code):
            lines.append((code.co_filename, frame.f_lineno or 0, code.co_name))
        frame = frame.f_back
    lines.reverse()
    return lines


_FOLDER_OF_STANDARD_LIBRARY = _modules["encodings"].__file__.rpartition("/")[0].rpartition("/")[0] + "/"
_ROOTS = tuple([root.rstrip("/") + "/" for root in _values("root")])


def _is_standard_library(filename):
    if filename.startswith("<frozen "):
        return True
    return filename.startswith(_FOLDER_OF_STANDARD_LIBRARY) and "-packages/" not in filename


def _place_of(frame):
    """The line of measured code that something happened in.

    The project's own line where the body of one of its modules called what did it; else the nearest line that is not
    the standard library's, which only does what it is told.
    """
    nearest = outside = None
    while frame is not None:
        code = frame.f_code
        filename = code.co_filename
        if not _is_import_system(code):
            start = _start_line(frame)
            place = start[1:] if start is not None else (filename, frame.f_lineno or 0)
            if _absolute(filename).startswith(_ROOTS):
                return place
            nearest = nearest or place
            if outside is None and not _is_standard_library(filename):
                outside = place
            if code.co_name == "<module>" and outside is not None:
                break  # further out are only the modules that import this one
        frame = frame.f_back
    return outside or nearest


def _absolute(path):
    """Files are named relative to where the import began; what changes the directory meanwhile must not matter."""
    if path.startswith(("/", "<")):
        return path
    return _START_FOLDER + "/" + (path[2:] if path.startswith("./") else path)
