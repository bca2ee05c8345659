# expected: ok
# Is profiled by a timer that goes on when the import is over.
import signal

signal.signal(signal.SIGPROF, lambda *_: None)
signal.setitimer(signal.ITIMER_PROF, 0.0001, 0.0001)
