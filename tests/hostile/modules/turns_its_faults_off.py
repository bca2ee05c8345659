# expected: ok
# Turns off what tells where it hangs.
import faulthandler
faulthandler.disable()
