# expected: ok
# Looks for modules nowhere and by nothing.
import sys
sys.path = None
sys.path_hooks = ()
sys.path_importer_cache = None
