"""The own CPU time of each module that a sample imports."""

# Reading the thread's CPU clock is a system call, which takes microseconds on some virtual machines; the wall clock costs a
# tenth of one. Over a stretch this short (ns) the two hardly ever differ: a thread that loses its processor is away longer.
_SHORT_STRETCH = 200_000
# A segment is no shorter than this (ns). With calibrations twice as far apart, samples scatter by a fifth more.
_SEGMENT = 500_000
# What a thread's clock keeps beside collections: both clocks at the last boundary, and the short stretches since the CPU clock
# was read.
_WALL, _CPU, _SHORT = range(_COLLECTED)
_hide(_restore_threshold)


def _time_own(times, pace):
    """Wraps the function that every import of a module not yet loaded goes through, also from C, and notes its own CPU time.

    What has passed since the last boundary belongs to the module on top of the thread's stack: by the wall clock where that
    was a short stretch, else by the thread's CPU clock, less the short stretches since that was last read. An import that
    fails is part of the module that tried it. Collections of garbage have a name of their own, calibrations belong to nobody.
    It is the time as it was: what slows the processor down meets all modules of an import, which are compared with each other.
    `times` gets it by name, in nanoseconds. Nothing that the collector counts outlives the load of a module.

    Returns what does the same for a call that is to count as the load of a module: `(name, function)` to what that returns.
    """
    stacks = {}
    clocks = {}
    times[_COLLECTIONS] = 0
    _watch_collections(clocks)

    def charge(thread, cell):
        clock = clocks[thread]
        now = _wall_clock()
        elapsed = now - clock[_WALL]
        due = thread == pace.thread and now - pace.ended > _SEGMENT
        if elapsed < _SHORT_STRETCH and not due:
            clock[_SHORT] += elapsed
        else:
            cpu = _thread_cpu_clock()
            elapsed = cpu - clock[_CPU] - clock[_SHORT]
            clock[_CPU], clock[_SHORT] = cpu, 0
        collected = clock[_COLLECTED]
        if collected:
            clock[_COLLECTED] = 0
            times[_COLLECTIONS] += collected
            elapsed -= collected
        cell[0] += elapsed  # less than nothing where the wall clock gave a short stretch too much
        if due:
            clock[_CPU] = pace.calibrate(cpu)
        clock[_WALL] = _wall_clock()

    # Written out in place of `_watch_loads`, whose two calls would be part of the time that is measured.
    def make(inner):
        def _find_and_load(name, import_):
            thread = _identify_thread()
            stack = stacks.get(thread)
            if stack is None:
                stack = stacks[thread] = [[0]]
                clocks[thread] = [_wall_clock(), _thread_cpu_clock(), 0, 0]
            outer = stack[-1]
            charge(thread, outer)
            cell = [0]
            stack.append(cell)
            loaded = False
            try:
                module = inner(name, import_)
                loaded = True
                return module
            finally:
                charge(thread, cell)
                if loaded:
                    times[name] = times.get(name, 0) + cell[0]
                else:
                    outer[0] += cell[0]
                stack.pop()

        return _find_and_load

    _wrap_loads(make)
    return make(_call)
