"""The interpreter's own start, as something that is measured: what `site` does before a program begins.

For that the interpreter is started with `-S`, which leaves `site` to this script. It then runs as it would have run by
itself, except that each `.pth` file that it goes through is a load of its own: the lines of such a file are code, and what
they import is loaded at every start.
"""
_IS_START = _value("start") == "yes"
_INTERPRETER = "<interpreter>"  # what comes before `site`
_start_files = {}  # the path of each `.pth` file, by its name


def _call(_name, function):
    """How a part of the start is loaded where nobody looks."""
    return function()


def _start_up(load):
    """Runs `site`. Calls `load(name, function)` for itself and for each `.pth` file, which is to call the function."""
    site = _import("site")
    process = getattr(site, "addpackage", None)

    def addpackage(sitedir, name, known_paths):
        _start_files[name] = sitedir.rstrip("/") + "/" + name
        return load(name, lambda: process(sitedir, name, known_paths))

    if process is not None:
        _hide(addpackage)
        site.addpackage = addpackage
    load("site", site.main)
