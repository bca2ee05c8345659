# expected: ok
# Deletes what a module says of itself.
del __name__, __spec__, __loader__, __package__, __file__, __builtins__
