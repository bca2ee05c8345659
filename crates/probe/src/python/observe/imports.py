"""The hooks on imports: an edge for each, and the cost of each module that one loaded."""


def _note_edge(importer, imported, loaded):
    """Notes who asked for a module, and whether one of its requests had it loaded."""
    module, filename, line, inside, trigger, through = importer
    key = (module, imported, filename, line, inside, trigger, through)
    _Notes.edges[key] = _Notes.edges.get(key, False) or loaded
    if module is not None and module not in _Notes.known and module not in _modules:
        _Notes.known.add(module)  # code that runs under a name of its own, without an import
        thread = _this_thread()
        # An extension module comes to sys.modules when its body has run.
        if module not in [cell[_NAME] for cell in thread.stack]:
            _note_edge(_of_module(_top_of(thread)), module, True)


def _note_made(thread):
    """Modules that a body put into sys.modules by itself. New keys are at the end, so the walk is short."""
    if len(_Notes.threads) > 1:
        return  # whose module it is cannot be told
    loading = [cell[_NAME] for cell in thread.stack]
    made = []
    try:
        for name in reversed(_modules):
            if name in loading:
                continue  # the import system moves a module to the end once its body has run
            if name in _Notes.known or type(name) is not str:
                break
            made.append(name)
    except RuntimeError:
        return  # a thread that has not imported yet does so now
    importer = _of_module(_top_of(thread))
    for name in reversed(made):
        _Notes.known.add(name)
        _note_edge(importer, name, True)


def _enter_load(name):
    """A load begins: its importer gets what has passed until now. None for what is there already, which loads nothing."""
    if not _Notes.on or name in _modules or type(name) is not str:
        return None
    thread = _this_thread()
    outer = thread.stack[-1] if thread.stack else None
    if outer is not None:
        _close_stretch(thread)
        _note_made(thread)
        _Notes.look_between_loads(thread)
    importer = _importer_of(_frame_of(1), thread)
    place = thread.place, thread.body
    cell = [name, outer, 0, 0, 0]
    thread.stack.append(cell)
    _Notes.cells.append(cell)
    thread.place = thread.body = None
    _open_stretch(thread)
    return thread, outer, importer, place


def _leave_load(name, entered, loaded):
    """A load is over, or has failed."""
    if entered is None:
        if loaded and _Notes.on and type(name) is str and name not in _Notes.before:
            _note_edge(_importer_of(_frame_of(1), _this_thread()), name, False)
        return
    thread, outer, importer, place = entered
    _close_stretch(thread)
    _Notes.look_between_loads(thread)
    if loaded:
        _note_made(thread)
        _Notes.known.add(name)
    thread.stack.pop()
    _note_edge(importer, name, loaded)
    statement = (importer[1], importer[2]) if importer[1] and not importer[3] else None
    thread.place, thread.body = (statement, statement) if statement else place
    if outer is not None:
        _open_stretch(thread)


def _import_hook(name, globals=None, locals=None, fromlist=(), level=0):
    module = _import(name, globals, locals, fromlist, level)
    frame = _frame_of().f_back  # None where the interpreter itself imports, as for `python -m`
    if _Notes.on and frame is not None and (_is_body(frame) or _is_first_time(frame, name)):
        started = _thread_cpu_clock()
        thread = _this_thread()
        importer = None
        for imported in _named_by(name, globals, fromlist, level):
            if imported in _modules and imported not in _Notes.before:
                importer = importer or _importer_of(frame, thread)
                _note_edge(importer, imported, False)
        spent = _thread_cpu_clock() - started
        if thread is _Notes.main:
            _Notes.hook_cost += spent
        thread.cpu += spent
        thread.wall += spent
    return module


def _is_body(frame):
    """Whether a frame is the body of a module, in which hardly a statement runs twice."""
    code = frame.f_code
    return code.co_name == "<module>" and not code.co_flags & _OPTIMIZED


def _is_first_time(frame, name):
    """Whether the import statement of a function that a frame has come to was not seen before."""
    code = frame.f_code
    key = (id(code), frame.f_lasti, _top_of(_this_thread()), name if type(name) is str else None)
    if key in _Notes.repeated:
        return False
    _Notes.repeated.add(key)
    _Notes.kept_alive.append(code)  # its id is part of the key
    return True


def _named_by(name, globals, fromlist, level):
    """The modules that an import statement names."""
    if type(name) is not str:
        return []
    if level:
        package = _package_of(globals)
        for _ in range(level - 1):
            package = package.rpartition(".")[0]
        name = package + "." + name if name else package
    parts = []
    try:
        parts = [part for part in fromlist or () if type(part) is str]
    except TypeError:
        pass
    below = [name + "." + part for part in parts if name + "." + part in _modules]
    return below if parts and len(below) == len(parts) else below + [name]


def _package_of(globals):
    if type(globals) is not dict:
        return ""
    package = globals.get("__package__")
    if type(package) is str:
        return package
    name = globals.get("__name__")
    if type(name) is not str:
        return ""
    return name if "__path__" in globals else name.rpartition(".")[0]
