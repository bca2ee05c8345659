"""First part of the observation, one untimed import with every hook on: what is noted, and the readings of this process
that say what each import costs.

It sees the loads of modules as `import_system.py` shows them, and imports of what was there already through
`builtins.__import__`, whose stand-in passes for a part of the import system too.

Its times rank and explain. They are read twice at each boundary, so that the hooks' own cost is not the modules'.
"""
# Measured code may replace built-in functions. Globals come first in every look-up, so these stay what they are now.
globals().update({name: value for name, value in vars(_builtins).items() if not name.startswith("_")})

_IS_COMMAND = _value("command") == "yes"  # `__main__` is measured code, and not this script
_dup2 = _posix.dup2
_pread = _posix.pread
_START_FOLDER = _posix.getcwd()
_PAGE = _posix.sysconf("SC_PAGE_SIZE")
_LONGEST_BLOCK_UNNOTICED = 1000000  # nanoseconds

# A cell holds what one import costs: [name, its cell outside, CPU ns, blocked ns, memory bytes]
_NAME, _OUTER, _CPU, _BLOCKED, _MEMORY = range(5)


class _Thread:
    """What is known of one importing thread: the imports in progress, and the readings at the last boundary."""
    __slots__ = ("stack", "cpu", "wall", "queued", "switches", "memory", "foreign", "place", "body")

    def __init__(self):
        self.stack = []
        self.cpu = self.wall = self.queued = self.switches = self.memory = self.foreign = 0
        self.place = self.body = None  # the last line known to have run, and the line of the module's body that led to it


class _Notes:
    """Everything that is noted, in one place."""
    threads = {}
    cells = []
    before = set()
    known = set()
    edges = {}
    repeated = set()
    kept_alive = []
    starters = {}  # who started a thread, by the id of what it runs
    warnings = {}
    effects = {}
    blocked = []
    collected = {}  # time of the collections of garbage that were asked for, by module and lines
    hooks = []  # what was put in the way of later imports or calls, and by whom
    reads = {}
    written = set()
    warning_text = ""
    warning_module = None
    compiling = None
    compile_began = None  # on the CPU clock, of what is compiled now
    compiled = {}  # what compiling took, by file
    main = None
    on = False
    hook_cost = 0  # CPU time of the hooks, in the main thread
    foreign = 0  # boundaries of imports in other threads than the main one
    foreign_cpu = 0  # CPU time of these imports

    def look_between_loads(thread):
        """Another function takes this place where it is to be seen what a body did that calls nothing of ours."""


class _Counter:
    """A small file of /proc that is read again and again, also after measured code has closed its descriptor."""

    def __init__(self, path, place):
        self.path = path
        self.place = place
        self.descriptor = self._descriptor()
        self.latest = {}  # what stays known where measured code leaves no way to ask

    def _descriptor(self):
        low = _open(self.path, _OPEN_READ)
        try:
            high = _dup2(low, self.place, False)
        except OSError:
            return low
        _close(low)
        return high

    def look_at_this_process(self):
        """What is open stays that of the process that opened it: one that was forked opens its own."""
        _close(self.descriptor)
        self.descriptor = self._descriptor()

    def field(self, position):
        """The number at a position of the file's words."""
        try:
            number = int(_pread(self.descriptor, 256, 0).split()[position])
        except (OSError, ValueError, IndexError):
            number = self._field_anew(position)
        self.latest[position] = number
        return number

    def _field_anew(self, position):
        """The same where the descriptor was closed, and may be another file's."""
        try:
            self.descriptor = self._descriptor()
            return int(_pread(self.descriptor, 256, 0).split()[position])
        except (OSError, ValueError, IndexError):
            return self.latest.get(position, 0)


def _counter(path, place):
    """A counter with its descriptor at a high place; None where there is no such file."""
    try:
        counter = _Counter(path, place)
        int(_pread(counter.descriptor, 256, 0).split()[1])
        return counter
    except (OSError, ValueError, IndexError):
        return None  # memory and run-queue wait stay unknown


_resident = _counter("/proc/self/statm", _HIGH_DESCRIPTOR - 1)
_schedule = _counter("/proc/self/schedstat", _HIGH_DESCRIPTOR - 2)


def _load_usage():
    """What tells of context switches, and the argument that asks for those of this thread; None where nothing does."""
    try:
        resource = _borrow("resource")
    except ImportError:
        return None, 0
    return resource.getrusage, getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)


_usage, _USAGE_OF_THREAD = _load_usage()


def _close_stretch(thread):
    """Gives what has passed since the last boundary to the import on top of the thread's stack: the time of this thread, and
    what it waited for. What threads compute that import nothing delays an import only where that waits for them."""
    cpu, wall = _thread_cpu_clock(), _wall_clock()
    memory = _resident.field(1) * _PAGE if _resident else 0
    cell = thread.stack[-1]
    spent = cpu - thread.cpu
    thread.cpu = cpu
    cell[_CPU] += spent
    cell[_MEMORY] += memory - thread.memory
    if thread is not _Notes.main:
        _Notes.foreign += 1
        _Notes.foreign_cpu += spent
    elif _schedule and _usage and _Notes.foreign == thread.foreign:
        queued = _schedule.field(1)
        # Where another thread imported meanwhile, it may itself have waited for a processor, which cannot be told from here:
        # then nothing counts as blocked.
        blocked = (wall - thread.wall) - spent - (queued - thread.queued)
        # Without a voluntary switch the time was taken from the process, not given up by it.
        if blocked > 0 and _usage(_USAGE_OF_THREAD).ru_nvcsw > thread.switches:
            cell[_BLOCKED] += blocked
            if blocked >= _LONGEST_BLOCK_UNNOTICED:
                _Notes.blocked.append((cell, thread.place, thread.body, blocked))


def _open_stretch(thread):
    """Takes the readings from which the next stretch of a thread counts. What passed since the last one was closed is the
    hooks' own cost."""
    thread.memory = _resident.field(1) * _PAGE if _resident else 0
    thread.foreign = _Notes.foreign
    if thread is _Notes.main and _schedule and _usage:
        thread.queued = _schedule.field(1)
        thread.switches = _usage(_USAGE_OF_THREAD).ru_nvcsw
    thread.wall = _wall_clock()
    cpu = _thread_cpu_clock()
    if thread is _Notes.main:
        _Notes.hook_cost += cpu - thread.cpu
    thread.cpu = cpu


def _this_thread():
    ident = _identify_thread()
    thread = _Notes.threads.get(ident)
    if thread is None:
        thread = _Notes.threads[ident] = _Thread()
    return thread
