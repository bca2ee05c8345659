"""Asks the project's interpreter once what it is, and has it compile the scripts that every sample runs."""

import marshal

_AFTER_HOLD = "\n\n# part: wire.py\n"


def _compile_script(path):
    """Puts the compiled form of a script beside it. Of one that begins with `hold.py`, that holds the other parts as bytes."""
    text = _read_whole(path).decode("utf-8")
    first, mark, _ = text.partition(_AFTER_HOLD)
    if mark:
        others = "\n" * first.count("\n") + text[len(first):]
        text = "%s\nimport marshal\nexec(marshal.loads(%r))\n" % (first, marshal.dumps(compile(others, path, "exec")))
    magic = _modules["_frozen_importlib_external"].MAGIC_NUMBER
    descriptor = _open(path + "c", _OPEN_ANSWER, 0o600)
    try:
        # Nobody asks a script that is run by its path for flags, time and size of its source.
        _write_all(descriptor, magic + bytes(12) + marshal.dumps(compile(text, path, "exec")))
    finally:
        _close(descriptor)


def _describe():
    _prepare_path()
    import os
    import platform
    import sysconfig

    for script in _values("compile"):
        _compile_script(script)

    paths = sysconfig.get_paths()
    standard = [paths.get("stdlib"), paths.get("platstdlib")]
    version = sys.version_info
    _send({
        "kind": "interpreter",
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
