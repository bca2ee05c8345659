# expected: ok
# Turns the collector off and hides what there is.
import gc
gc.disable()
gc.freeze()
gc.callbacks.append(None)
