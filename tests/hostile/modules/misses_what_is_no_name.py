# expected: import-failed
# Misses a module whose name is none.
raise ModuleNotFoundError('gone', name=7, path=[1])
