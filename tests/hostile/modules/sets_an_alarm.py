# expected: crashed
# Is ended by a timer that it set and never handles.
import signal, time
signal.setitimer(signal.ITIMER_REAL, 0.01)
time.sleep(60)
