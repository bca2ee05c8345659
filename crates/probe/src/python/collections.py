"""Collections of garbage, booked apart from the modules that they fall into.

Which module has one is chance: any change moves it to another, and a full one takes as long as many modules together.
"""

_COLLECTIONS = "<garbage collection>"
_collections = {"times": [0, 0, 0], "ns": [0, 0, 0]}  # by generation
_collection_callbacks = _borrow("gc").callbacks
_COLLECTED = 3  # where a thread's clock has the time of collections since its last boundary


def _watch_collections(clocks):
    """Adds the time of each collection to its thread's clock, for whoever charges the stretch that it is in.

    Nothing is allocated here that the collector would count. The youngest generation is collected often and in no time; by the
    wall clock, which costs less, a collection in which the thread lost its processor would look like a full one.
    """
    began = [0]
    times, nanoseconds = _collections["times"], _collections["ns"]

    def note(phase, information):
        now = _thread_cpu_clock()
        if phase == "start":
            began[0] = now
            return
        clock = clocks.get(_identify_thread())
        if clock is not None:
            generation = information["generation"]
            elapsed = now - began[0]
            times[generation] += 1
            nanoseconds[generation] += elapsed
            clock[_COLLECTED] += elapsed

    _hide(note)
    _collection_callbacks.append(note)
