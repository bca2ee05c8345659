"""Lets collections of garbage begin where they would in a program.

When one is due is told by counting what was allocated since the one before. What the probe is made of would count, too, and
have the collections of a sample fall elsewhere than those of a start of the interpreter, where they walk through other
objects: one that meets large data as it is built walks through it twice, or once. So nothing is collected while the probe sets
itself up, and then the first collection is as many objects further off as that took.

A script that begins with this part has all the others as bytes, which the collector does not count: they are not loaded before
it is asked how many there were.
"""
import sys

_gc_was_loaded = "gc" in sys.modules
import gc as _collector

if not _gc_was_loaded:
    del sys.modules["gc"]  # whoever imports it pays for it
_collects_at_start = _collector.isenabled()
_collector.disable()
_thresholds = _collector.get_threshold()


class _Held:
    """How many objects of the youngest generation there were when collections were held, and the threshold of that generation
    since they were released, where it is not that of the start."""
    young = _collector.get_count()[0]
    threshold = 0


def _hold_collections():
    """Has nothing collected, and nothing counted towards the next collection, until they are released."""
    _collector.disable()
    _Held.young = _collector.get_count()[0]


def _release_collections():
    """Lets collections go on as if nothing had been allocated since they were held."""
    if not _collects_at_start:
        return
    further = max(0, _collector.get_count()[0] - _Held.young)
    if further and _thresholds[0]:
        _Held.threshold = _collector.get_threshold()[0] + further
        _collector.set_threshold(_Held.threshold, *_thresholds[1:])
    if _restore_threshold not in _collector.callbacks:
        _collector.callbacks.append(_restore_threshold)
    _collector.enable()


def _restore_threshold(phase, _information):
    """Only the first collection is further off, unless measured code set a threshold of its own."""
    if _Held.threshold and phase == "stop":
        if _collector.get_threshold()[0] == _Held.threshold:
            _collector.set_threshold(*_thresholds)
        _Held.threshold = 0
