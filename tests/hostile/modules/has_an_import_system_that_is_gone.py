# expected: ok
# Takes away the lists that the import system goes through.
import sys
sys.meta_path = sys.path_hooks = sys.path_importer_cache = None
