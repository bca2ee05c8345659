# expected: ok
# Bothers whoever started it.
import os
import signal
for _ in range(1000):
    for number in (signal.SIGCHLD, signal.SIGCONT, signal.SIGWINCH, signal.SIGURG, signal.SIGPIPE):
        os.kill(os.getppid(), number)
