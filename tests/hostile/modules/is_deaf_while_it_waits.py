# expected: hang
# Waits with every signal blocked.
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
time.sleep(3600)
