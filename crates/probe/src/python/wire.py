"""What every script that importgate runs inside the project's interpreter has in common.

It is put in front of each script, and takes hold of all that it needs before measured code can replace it. It uses only
what a bare interpreter has loaded already: whatever it imported itself would be missing from the measurement.

Arguments are `key=value` words: `script` (its name, for whoever looks at processes), `channel` (the numbers of descriptors:
where messages go, where the key comes from that each begins with, where `faulthandler` writes, and where this script came
from), `answer` (a file for messages where there is no such descriptor), and, each as often as needed, `root` (put in front of
sys.path), `preload`, `import`; `setup` is called before them. With `requests`, the number of a descriptor, the last two come
through that, once for each sample.
"""
import sys
import _thread
import posix as _posix
import builtins as _builtins

_FOLDER = sys._getframe().f_code.co_filename.rpartition("/")[0]
_MOST_OF_A_FILE = 64 << 20  # no source comes near it
_HIGH_DESCRIPTOR = 230  # above what measured code opens or closes by habit, below the smallest usual limit (256)

_UNHEARD = 231  # the exit code of a process that has no way left to answer

_argument_words = sys.argv[1:]
_exit = _posix._exit
_fstat = _posix.fstat
_getpid = _posix.getpid
_open = _posix.open
_read = _posix.read
_write_some = _posix.write
_set_blocking = _posix.set_blocking
_WOULD_BLOCK = BlockingIOError
_memoryview = memoryview
_close = _posix.close
_stat = _posix.stat
_OPEN_ANSWER = _posix.O_WRONLY | _posix.O_CREAT | getattr(_posix, "O_CLOEXEC", 0)
# A pipe would never be opened while nobody writes to it, and a terminal would become that of this process.
_OPEN_READ = _posix.O_RDONLY | _posix.O_NONBLOCK | _posix.O_NOCTTY | getattr(_posix, "O_CLOEXEC", 0)
_import = _builtins.__import__
_modules = sys.modules
_identify_thread = _thread.get_ident
# What else a script has to say: each function is called with the message before it is sent.
_additions = []


def _values(key):
    """What the words `key=value` give for a key, in their order."""
    prefix = key + "="
    return [word[len(prefix):] for word in _argument_words if word.startswith(prefix)]


def _value(key):
    """The first value for a key; None where there is none."""
    found = _values(key)
    return found[0] if found else None


def _module_names(key):
    """The names of modules among them, which are the same text in every locale. The interpreter read its arguments by this
    one, in which other modules than those of that name may be found."""
    encoding = sys.getfilesystemencoding()
    return [
        name if name.isascii() else name.encode(encoding, "surrogateescape").decode("utf-8", "surrogateescape")
        for name in _values(key)
    ]


def _borrow(name):
    """A module of the standard library that is one file, and is not left in `sys.modules`: whoever imports it pays for it."""
    was_there = name in _modules
    module = _import(name)
    if not was_there:
        del _modules[name]
    return module


def _identity(descriptor):
    """Which file a descriptor stands for."""
    status = _fstat(descriptor)
    return status.st_dev, status.st_ino


def _private(path):
    """A descriptor with a high number for a file of our own."""
    low = _open(path, _OPEN_ANSWER, 0o600)
    try:
        high = _posix.dup2(low, _HIGH_DESCRIPTOR + low, False)
    except OSError:
        return low
    _close(low)
    return high


def _take_channel():
    """The descriptors that this process got: where messages go, where `faulthandler` writes, and the key of the messages."""
    words = _value("channel")
    if words is None:
        return _answer_path and _private(_answer_path), None, b""
    numbers = [int(number) for number in words.split(":")]
    for number in numbers:  # what measured code starts gets none of them
        _posix.set_inheritable(number, False)
    messages, keys, faults = numbers[:3]
    key = _read(keys, 64)
    for number in [keys] + numbers[3:]:
        _close(number)
    return messages, faults, key


_answer_path = _value("answer")
_answer, _faults, _key_at_first = _take_channel()


class _Own:
    """What is this very process's own: one that is forked to take a sample gets another."""
    pid = _getpid()
    key = _key_at_first
    answer_identity = _answer is not None and _identity(_answer)


_escaped = {}  # most names and paths come again and again


def _escape(text):
    known = _escaped.get(text)
    if known is None:
        known = _escaped[text] = _escape_anew(text)
    return known


def _escape_anew(text):
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return '"' + text + '"'
    try:
        # What the interpreter could not decode by its locale, and is text all the same.
        text = text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        pass
    pieces = []
    for character in text:
        code = ord(character)
        if character in '"\\':
            pieces.append("\\" + character)
        elif 32 <= code < 127:
            pieces.append(character)
        elif 0xD800 <= code < 0xE000:
            pieces.append("\\ufffd")
        elif code > 0xFFFF:
            code -= 0x10000
            pieces.append("\\u%04x\\u%04x" % (0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF)))
        else:
            pieces.append("\\u%04x" % code)
    return '"' + "".join(pieces) + '"'


def _json(value):
    """A value as JSON in ASCII. `json` is what no bare interpreter has loaded."""
    kind = type(value)
    if kind is str:
        return _escape(value)
    if kind is int:
        return "%d" % value
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if kind is dict:
        return "{" + ",".join([_escape(key) + ":" + _json(item) for key, item in value.items()]) + "}"
    if kind is list or kind is tuple:
        return "[" + ",".join([_json(item) for item in value]) + "]"
    return _escape(str(value))


def _send(message):
    """Writes the one message, and ends the process without interpreter teardown."""
    if _getpid() == _Own.pid:  # else a forked child came this far: the answer belongs to its parent
        _answer_with(message)
    _exit(0)


def _answer_with(message):
    """Writes the one message that answers."""
    for add in _additions:
        add(message)
    _tell(message)


def _tell(message):
    """Writes a message: the key, a length in eight bytes, and then JSON."""
    body = _json(message).encode("ascii")
    data = _Own.key + len(body).to_bytes(8, "big") + body
    descriptor = _answer
    try:
        intact = _identity(descriptor) == _Own.answer_identity
    except OSError:
        intact = False
    if not intact:  # measured code closed it, and may have opened a file of its own under that number
        try:
            descriptor = _open(_answer_path, _OPEN_ANSWER | _posix.O_APPEND, 0o600)
        except OSError:
            _exit(_UNHEARD)  # it also gave up its rights, its root or its descriptors
    _write_all(descriptor, data)


def _write_all(descriptor, data):
    """A single call may write less than it was given. Nothing is copied: a pipe takes a large answer in many pieces."""
    left = _memoryview(data)
    while left:
        try:
            left = left[_write_some(descriptor, left):]
        except _WOULD_BLOCK:  # measured code has it that nothing waits for a full pipe
            _set_blocking(descriptor, True)


_class_name = type.__dict__["__name__"].__get__  # a class of measured code can say something else of itself
_plain_text = str.__str__


def _as_text(value, errors="surrogateescape"):
    """A text, or bytes as text, whatever class of its own it is of: no code of that runs. None for anything else."""
    if issubclass(type(value), bytes):
        return bytes.decode(value, "utf-8", errors)
    return _plain_text(value) if issubclass(type(value), str) else None


def _text(value, limit=2000):
    """The text of any object; a hostile `__str__` must not end the measurement."""
    try:
        text = _plain_text(str(value))
    except BaseException as error:
        text = "<%s without a printable text: %s>" % (_class_name(type(value)), _class_name(type(error)))
    return text if len(text) <= limit else text[:limit] + "…"


def _is_internal(filename):
    """Whether a file is one of ours or of the import system."""
    return filename.rpartition("/")[0] == _FOLDER or filename.startswith(("<frozen importlib", "<frozen zipimport"))


def _open_file(filename):
    """A descriptor of a file; `OSError` for a pipe, a device or a folder, which measured code may name as well."""
    descriptor = _open(filename, _OPEN_READ)
    if _fstat(descriptor).st_mode & 0o170000 == 0o100000:
        return descriptor
    _close(descriptor)
    raise OSError(22, "not a file", filename)


def _read_whole(filename):
    """The content of a file that has no more than a source may have."""
    descriptor = _open_file(filename)
    try:
        pieces, left = [], _MOST_OF_A_FILE
        while left >= 0:
            pieces.append(_read(descriptor, 1 << 20))
            if not pieces[-1]:
                return b"".join(pieces)
            left -= len(pieces[-1])
        raise OSError(27, "too large", filename)
    finally:
        _close(descriptor)


def _prepare_path():
    """Takes the script's own folder out of sys.path and puts the source roots in front."""
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    sys.path[:0] = _values("root")
    sys.argv[:] = [""]


def _answer_by(main):
    """Calls what measures and answers. Where measured code has left it no way to do so, such as a hook that refuses what it
    does, that is the answer: it is nothing that the import raised."""
    try:
        main()
    except BaseException as error:
        if _getpid() == _Own.pid:
            why = _class_name(type(error)) + ": " + _text(error)
            _tell({"kind": "unobserved", "why": "what it leaves in its process ends the probe with " + why.rstrip(": ")})
        _exit(0)


def _with_room(main, *arguments):
    """Calls a function with room for all the frames below it.

    CPython 3.11 to 3.13 keep frames in chunks of 16 KiB, and give a chunk back when the first frame in it returns. A loop
    that calls a function at just that depth asks the kernel for memory at each turn, which takes many times as long as the
    call. One frame more or less anywhere moves this to another place: what it costs would be chance. The frame of this
    function is said to need so much that its chunk, whose size is rounded up to a power of two, has half a MiB to spare.
    """
    return main(*arguments)


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=70_000)
