"""How fast the machine ran during one import, from calibrations before it, in between and after it.

They tell of the whole import, and of no module in it. A calibration is the slower the more of the caches the code right
before it took for itself: beside others, which take them too, that is what makes it slow down as much as the import does. But
divided by the calibration next to it, the time of a module that works on much memory would come out too small.
"""

# No calibration counts for more than this many times the lower quartile of an import's when it is asked what they take on a
# machine that does nothing else. An import that has just walked through much memory slows the next one down by up to that;
# what is beyond it, others did.
_UNDISTURBED = 1.2
# A segment of that many nanoseconds leaves caches full of what it worked on. The calibration right after it is as slow as none
# that the import has elsewhere, and the one after that faster than any: the two together tell of the machine.
_LONG = 2000000


class _Pace:
    """How fast the machine ran while the import did, told by calibrations in between.

    A shared processor halves its speed from one moment to the next, as its neighbours come and go. So the import is cut into
    segments with a calibration at either end, and the time of each is divided by what these took. The sum is the work that
    was done, whatever the speed; time / work is the calibration that an even speed would have shown.
    """

    def __init__(self):
        for _ in range(10):  # by then an interpreter that adapts its code has done so
            _calibrate()
        self.thread = _identify_thread()
        self.begin()

    def begin(self):
        """Starts over, right before the import."""
        self.cpu = _thread_cpu_clock()  # where the present segment begins
        self.time = self.work = 0.0
        self.spent_cpu = self.spent_wall = 0
        self.latest = self._at_the_edge()
        # Numbers alone, which the collector of garbage does not count.
        self.segments, self.calibrations = [], [self.latest]
        self.ended = _wall_clock()

    def calibrate(self, cpu):
        """Ends a segment in the middle of the import, where the thread's CPU clock showed `cpu`; what it shows now."""
        wall = _wall_clock()
        segment = cpu - self.cpu
        self._close(segment, self._at_a_boundary(segment))
        self.ended = _wall_clock()
        self.spent_wall += self.ended - wall
        self.cpu = _thread_cpu_clock()
        self.spent_cpu += self.cpu - cpu
        return self.cpu

    def end(self, cpu):
        """Ends the last segment, which is what the others leave of the whole import (`cpu`); the calibration at an even
        speed."""
        self._close(max(1, cpu - self.time), self._at_the_edge())
        return self.time / self.work

    def sustained(self):
        """The calibration at the speed that the machine sustains while nothing else runs, however busy it was: even then
        some of them, short as they are, run undisturbed. Where nobody disturbed it, that is the one of an even speed.

        What they take undisturbed is told by those in between: three in a row at the edges are faster than any of these, and
        in a short import with one long statement they would be half of them."""
        ordered = sorted(self.calibrations[1:-1] or self.calibrations)
        most = ordered[len(ordered) // 4] * _UNDISTURBED
        capped = [min(calibration, most) for calibration in self.calibrations]
        work = sum([_work(*segment) for segment in zip(self.segments, capped, capped[1:])])
        return self.time / work

    def _close(self, segment, calibration):
        self.time += segment
        self.work += _work(segment, self.latest, calibration)
        self.segments.append(segment)
        self.calibrations.append(calibration)
        self.latest = calibration

    @staticmethod
    def _at_a_boundary(segment):
        """One, or two after a long segment."""
        first = _calibrate()
        if segment < _LONG:
            return first
        return 2 / (1 / first + 1 / _calibrate())

    @staticmethod
    def _at_the_edge():
        """Three in a row: the first and the last segment are often long, or the only ones."""
        return 3 / (1 / _calibrate() + 1 / _calibrate() + 1 / _calibrate())


def _work(segment, before, after):
    """What is done in a segment of so many nanoseconds, in calibrations, by the two at its ends."""
    return segment * (1 / before + 1 / after) / 2
