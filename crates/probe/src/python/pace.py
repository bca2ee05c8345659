"""How fast the machine ran during one import, from calibrations before it, in between and after it."""

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
        self.segment = []
        self.time = self.work = 0.0
        self.spent_cpu = self.spent_wall = 0
        self.latest = self._at_the_edge()
        self.calibrations = [self.latest]
        self.ended = _wall_clock()

    def charge(self, thread, cell, elapsed):
        """Notes CPU time of a module: in the present segment, or at the latest speed where it is another thread's."""
        if thread == self.thread:
            self.segment.append((cell, elapsed))
        else:
            cell[1] += elapsed / self.latest

    def calibrate(self, cpu):
        """Ends a segment in the middle of the import, where the thread's CPU clock showed `cpu`; what it shows now."""
        wall = _wall_clock()
        self._close(self._at_a_boundary())
        self.ended = _wall_clock()
        self.spent_wall += self.ended - wall
        now = _thread_cpu_clock()
        self.spent_cpu += now - cpu
        return now

    def end(self, cpu):
        """Ends the last segment, which is all of the import (`cpu`) where nothing was charged; the calibration at an even
        speed."""
        if not self.time:
            self.segment.append(([None, 0], cpu or 1))
        self._close(self._at_the_edge())
        return self.time / self.work

    def sustained(self):
        """The calibration at the speed that the machine sustains while nothing else runs, however busy it was: even then
        some of them, short as they are, run undisturbed."""
        ordered = sorted(self.calibrations)
        most = ordered[len(ordered) // 4] * _UNDISTURBED
        return len(ordered) / sum([1 / min(each, most) for each in ordered])

    def _close(self, calibration):
        speed = (1 / self.latest + 1 / calibration) / 2
        for cell, elapsed in self.segment:
            work = elapsed * speed
            cell[1] += work
            self.time += elapsed
            self.work += work
        self.segment.clear()
        self.latest = calibration
        self.calibrations.append(calibration)

    def _at_a_boundary(self):
        """One, or two after a long segment."""
        first = _calibrate()
        if sum([elapsed for _, elapsed in self.segment]) < _LONG:
            return first
        return 2 / (1 / first + 1 / _calibrate())

    @staticmethod
    def _at_the_edge():
        """Three in a row: the first and the last segment are often long, or the only ones."""
        return 3 / (1 / _calibrate() + 1 / _calibrate() + 1 / _calibrate())
