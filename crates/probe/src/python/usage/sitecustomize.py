"""Starts the recorder in every Python process of a workload, then makes way for the environment's own `sitecustomize`.

Its folder stands first on PYTHONPATH, so the interpreter imports it in place of the other. The import below behaves as if
this file had never been there: the other module takes the name, and where there is none, the ImportError is the one that
`site` expects. Nothing that goes wrong with the recorder may be seen by the workload.
"""
import sys

_folder = __file__.rpartition("/")[0]
try:
    if sys.version_info >= (3, 8):
        import importgate_usage_recorder

        importgate_usage_recorder.start(_folder)
except Exception:
    pass
sys.modules.pop("importgate_usage_recorder", None)
while _folder in sys.path:
    sys.path.remove(_folder)
del sys.modules["sitecustomize"]
import sitecustomize  # noqa: F401 (so that it is loaded)
