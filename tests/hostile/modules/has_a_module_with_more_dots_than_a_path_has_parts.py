# expected: implausible
# Has a module in so many packages that nobody comes to an end with them.
import sys
import types
name = 'a.' * 400000 + 'b'
sys.modules[name] = types.ModuleType(name)
