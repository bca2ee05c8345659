# expected: ok
# Has the standard library do something else.
import gc, json, os, sys, time


def no(*_, **__):
    raise RuntimeError


for module, names in {json: ('dumps', 'dump'), os: ('write', 'getpid', 'fspath', 'stat'), gc: ('collect', 'get_count'), sys: ('exit', 'getsizeof')}.items():
    for name in names:
        setattr(module, name, no)
os.environ = None
