# expected: ok
# Has the collector run code that raises.
import gc


def no(*_):
    raise RuntimeError


gc.callbacks.append(no)
gc.collect()
