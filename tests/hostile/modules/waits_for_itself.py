# expected: hang
# Waits for a lock that it has.
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()
