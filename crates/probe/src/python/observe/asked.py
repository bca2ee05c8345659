"""Stand-ins for functions that have no audit event. Those that read what an import depends on, of `os`, `posix` and their
variables, of `time`, `_locale`, `_sqlite3` and `ssl`, note what was asked while the traces are on; that of `gc` notes how long
it took. All hand on.
"""
_ATTACH = 24  # what SQLite calls opening one more database
_lstat = _posix.lstat


def _resolves_links(code):
    return code.co_name in ("realpath", "_joinrealpath")


class _Asked:
    """Stands in for a function that asks about a path, for which there is no audit event. In a set it is the function."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *positional, **named):
        if _Traces.on:
            try:
                self.note(_frame_of(1).f_code, positional, named)
            except Exception:
                _unseen("a path")
        return self.function(*positional, **named)

    def note(self, caller, positional, named):
        if _resolves_links(caller) or _is_import_system(caller):
            return
        path = _path_of(positional[0] if positional else named.get("path"))
        if named.get("dir_fd") is not None:
            _unseen("a path below a folder that was opened")
        elif path is not None and not _is_no_file(path):
            _Traces.asked[path] = True

    def __getattr__(self, name):
        return getattr(self.function, name)

    def __eq__(self, other):
        return other is self or other == self.function

    def __hash__(self):
        return hash(self.function)


class _AskedOfLink(_Asked):
    """The same for `os.lstat` and `os.readlink`, which tell a link from where it leads."""

    def note(self, caller, positional, named):
        _Asked.note(self, caller, positional, named)
        path = _path_of(positional[0] if positional else named.get("path"))
        if path is None or _is_no_file(path) or path in _Traces.links or _is_import_system(caller):
            return
        try:
            is_other = _lstat(path).st_mode & 0o170000 != 0o120000
        except OSError:
            is_other = _resolves_links(caller)
        if not is_other:
            _Traces.links[path] = True


class _Connected(_Asked):
    """Stands in for `sqlite3.connect`. SQLite asks before it does what a statement says: opening one more database is one."""

    def __call__(self, *positional, **named):
        connection = self.function(*positional, **named)
        try:
            connection.set_authorizer(_allow_statement)
        except Exception:
            _unseen("a database")
        return connection


def _allow_statement(action, path, *_):
    if _Traces.on and action == _ATTACH:
        if type(path) is not str or "file:" in path:
            _unseen("a database")
        elif path not in ("", ":memory:"):
            _note_database(_path_of(path))
    return 0


class _Opened(_Asked):
    """The same for `os.open`, whose audit event says everything but below which folder it opens."""

    def note(self, _caller, _positional, named):
        if named.get("dir_fd") is not None:
            _unseen("a path below a folder that was opened")


class _AskedToCollect(_Asked):
    """Stands in for `gc.collect`: how long a collection takes is part of no module, but who asks for one may do without."""

    def __call__(self, *positional, **named):
        began = _thread_cpu_clock()
        try:
            return self.function(*positional, **named)
        finally:
            if _Notes.on:
                try:
                    _note_collection(_frame_of(1), _thread_cpu_clock() - began)
                except Exception:
                    pass  # what cannot be noted must not become an error of the measured code


def _note_collection(frame, spent):
    thread = _this_thread()
    if thread is _Notes.main and _top_of(thread) is not None:
        key = (_top_of(thread), _place_of(frame), _line_of_body(frame))
        _Notes.collected[key] = _Notes.collected.get(key, 0) + spent


class _Variables(dict):
    """Stands in for the dictionary of environment variables that `os` and `posix` share, and sees which are read. Whoever goes
    through all of them depends on every one."""

    def _note(self, key):
        if _Traces.on:
            name = _as_text(key)
            if name is not None:
                _Traces.variables[name] = True

    def __getitem__(self, key):
        self._note(key)
        return dict.__getitem__(self, key)

    def get(self, key, default=None):
        self._note(key)
        return dict.get(self, key, default)

    def __contains__(self, key):
        self._note(key)
        return dict.__contains__(self, key)


def _noting_all(name):
    function = getattr(dict, name)

    def method(self, *others):
        if _Traces.on:
            _Traces.every_variable = True
        return function(self, *others)

    _hide(method)
    return method


for _name in ("__iter__", "__len__", "__repr__", "__eq__", "__ne__", "__or__", "__ror__", "keys", "items", "values", "copy"):
    if hasattr(dict, _name):
        setattr(_Variables, _name, _noting_all(_name))


def _trace_variables(os):
    variables = _Variables(os.environ._data)
    for environment in os.environ, os.environb:
        environment._data = variables
    if dict(_posix.environ) == dict(variables):
        _posix.environ = variables


class _AskedOfVariables(_Asked):
    """The same for functions of C that look at environment variables: `time.localtime` and the like, `setlocale` with no
    name."""

    def __init__(self, function, variables):
        _Asked.__init__(self, function)
        self.variables = variables

    def note(self, _caller, positional, _named):
        if len(positional) < 2 or positional[1] == "":
            _Traces.variables.update(dict.fromkeys(self.variables, True))


def _trace_certificates(ssl):
    """OpenSSL opens by itself what a context is told to load."""
    inner = ssl.SSLContext

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        _note_certificates(cafile, capath)
        return super(inner, self).load_verify_locations(cafile, capath, cadata)

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        _note_certificates(certfile, keyfile)
        return super(inner, self).load_cert_chain(certfile, keyfile, password)

    def set_default_verify_paths(self):
        if _Traces.on:
            paths = ssl.get_default_verify_paths()  # which asks for the variables
            _note_certificates(paths.cafile, None)
        return super(inner, self).set_default_verify_paths()

    for method in load_verify_locations, load_cert_chain, set_default_verify_paths:
        _hide(method)
        setattr(inner, method.__name__, method)


def _note_certificates(*paths):
    if not _Traces.on:
        return
    for path in paths:
        path = _path_of(path) if path is not None else None
        if path is not None:
            _Traces.opened[path] = True


def _trace_functions_of_c(module):
    """Stands in for what a module has that no hook sees."""
    name = module.__name__
    if name == "_sqlite3":
        module.connect = _Connected(module.connect)
    elif name == "ssl":
        _trace_certificates(module)
    elif name == "datetime":
        _Traces.variables["TZ"] = True  # nobody can stand in for methods of its types
    elif name == "gc":
        module.collect = _AskedToCollect(module.collect)
    else:
        _trace_readers_of_variables(module)


def _trace_readers_of_variables(module):
    names, variables = _READ_BY_C[module.__name__]
    for name in names:
        function = getattr(module, name, None)
        if function is not None:
            setattr(module, name, _AskedOfVariables(function, variables))


_READ_BY_C = {
    "time": (("localtime", "tzset", "mktime", "ctime", "strftime"), ("TZ",)),
    "_locale": (
        ("setlocale",),
        ("LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "LANG"),
    ),
}


_UNSEEN_IN_C = {"_sqlite3", "ssl", "datetime", "gc", *_READ_BY_C}


def _trace_os():
    """Stands in for what `os` has, once it is loaded: at the interpreter's own start `site` brings it in."""
    os = _modules.get("os")
    if os is None or type(os.stat) is _Asked:
        return
    for name, kind in (("stat", _Asked), ("access", _Asked), ("lstat", _AskedOfLink), ("readlink", _AskedOfLink)):
        stand_in = kind(getattr(os, name))
        setattr(os, name, stand_in)
        setattr(_posix, name, stand_in)
    os.open = _posix.open = _Opened(os.open)
    _trace_variables(os)
