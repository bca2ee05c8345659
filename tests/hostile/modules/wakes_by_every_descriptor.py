# expected: implausible
# Has each signal write a byte to what may be the answer.
import os
import signal
signal.signal(signal.SIGUSR1, lambda *_: None)
for descriptor in range(255, 2, -1):
    try:
        os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)
    except (OSError, ValueError):
        continue
    os.kill(os.getpid(), signal.SIGUSR1)
signal.set_wakeup_fd(-1)
