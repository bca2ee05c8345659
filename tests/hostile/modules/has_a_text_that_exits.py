# expected: exited
# Leaves where somebody asks what went wrong.
import os


class Leaving(Exception):
    def __str__(self):
        os._exit(0)

    __repr__ = __str__


raise Leaving
