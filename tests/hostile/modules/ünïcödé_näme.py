# expected: ok
# Has letters beyond ASCII in its name.
NAME = __name__
