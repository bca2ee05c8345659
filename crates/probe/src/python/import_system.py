"""Where importgate stands inside the import system: around the load of a module, and as a part of it to whoever sees frames.

Every import of a module that is not loaded yet goes through `_frozen_importlib._find_and_load`, which C and
`importlib.import_module` look up by name each time. Warnings and tracebacks skip the frames of the import system by their
file name: functions of ours that are on the stack while modules load take that name.
"""
import sys

_bootstrap = sys.modules["_frozen_importlib"]
_frame_of = sys._getframe
_SCRIPT_FILE = _frame_of().f_code.co_filename
_OPTIMIZED = 1  # CO_OPTIMIZED: set for functions, not for the bodies of modules and classes


def _hide(*functions):
    """Makes functions part of the import system to whoever sees frames."""
    for function in functions:
        function.__code__ = function.__code__.replace(co_filename="<frozen importlib._bootstrap>")


def _wrap_loads(make):
    """Puts `make(inner)` in the place of `inner`, the function that loads a module: `(name, import_)` to the module."""
    wrapper = make(_bootstrap._find_and_load)
    _hide(wrapper)
    _bootstrap._find_and_load = wrapper


def _watch_loads(enter, leave):
    """Calls `enter(name)` before each load, and `leave(name, what enter gave, whether it was loaded)` after it.

    Both also see requests for modules that are there already, which `importlib.import_module` makes.
    """
    def make(inner):
        def _find_and_load(name, import_):
            entered = enter(name)
            loaded = False
            try:
                module = inner(name, import_)
                loaded = True
                return module
            finally:
                leave(name, entered, loaded)

        return _find_and_load

    _hide(enter, leave)
    _wrap_loads(make)
