# expected: exited
# Ends the process from a thread.
import os, threading, time
threading.Thread(target=os._exit, args=(0,)).start()
time.sleep(60)
