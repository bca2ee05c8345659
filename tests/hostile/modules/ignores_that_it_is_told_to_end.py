# expected: hang
# Ignores the signals that end a process.
import signal, time
for name in (signal.SIGTERM, signal.SIGINT, signal.SIGABRT, signal.SIGALRM):
    signal.signal(name, signal.SIG_IGN)
time.sleep(3600)
