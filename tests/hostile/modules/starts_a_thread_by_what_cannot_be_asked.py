# expected: ok
# Starts a thread by something that ends the process when it is asked for an attribute.
import _thread


class Touchy:
    def __call__(self):
        pass

    def __getattribute__(self, name):
        raise SystemExit(3)


_thread.start_new_thread(Touchy(), ())
