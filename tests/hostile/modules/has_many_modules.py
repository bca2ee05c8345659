# expected: ok
# Makes up ten thousand modules.
import sys, types
for number in range(10_000):
    sys.modules[f'made_up_{number}'] = types.ModuleType('m')
