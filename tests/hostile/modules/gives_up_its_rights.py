# expected: ok
# Goes on as nobody.
import os
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
