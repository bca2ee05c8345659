# expected: hang
# Waits for nothing.
import threading
threading.Event().wait()
