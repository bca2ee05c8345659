# expected: ok
# Has no interpreter any more by what it is asked for, nor the way it names bytecode.
import sys
sys.implementation = sys.version_info = sys.executable = sys.argv = None
