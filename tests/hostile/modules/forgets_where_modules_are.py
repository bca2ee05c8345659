# expected: ok
# Empties the search path, the finders and what they know.
import sys
sys.path.clear()
sys.meta_path.clear()
sys.path_hooks.clear()
sys.path_importer_cache.clear()
