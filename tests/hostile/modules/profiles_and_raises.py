# expected: import-failed
# Is told of every call and refuses it.
import sys


def refuse(frame, event, argument):
    raise RuntimeError(event)


sys.setprofile(refuse)
