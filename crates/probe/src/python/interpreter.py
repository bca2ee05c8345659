"""Asks the project's interpreter once what it is, and has it compile the scripts that every sample runs."""


def _describe():
    _prepare_path()
    import platform
    import py_compile
    import sysconfig

    for script in _values("compile"):
        py_compile.compile(script, cfile=script + "c", doraise=True)
    import os

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
