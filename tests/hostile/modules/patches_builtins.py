# expected: import-failed
# Has builtins do something else.
import builtins


def no(*_, **__):
    raise RuntimeError


for name in ('open', 'print', 'len', 'repr', 'str', 'int', 'isinstance', 'getattr', 'sorted', 'min', 'max', 'sum', 'compile', 'exec'):
    setattr(builtins, name, no)
