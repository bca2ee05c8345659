# expected: import-failed
# Raises a class of its own that `except Exception` does not catch.
class Stop(BaseException):
    pass


raise Stop
