# expected: ok
# Prints and raises when it is taken apart.
class Loud:
    def __del__(self):
        print('::error::x')
        raise RuntimeError


LOUD = Loud()
