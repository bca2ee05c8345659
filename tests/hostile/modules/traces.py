# expected: ok
# Traces and profiles every call.
import sys, threading


def trace(*_):
    return trace


sys.settrace(trace)
sys.setprofile(trace)
threading.settrace(trace)
