# expected: import-failed
# Takes itself out of the modules.
import sys
del sys.modules[__name__]
