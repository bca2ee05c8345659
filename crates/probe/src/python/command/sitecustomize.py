"""Starts the observation in the first Python process of a command, then makes way for the environment's own `sitecustomize`.

Its folder stands first on PYTHONPATH, so the interpreter imports it in place of the other. The import below behaves as if
this file had never been there: the other module takes the name, and where there is none, the ImportError is the one that
`site` expects. Processes that this one starts find nothing of it, and nothing that goes wrong may be seen by the command.
"""
import sys

_folder = __file__.rpartition("/")[0]


def _claim():
    """The observer, where this process is of the interpreter that is asked for, and the first of them; else None."""
    import os

    value = os.environ.pop("PYTHONPATH", "")
    rest = os.pathsep.join([part for part in value.split(os.pathsep) if part != _folder])
    if rest:
        os.environ["PYTHONPATH"] = rest
    words = os.environ.pop("IMPORTGATE_OBSERVE", "").split("\n")
    key, _, prefix = words[0].partition("=")
    # A link to an environment is another name of it: what pip installs there names the folder itself.
    if key != "prefix" or os.path.realpath(prefix) != os.path.realpath(sys.prefix):
        return None
    try:
        os.close(os.open(_folder + "/claimed", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        return None
    kept = getattr(sys, "argv", None)  # older versions set it after this
    sys.argv = [__file__] + words
    try:
        import importgate_command_observer
    finally:
        if kept is None:
            del sys.argv
        else:
            sys.argv = kept
    return importgate_command_observer


def _attempt():
    try:
        return _claim()
    except Exception:
        return None


_observer = _attempt()
sys.modules.pop("importgate_command_observer", None)
while _folder in sys.path:
    sys.path.remove(_folder)
del sys.modules["sitecustomize"]
try:
    import sitecustomize  # noqa: F401 (so that it is loaded)
finally:
    if _observer is not None:
        _observer.start()
