# expected: import-failed
# Empties the modules.
import sys
sys.modules.clear()
