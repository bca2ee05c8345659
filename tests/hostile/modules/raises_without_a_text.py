# expected: import-failed
# Raises what raises when it is shown.
class Shy(Exception):
    def __str__(self):
        raise ValueError

    __repr__ = __str__


raise Shy
