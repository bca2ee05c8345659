# expected: ok
# Takes the locks by which others would import, and keeps them.
import _imp
import importlib._bootstrap
_imp.acquire_lock()
importlib._bootstrap._get_module_lock('json').acquire()
