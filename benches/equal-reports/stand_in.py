"""Stands in for a Python interpreter: asks the real one and keeps its answer, or gives the kept one without importing anything.

`compare.py` writes small programs that call `main`. What they do is said by variables of the environment:

- EQUAL_REPORTS_MODE      `record` (a question that was asked before is answered from the recording, a new one by the real
                          interpreter) or `replay` (the same, and new questions are listed in `new-questions` of the session)
- EQUAL_REPORTS_ANSWERS   the folder of the recording: answers to one state of one project
- EQUAL_REPORTS_SESSION   a folder that is fresh for each run of importgate: what was asked in it
- EQUAL_REPORTS_SLOWED    how many times as long the samples of a recording are to take (1 where it is not set)
- EQUAL_REPORTS_PROJECT   the project's folder: a process that starts elsewhere belongs to the base of `--against`

All that this file knows about how importgate talks to an interpreter is in `parse`, `body_of` and `framed`; a change of that
protocol is made good there, and in the tables of renamed words and fields.

An answer is found by the question and its round, which the hash seed tells: it does not depend on the order of questions, nor
on how often the same one is asked. Where a run asks for more rounds than were recorded, it begins again with the first one.
"""
import binascii
import marshal
import os
import sys

# What the words of a question are called now, by what they were called when the answers were recorded.
WORDS = {"answer": "answer", "faults": "faults", "root": "root", "compile": "compile"}
# Further words of questions that are other ones now, by what they are now: the recording has the old ones.
RENAMED_WORDS = {"look=light": "look=glance"}
# Scripts by the beginning of their file names, the longer name first.
KINDS = (
    ("interpreter", "interpreter"),
    ("observe_lines", "lines"),
    ("observe", "observation"),
    ("deferring", "deferring sample"),
    ("defer", "deferring sample"),
    ("probe", "sample"),
    ("sample", "sample"),
)
# Fields of answers that have another name now: (recorded, now). The new name is used where the script has it.
RENAMED_FIELDS = ()

SIGABRT, SIGTERM = 6, 15


class Question:
    """What is asked, apart from where the answer goes."""

    def __init__(self, text, number, answer=None, faults=None, places=()):
        self.text = text
        self.round = number
        self.answer = answer
        self.faults = faults
        # (placeholder, folder): folders that differ from run to run.
        self.places = places
        self.script = None


def parse(label, program, arguments, environment, folder):
    """The question of a process: a request of the probe where one of its words names a file for the answer, else a command."""
    seed = environment.get("PYTHONHASHSEED", "")
    number = int(seed) - 1 if seed.isdigit() else 0
    project = environment["EQUAL_REPORTS_PROJECT"]
    arm = "head" if (folder + "/").startswith(project + "/") else "base"
    cold = "cold" if environment.get("PYTHONDONTWRITEBYTECODE") else "warm"
    lines = [label, arm, cold]
    script = next((word for word in arguments if word.endswith((".py", ".pyc")) and not word.startswith("-")), None)
    words = [word.partition("=") for word in arguments if script is not None and word != script]
    ours = {key: value for key, _, value in words if key in (WORDS["answer"], WORDS["faults"])}
    if WORDS["answer"] not in ours:
        return Question("\n".join(lines + ["command", program, *arguments]), number)
    name = script.rpartition("/")[2]
    kinds = [kind for beginning, kind in KINDS if name.startswith(beginning)]
    keys = {key for key, _, _ in words}
    if WORDS["compile"] in keys:
        kinds = ["interpreter"]
    elif not kinds:
        kinds = ["deferring sample" if "defer" in keys else "observation" if "look" in keys else "sample"]
    lines.append(kinds[0])
    skipped = {WORDS["answer"], WORDS["faults"], WORDS["root"], WORDS["compile"]}
    for key, equals, value in words:
        if key not in skipped:
            word = key + equals + value
            lines.append(RENAMED_WORDS.get(word, word))
    places = ((b"{WORKSPACE}", script.rpartition("/")[0]), (b"{FOLDER}", folder))
    question = Question("\n".join(lines), number, ours[WORDS["answer"]], ours.get(WORDS["faults"]), places)
    question.script = script
    return question


def body_of(message):
    """A message without its frame, a length in eight bytes, and whether it had one."""
    whole = len(message) >= 8 and int.from_bytes(message[:8], "big") == len(message) - 8
    return (message[8:], True) if whole else (message, False)


def framed(body, has_frame):
    return len(body).to_bytes(8, "big") + body if has_frame else body


def with_new_names(body, script):
    if not RENAMED_FIELDS or script is None:
        return body
    source = read(script[:-1] if script.endswith(".pyc") else script) or b""
    for old, new in RENAMED_FIELDS:
        old, new = b'"%s"' % old.encode(), b'"%s"' % new.encode()
        if new in source:
            body = body.replace(old + b":", new + b":")
    return body


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def folder_of(answers, question):
    return "%s/%08x" % (answers, binascii.crc32(question.text.encode()))


def note(session, name, text):
    with open("%s/%s" % (session, name), "a") as file:
        file.write(text.replace("\n", " ") + "\n")


def kept(folder, number, wrap):
    """The kept answer, or None."""
    exact = read("%s/%d" % (folder, number))
    if exact is not None or not wrap:
        return exact
    try:
        rounds = sorted(int(name) for name in os.listdir(folder) if name.isdigit())
    except OSError:
        return None
    return read("%s/%d" % (folder, rounds[number % len(rounds)])) if rounds else None


def die(end):
    """Ends this process as the real one ended."""
    kind, value = end
    if kind == "exit":
        os._exit(value)
    import _signal

    _signal.signal(value, _signal.SIG_DFL) if value != 9 else None
    os.kill(os.getpid(), value)
    os._exit(255)


def tell_usage(session, usage):
    """For `usage.c`, which puts it in the place of what the system says of this process."""
    write("%s/usage.%d" % (session, os.getpid()), ("%d %d %d %d" % usage).encode())


class Real:
    """The real interpreter, run once."""

    def __init__(self, executable, arguments):
        self.executable = executable
        self.arguments = arguments
        self.child = None
        self.hung = False

    def run(self):
        """What it printed where somebody reads it, how it ended, what it used."""
        import _signal
        import stat
        import time

        reader = None
        if stat.S_ISFIFO(os.fstat(1).st_mode):
            reader, writer = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            if reader is not None:
                os.dup2(writer, 1)
                os.dup2(writer, 2)
                os.close(reader)
                os.close(writer)
            for name in [name for name in os.environ if name.startswith("EQUAL_REPORTS_")]:
                del os.environ[name]
            try:
                os.execve(self.executable, [self.executable, *self.arguments], os.environ)
            finally:
                os._exit(127)
        started = time.monotonic_ns()
        _signal.signal(SIGABRT, self.pass_on)
        _signal.signal(SIGTERM, self.pass_on)
        printed = b""
        if reader is not None:
            os.close(writer)
            printed = self.listen(reader)
        _, status, usage = os.wait4(self.child, 0)
        end = ("signal", os.WTERMSIG(status)) if os.WIFSIGNALED(status) else ("exit", os.WEXITSTATUS(status))
        account = (int(usage.ru_utime * 1e6), int(usage.ru_stime * 1e6), usage.ru_maxrss, time.monotonic_ns() - started)
        return printed, end, account

    def listen(self, reader):
        """Until the process has ended: what it left behind may hold the pipe open."""
        pieces = []
        os.set_blocking(reader, False)
        import select

        ended = False
        while True:
            ready, _, _ = select.select([reader], [], [], 0 if ended else 0.02)
            if ready:
                piece = os.read(reader, 65536)
                if not piece:
                    return b"".join(pieces)
                pieces.append(piece)
            elif ended:
                return b"".join(pieces)
            else:
                ended = os.waitid(os.P_PID, self.child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def pass_on(self, number, _frame):
        self.hung = True
        try:
            os.kill(self.child, number)
        except ProcessLookupError:
            pass  # the signal went to the whole group


def slowed(body, question):
    """A sample of a machine, or of an import system, that takes this many times as long for what the project imports."""
    factor = float(os.environ.get("EQUAL_REPORTS_SLOWED", "1"))
    if factor == 1 or b'"kind":"sample"' not in body or "import=unittest" in question.text:
        return body
    import json

    sample = json.loads(body)
    for field in ("cpu_ns", "wall_ns"):
        sample[field] = int(sample[field] * factor)
    sample["own"] = {name: int(value * factor) for name, value in sample["own"].items()}
    return json.dumps(sample, separators=(",", ":")).encode()


def compiled(script, real):
    """The interpreter compiles the scripts when it is asked what it is; where that was answered by us, none did."""
    if script.endswith(".pyc") and not os.path.exists(script):
        code = "import sys, py_compile; py_compile.compile(sys.argv[1], cfile=sys.argv[2], doraise=True)"
        os.spawnv(os.P_WAIT, real, [real, "-c", code, script[:-1], script])


def ask(question, real, stand_in, arguments, session):
    """Runs the real interpreter and packs its answer."""
    if question.script is not None:
        compiled(question.script, real)
    process = Real(real, arguments)
    printed, end, usage = process.run()
    message = read(question.answer) if question.answer else None
    faults = read(question.faults) if question.faults else None
    has_frame = False
    if message is not None:
        body, has_frame = body_of(message)
        # The gate runs what the interpreter says that it is.
        body = body.replace(b'"executable":"%s"' % real.encode(), b'"executable":"%s"' % stand_in.encode())
        body = slowed(body, question)
        write(question.answer, framed(body, has_frame))
        message = body
    rest = printed
    while rest:
        rest = rest[os.write(1, rest):]
    for placeholder, place in question.places:
        place = place.encode()
        message = message.replace(place, placeholder) if message is not None else None
        faults = faults.replace(place, placeholder) if faults is not None else None
        printed = printed.replace(place, placeholder)
    tell_usage(session, usage)
    return {
        "message": message,
        "has_frame": has_frame,
        "faults": faults,
        "printed": printed,
        "end": end,
        "usage": usage,
        "hung": process.hung,
    }


def give(question, answer, session):
    """Does what the real interpreter did, as far as the gate can see it, and ends."""
    message, faults, printed = answer["message"], answer["faults"], answer["printed"]
    for placeholder, place in question.places:
        place = place.encode()
        message = message.replace(placeholder, place) if message is not None else None
        faults = faults.replace(placeholder, place) if faults is not None else None
        printed = printed.replace(placeholder, place)
    if answer["hung"]:
        wait_for_the_limit()
    if message is not None and question.answer:
        write(question.answer, framed(with_new_names(message, question.script), answer["has_frame"]))
    if faults is not None and question.faults:
        write(question.faults, faults)
    while printed:
        printed = printed[os.write(1, printed):]
    tell_usage(session, answer["usage"])
    die(answer["end"])


def wait_for_the_limit():
    import _signal
    import time

    told = []
    for number in (SIGABRT, SIGTERM):
        _signal.signal(number, lambda number, frame: told.append(number))
    while not told:
        time.sleep(0.01)


def main(label, stand_in, real):
    """`label` tells this interpreter from others, `stand_in` is the path of this program, `real` what it stands in for."""
    environment = os.environ
    answers, session = environment["EQUAL_REPORTS_ANSWERS"], environment["EQUAL_REPORTS_SESSION"]
    program, arguments = stand_in.rpartition("/")[2], sys.argv[1:]
    question = parse(label, program, arguments, environment, os.getcwd())
    note(session, "asked", question.text)
    folder = folder_of(answers, question)
    replays = environment["EQUAL_REPORTS_MODE"] == "replay"
    packed = kept(folder, question.round, wrap=replays)
    if packed is not None:
        give(question, marshal.loads(packed), session)
    answer = ask(question, real, stand_in, arguments, session)
    os.makedirs(folder, exist_ok=True)
    write(folder + "/question", question.text.encode())
    write("%s/%d" % (folder, question.round), marshal.dumps(answer))
    if replays:
        note(session, "new-questions", question.text)
    die(answer["end"])


def count_instructions(stand_in, real, interpreters):
    """Stands in for valgrind, whose count is the log of the process that importgate's process started. `interpreters` says
    which program each stand-in stands in for."""
    environment, arguments = os.environ, sys.argv[1:]
    answers, session = environment["EQUAL_REPORTS_ANSWERS"], environment["EQUAL_REPORTS_SESSION"]
    logs = next((word.partition("=")[2].rpartition("/")[0] for word in arguments if word.startswith("--log-file=")), None)
    command = [interpreters.get(word, word) for word in arguments]
    asked = [word for word in arguments if not word.startswith(("--", "root="))]
    asked = [word.rpartition("/")[2] if word.startswith("/") else word for word in asked]
    question = Question("\n".join(["valgrind", *(asked or arguments)]), 0)
    note(session, "asked", question.text)
    folder = folder_of(answers, question)
    replays = environment["EQUAL_REPORTS_MODE"] == "replay"
    packed = kept(folder, 0, wrap=replays)
    if packed is None:
        process = Real(real, command)
        printed, end, _ = process.run()
        texts = [read(logs + "/" + name) for name in os.listdir(logs)] if logs else []
        marks = [(b"Parent PID: %d\n" % os.getpid(), b"Parent PID: {PARENT}\n")]
        for old, new in marks:
            texts = [text.replace(old, new) for text in texts]
        for name in os.listdir(logs) if logs else []:
            os.remove(logs + "/" + name)
        packed = marshal.dumps({"printed": printed, "logs": texts, "end": end})
        os.makedirs(folder, exist_ok=True)
        write(folder + "/question", question.text.encode())
        write(folder + "/0", packed)
        if replays:
            note(session, "new-questions", question.text)
    answer = marshal.loads(packed)
    for number, text in enumerate(answer["logs"]):
        write("%s/%d.log" % (logs, number), text.replace(b"{PARENT}", b"%d" % os.getppid()))
    if answer["printed"]:
        os.write(1, answer["printed"])
    die(answer["end"])
