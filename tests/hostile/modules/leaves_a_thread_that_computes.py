# expected: ok
# Has a thread that computes beside everything.
import threading


def compute():
    while True:
        pass


threading.Thread(target=compute, daemon=True).start()
