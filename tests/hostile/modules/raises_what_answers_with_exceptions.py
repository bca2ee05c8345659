# expected: import-failed
# Raises what raises whenever it is asked for where it was, what it is, or what was before.
class Mute(Exception):
    @property
    def __traceback__(self):
        raise RuntimeError

    __class__ = __cause__ = __context__ = args = __traceback__


raise Mute
