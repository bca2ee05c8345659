# expected: ok
# Puts into the modules what is none, under names that are none.
import sys, types
sys.modules[7] = sys.modules[None] = types.ModuleType('\udc80')
sys.modules['\udc80\x1b[31m'] = object()
sys.modules['x' * 1_000_000] = types.ModuleType('x')
