# expected: ok
# Handles every signal by doing nothing.
import signal
for number in signal.valid_signals():
    try:
        signal.signal(number, lambda *_: None)
    except OSError:
        pass
