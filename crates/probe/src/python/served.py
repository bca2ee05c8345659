"""One set-up for many imports: a process that has run it, and forks once for each sample or look that it is asked for.

Each is a process that importgate waits for itself, as for one that it starts: the process in between has ended by then.
It has a session, descriptors and a key of its own, and begins its import when importgate has taken charge of it and has given
it memory of its own (`runner/own_memory.rs`). Where anything that a set-up left behind would be shared by all of them, nothing
is forked.
"""
_requests = int(_value("requests")) if _value("requests") else None
# How long a process waits for importgate to take charge of it, in seconds: without it nobody would end this one.
_PATIENCE = 60

if _requests is not None:  # only Linux has all of these
    _posix.set_inheritable(_requests, False)
    _fork, _pipe, _put_at, _begin_session = _posix.fork, _posix.pipe, _posix.dup2, _posix.setsid
    _wait_for_child, _look_for_child = _posix.waitpid, _posix.waitid
    _CHILD_AS_IT_IS = _posix.P_ALL, 0, _posix.WEXITED | _posix.WNOHANG | _posix.WNOWAIT
    _make_file = getattr(_posix, "memfd_create", None)  # some builds lack it
    _SEALABLE = 3  # MFD_CLOEXEC | MFD_ALLOW_SEALING: importgate says how much it holds
    _parent_of_this, _give_way = _posix.getppid, _posix.sched_yield
    _list_folder, _read_link = _posix.listdir, _posix.readlink
    _find_on_path = sys.modules["_frozen_importlib_external"].PathFinder.find_spec
    _signals = _borrow("_signal")
    _alarm_in, _timer_of, _REAL_TIMER = _signals.alarm, _signals.getitimer, _signals.ITIMER_REAL


def _open_descriptors():
    """The descriptors of this process; that of the folder which lists them is closed by then."""
    found = []
    for name in _list_folder("/proc/self/fd"):
        try:
            _fstat(int(name))
        except OSError:
            continue
        found.append(int(name))
    return found


_open_at_first = _open_descriptors() if _requests is not None else []


def _serve(own_descriptors):
    """Forks at each request. Returns in a process that is to import, with its arguments in place."""
    hindrance = _what_all_would_share(own_descriptors)
    if hindrance is not None:
        _send({"kind": "hindered", "by": hindrance})
    _tell({"kind": "ready"})
    while True:
        length = _read(_requests, 4)
        if len(length) < 4:
            _exit(0)
        words = _read_exactly(_requests, int.from_bytes(length, "big"))
        between = _fork()
        if between == 0:
            between = _getpid()
            if _fork():
                _exit(0)
            break
        _wait_for_child(between, 0)
    try:
        # As the interpreter reads its arguments.
        _argument_words.extend(words.decode(sys.getfilesystemencoding(), "surrogateescape").split("\0"))
        _become_one_of_its_own(between)
    except BaseException:
        _exit(_UNHEARD)


def _warm_up():
    """Looks for the module of the set-up once more, and reads its code: the caches of a processor have nothing of the memory
    that this process was given, where one that has just run the set-up would find in them what imports modules."""
    name = _value("setup").partition(":")[0].partition(".")[0]
    try:
        spec = _find_on_path(name)
        spec.loader.get_code(name)
    except Exception:
        pass  # it was not found in this way


def _read_exactly(descriptor, length):
    pieces = []
    while length:
        piece = _read(descriptor, length)
        if not piece:
            _exit(0)
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _become_one_of_its_own(between):
    """Waits until importgate is the parent of this process, and has taken charge of it."""
    _Own.pid = _getpid()
    _begin_session()
    _alarm_in(_PATIENCE)
    _close(_requests)
    while _parent_of_this() == between:
        _give_way()
    answers, answer = _pipe()
    keys, key = _pipe()
    faults = _make_file("importgate", _SEALABLE)
    _tell({"kind": "forked", "process": _Own.pid, "answers": answers, "key": key, "faults": faults})
    _Own.key = _read(keys, 64)
    _alarm_in(0)
    for ours, number in ((answer, _answer), (faults, _faults)):
        _put_at(ours, number, False)
        _close(ours)
    for descriptor in (keys, key, answers):
        _close(descriptor)
    _Own.answer_identity = _identity(_answer)


def _what_all_would_share(own_descriptors):
    """What the set-up left that two processes cannot both have, or would disturb each other by; None for nothing."""
    if _make_file is None:
        return "this build of the interpreter has no memfd_create"
    if len(_list_folder("/proc/self/task")) > 1 or len(_current_frames()) > 1:
        return "it leaves a thread"
    if _timer_of(_REAL_TIMER)[0]:
        return "it leaves a timer"
    try:
        _look_for_child(*_CHILD_AS_IT_IS)
        return "it leaves a process"
    except ChildProcessError:
        pass
    for descriptor in _open_descriptors():
        is_ours = descriptor in _open_at_first or descriptor in own_descriptors
        if not is_ours and not _can_be_shared(descriptor):
            return "it leaves an open file"
    return None


def _can_be_shared(descriptor):
    """Whether an open file has no position that whoever reads or writes moves on for all; a log is written at its end."""
    kind = _fstat(descriptor).st_mode & 0o170000
    if kind != 0o100000:
        return kind == 0o020000 and _read_link("/proc/self/fd/%d" % descriptor).startswith("/dev/")
    information = _read_small("/proc/self/fdinfo/%d" % descriptor)
    flags = information.partition(b"flags:")[2].split()
    return bool(flags) and bool(int(flags[0], 8) & _posix.O_APPEND)


def _read_small(path):
    descriptor = _open(path, _OPEN_READ)
    try:
        return _read(descriptor, 4096)
    finally:
        _close(descriptor)
