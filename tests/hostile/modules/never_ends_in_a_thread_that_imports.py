# expected: ok
# Has a thread import it while it imports.
import threading


def load():
    import hostile.never_ends_in_a_thread_that_imports as other
    other.missing


threading.Thread(target=load, daemon=True).start()
import time
time.sleep(0.01)
