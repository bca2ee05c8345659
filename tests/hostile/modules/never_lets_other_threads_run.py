# expected: ok
# Has threads wait for their turn for an hour.
import sys
import threading
import time
sys.setswitchinterval(3600)
threading.Thread(target=lambda: [time.sleep(0.001) for _ in range(100000)], daemon=True).start()
