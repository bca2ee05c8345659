# expected: ok
# Waits for no descriptor, and has more to say than fits into a pipe.
import os
import sys
import types
for descriptor in range(256):
    try:
        os.set_blocking(descriptor, False)
    except OSError:
        pass
for number in range(20000):
    sys.modules['one_of_many_modules_%d' % number] = types.ModuleType('m')
