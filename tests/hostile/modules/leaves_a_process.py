# expected: ok
# Leaves a process in its group.
import subprocess, sys
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])
