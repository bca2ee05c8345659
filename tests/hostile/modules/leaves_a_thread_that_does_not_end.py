# expected: ok
# Has a thread for which the interpreter waits at its end.
import threading, time
threading.Thread(target=time.sleep, args=(3600,)).start()
