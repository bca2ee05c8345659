# expected: exited
# Has the handler of faults end it while it waits.
import faulthandler
import time

faulthandler.dump_traceback_later(0.01, exit=True)
time.sleep(60)
