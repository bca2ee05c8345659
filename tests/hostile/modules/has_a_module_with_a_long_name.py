# expected: ok
# Has modules with names that fit nowhere.
import sys
import types
for name in ('x' * 300000, 'a.' * 4500 + 'b', '', '.', '..', 'a b', 'class', '\n::error::x', '\ud800', '\x1b[2J', '-'):
    sys.modules[name] = types.ModuleType(name)
