"""Asks the project's interpreter once what it is, and has it compile the scripts that every sample runs."""

import marshal


def _compile_script(path):
    """Puts the compiled form of a script beside it: the program that runs it, with the script as bytes, and in these the part
    that is loaded last as bytes again. The collector of garbage does not count what is in bytes."""
    first = _read_whole(path).decode("utf-8")
    try:
        rest = _read_whole(path + ".rest").decode("utf-8")
    except OSError:
        pass
    else:
        first += "\n_REST = %r\n" % marshal.dumps(compile(rest, path, "exec"))
    program = _value("program").replace("CODE", repr(marshal.dumps(compile(first, path, "exec"))))
    magic = _modules["_frozen_importlib_external"].MAGIC_NUMBER
    descriptor = _open(path + "c", _OPEN_ANSWER | _posix.O_TRUNC, 0o600)
    try:
        # Nobody asks a script that is run by its path for flags, time and size of its source.
        _write_all(descriptor, magic + bytes(12) + marshal.dumps(compile(program, path, "exec")))
    finally:
        _close(descriptor)


def _describe():
    _prepare_path()
    import os
    import platform
    import sysconfig

    unwritten = None
    for script in _values("compile"):
        try:
            _compile_script(script)
        except OSError as error:
            unwritten = {"path": script + "c", "error": error.errno or 0}

    paths = sysconfig.get_paths()
    standard = [paths.get("stdlib"), paths.get("platstdlib")]
    version = sys.version_info
    _send({
        "kind": "interpreter",
        "unwritten": unwritten,
        "executable": sys.executable or "",
        "implementation": sys.implementation.name,
        "version": platform.python_version(),
        "minor": "%d.%d" % (version[0], version[1]),
        "build": sys.version,
        "platform": sys.platform,
        "architecture": platform.machine(),
        "prefix": sys.prefix,
        "base_prefix": getattr(sys, "base_prefix", sys.prefix),
        "path": [entry for entry in sys.path if type(entry) is str],
        "standard_library": [folder for folder in standard if folder],
        "builtin_modules": list(sys.builtin_module_names),
        "cache_tag": sys.implementation.cache_tag,
        "bytecode": {
            "magic": list(_modules["_frozen_importlib_external"].MAGIC_NUMBER),
            "prefix": getattr(sys, "pycache_prefix", None),
            "optimization": sys.flags.optimize,
            "is_written": not sys.dont_write_bytecode,
        },
        "steering": {
            name: value for name, value in os.environ.items() if name.startswith(("PYTHON", "LD_", "DYLD_"))
        },
    })


_describe()
