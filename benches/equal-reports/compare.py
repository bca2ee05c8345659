"""Shows that two builds of importgate say the same: recorded answers of the interpreter are replayed through both, so that
times are equal, and what they write is compared to the byte.

    python3 benches/equal-reports/compare.py BEFORE AFTER [--work FOLDER] [--projects NAME ...]

The first time, BEFORE runs with real interpreters: an environment with real packages is made, and what `stand_in.py` hears
from them is kept below FOLDER (minutes). Then each build runs all commands of `projects.py` with answers from there; what
BEFORE wrote is kept too, so that another AFTER takes seconds. Exits 0 where all is equal, or explained in `expected.ini`.

What no stand-in can pin is taken out before the comparison, on both sides (NORMALISED). What whole commands of the budgets
file use, which the gate measures from outside, comes from the recording by way of `usage.c`, for which a C compiler is needed.
"""
import argparse
import collections
import concurrent.futures
import configparser
import difflib
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import projects

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# What differs from run to run of one build: (why, what, what it is replaced by).
NORMALISED = [
    ("how long the run took", r"\b(samples?|pairs) in [0-9.,]+ (?:ms|s|min)(?: [0-9]+ s)?", r"\1 in N s"),
    ("how long the run took", r'"seconds": [0-9.e-]+', '"seconds": 0'),
    ("names of temporary folders", r"(importgate-(?:base-)?)[A-Za-z0-9_.-]{4,}", r"\1XXXXXX"),
    ("the load of the machine", r"(?m)^(  load +)[0-9. ]+$", r"\1N"),
    ("the load of the machine", r'(?s)"load": \[[^]]*\]', '"load": []'),
    ("what the hypervisor took", r"(?m)^(  stolen +)[0-9.<%]+", r"\1N"),
    ("what the hypervisor took", r'"stolen": [0-9.e-]+', '"stolen": 0'),
]


class Workplace:
    """The folder with everything that is kept."""

    def __init__(self, folder, interpreter):
        self.folder = folder
        self.interpreter = interpreter
        for name in ("answers", "binaries", "projects", "temporary", "sessions", "outputs", "stand-ins"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.real = self.environment()
        self.other = self.other_interpreter()
        self.valgrind = shutil.which("valgrind")
        self.python = self.stand_in("python", "python", self.real)
        self.other_python = self.stand_in("other", "python", self.other) if self.other else None
        self.tools = folder / "stand-ins/tools"
        self.valgrind_stand_in()
        self.library = self.usage_library()

    def environment(self):
        """An environment with the packages, made once."""
        place = self.folder / "environment"
        python = place / "bin/python"
        ready = place / "ready"
        if not ready.exists() or ready.read_text() != " ".join(projects.PACKAGES):
            print("making an environment with real packages in %s" % place, file=sys.stderr)
            shutil.rmtree(place, ignore_errors=True)
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
            subprocess.run([self.interpreter, "-m", "venv", str(place)], check=True, env=environment)
            words = [str(python), "-m", "pip", "install", "--quiet", *projects.PACKAGES]
            subprocess.run(words, check=True, env=environment)
            ready.write_text(" ".join(projects.PACKAGES))
        return str(python)

    def other_interpreter(self):
        """Another version of Python, for `--base-python`."""
        answer = subprocess.run(["bash", str(ROOT / "tests/real/interpreters")], stdout=subprocess.PIPE, text=True, check=False)
        version = "import sys; print(sys.version_info[:2])"
        own = subprocess.check_output([self.real, "-c", version])
        for python in answer.stdout.split():
            if subprocess.check_output([python, "-c", version]) != own:
                return python
        return None

    def program(self, path, call):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / "stand_in.py", self.folder / "stand-ins/stand_in.py")
        base = subprocess.check_output([self.real, "-c", "import os, sys; print(os.path.realpath(sys.executable))"], text=True)
        shared = "sys.path.insert(0, %r)" % str(self.folder / "stand-ins")
        lines = ["#!%s -IS" % base.strip(), "import sys", shared, "import stand_in", call]
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o755)
        return str(path)

    def stand_in(self, label, name, real):
        path = self.folder / "stand-ins" / label / "bin" / name
        return self.program(path, "stand_in.main(%r, %r, %r)" % (label, str(path), real))

    def valgrind_stand_in(self):
        if self.valgrind:
            path = self.tools / "valgrind"
            interpreters = {self.python: self.real}
            self.program(path, "stand_in.count_instructions(%r, %r, %r)" % (str(path), self.valgrind, interpreters))

    def usage_library(self):
        """Compiled, or None where that cannot be done."""
        compiler = shutil.which("cc")
        if compiler is None or sys.platform != "linux":
            return None
        path = self.folder / "stand-ins/usage.so"
        words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(path), str(HERE / "usage.c"), "-ldl"]
        subprocess.run(words, check=True)
        return str(path)

    def binary(self, path):
        """A copy, which may be built anew meanwhile, by the name that users know: the help shows it."""
        copy = self.folder / "binaries" / digest_of(path) / "importgate"
        if not copy.exists():
            copy.parent.mkdir()
            shutil.copy(str(path), str(copy))
        return copy

    def lacks(self, run):
        """What this machine has not got for a command."""
        if "{other-python}" in run.words and self.other_python is None:
            return "another version of Python"
        return None


def fingerprint(project):
    """Another one where the project or its commands are others: the recording is made anew then."""
    digest = hashlib.sha256()

    def add(value):
        digest.update(repr(value).encode() + b"\0")

    add(sorted(project.files.items()))
    for source, _ in project.copies:
        place = ROOT / source
        for file in sorted(place.rglob("*.py")) + sorted(place.rglob("*.toml")) if place.is_dir() else [place]:
            add((file.name, file.read_bytes()))
    for step in project.steps:
        if isinstance(step, projects.Change):
            add((step.function.__name__, step.arguments))
        else:
            add((step.title, step.words, step.answers, step.slowed))
    return digest.hexdigest()


class Outputs:
    """What one build wrote in one project: (command, format) -> text, and what it asked beyond the recording."""

    def __init__(self):
        self.texts = {}
        self.asked = {}
        self.new = {}


def run_project(work, project, binary, mode):
    """Makes the project and runs its commands in their order."""
    folder = work.folder / "projects" / project.name
    temporary = work.folder / "temporary" / project.name
    for place in (folder, temporary):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    project.make(folder)
    outputs = Outputs()
    for step in project.steps:
        if isinstance(step, projects.Change):
            step.function(folder, *step.arguments)
        elif work.lacks(step) is None:
            run_command(work, project, step, binary, mode, folder, outputs)
    return outputs


def run_command(work, project, step, binary, mode, folder, outputs):
    session = work.folder / "sessions" / project.name
    shutil.rmtree(session, ignore_errors=True)
    session.mkdir()
    answers = work.folder / "answers" / project.name / step.answers
    answers.mkdir(parents=True, exist_ok=True)
    named = {"{python}": work.python, "{other-python}": work.other_python, "{real-python}": work.real}
    words = [named.get(word, word) for word in step.words]
    environment = {
        "PATH": "%s:%s" % (work.tools, os.environ["PATH"]),
        "HOME": str(work.folder / "temporary"),
        "LANG": "C.UTF-8",
        "TMPDIR": str(work.folder / "temporary" / project.name),
        "EQUAL_REPORTS_MODE": mode,
        "EQUAL_REPORTS_ANSWERS": str(answers),
        "EQUAL_REPORTS_SESSION": str(session),
        "EQUAL_REPORTS_PROJECT": str(folder),
        "EQUAL_REPORTS_SLOWED": str(step.slowed),
        **step.environment,
    }
    if work.library:
        environment["LD_PRELOAD"] = work.library
    done = subprocess.run(
        [str(binary), *words], cwd=str(folder), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False,
    )
    texts = {"exit code": "%d\n" % done.returncode, "standard output": done.stdout, "standard error": done.stderr}
    for file in step.files:
        path = folder / file
        kind = path.suffix[1:] if path.stem == step.title.replace(" ", "-") else path.name
        texts[kind] = path.read_bytes() if path.exists() else "there is no such file\n"
    for kind, text in texts.items():
        text = text if isinstance(text, str) else text.decode("utf-8", "backslashreplace")
        outputs.texts[step.title, kind] = text
    new = session / "new-questions"
    outputs.new[step.title] = new.read_text().splitlines() if new.exists() else []
    questions = session / "asked"
    outputs.asked[step.title] = len(questions.read_text().splitlines()) if questions.exists() else 0


def normalised(text):
    for _, pattern, replacement in NORMALISED:
        text = re.sub(pattern, replacement, text)
    return text


class Explanation:
    """A difference that is meant to be there."""

    def __init__(self, name, section):
        self.name = name
        self.reason = section["reason"]
        self.where = [line.strip() for line in section.get("in", "*").splitlines() if line.strip()]
        self.before = section.get("before")
        self.after = section.get("after", "")
        self.either = section.get("either")
        self.layout = section.getboolean("layout", False)
        self.used = 0

    def apply(self, where, before, after):
        """Both texts with what is explained made equal."""
        if not any(fnmatch.fnmatchcase(where, pattern) for pattern in self.where):
            return before, after
        if self.either:
            before, one = re.subn(self.either, "...", before)
            after, other = re.subn(self.either, "...", after)
            count = one + other
        else:
            before, count = re.subn(self.before, self.after, before)
        self.used += bool(count)
        if count and self.layout:
            before, after = (re.sub(r"(?m) +$", "", re.sub(" {2,}|-{2,}", " ", text)) for text in (before, after))
        return before, after


def explanations(path):
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.read(str(path), encoding="utf-8")
    return [Explanation(name, parser[name]) for name in parser.sections()]


class Comparison:
    """Counts, and prints a line for each output."""

    def __init__(self, explained, whole):
        self.explained = explained
        self.whole = whole
        self.equal = self.explained_count = self.different = 0
        self.changes = collections.Counter()

    def line(self, name, title, kind, verdict):
        print("%-9s  %-40s  %-22s  %s" % (name, title, kind, verdict))

    def project(self, name, before, after):
        for title, kind in dict.fromkeys([*before.texts, *after.texts]):
            self.output(name, title, kind, *(normalised(side.texts.get((title, kind), "")) for side in (before, after)))
        for title, questions in after.new.items():
            if questions:
                self.line(name, title, "questions", "%d that BEFORE never asked" % len(questions))
                for question in sorted(set(questions))[:5]:
                    print("    " + question)
        for title, count in after.asked.items():
            if count != before.asked[title]:
                self.line(name, title, "questions", "asked %d, before %d" % (count, before.asked[title]))

    def output(self, name, title, kind, before, after):
        if before == after:
            self.equal += 1
            self.line(name, title, kind, "equal")
            return
        used = []
        for explanation in self.explained:
            changed = explanation.apply("%s/%s/%s" % (name, title, kind), before, after)
            if changed != (before, after):
                used.append(explanation.name)
            before, after = changed
        if before == after:
            self.explained_count += 1
            self.line(name, title, kind, "explained: %s" % ", ".join(used))
            return
        self.different += 1
        self.line(name, title, kind, "DIFFERENT")
        lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", n=1, lineterm=""))
        gone, new = ([line for line in lines[2:] if line.startswith(sign)] for sign in "-+")
        for pair in zip(gone, new) if len(gone) == len(new) else ():
            self.changes["\n    ".join(re.sub("[0-9]+", "#", line)[:200] for line in pair)] += 1
        shown = lines if self.whole else lines[:40]
        for line in shown:
            print("    " + line[:400])
        if len(shown) < len(lines):
            print("    ... and %d lines more (--whole shows them)" % (len(lines) - len(shown)))


def coverage(binary, outputs):
    """The codes of findings that no report has."""
    text = subprocess.check_output([str(binary), "schema"], text=True)
    codes = set()

    def look(value):
        if isinstance(value, dict):
            if {"over-time", "regression"} <= set(map(str, value.get("enum", []))):
                codes.update(value["enum"])
            if isinstance(value.get("const"), str):
                codes.add(value["const"])
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    definitions = json.loads(text).get("$defs", {})
    look(definitions.get("Code", {}))
    everything = "".join(text for output in outputs.values() for (_, kind), text in output.texts.items() if kind == "json")
    return sorted(code for code in codes if '"code": "%s"' % code not in everything)


def digest_of(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:16]


def kept_outputs(work, project, binary):
    """What BEFORE writes: from an earlier time where the recording is the same."""
    place = work.folder / "outputs" / ("%s-%s.json" % (project.name, digest_of(binary)))
    recorded = (work.folder / "answers" / project.name / "complete").read_text()
    if place.exists():
        kept = json.loads(place.read_text())
        if kept["recorded"] == recorded:
            outputs = Outputs()
            outputs.texts = {(title, kind): text for title, kind, text in kept["texts"]}
            outputs.asked, outputs.new = kept["asked"], kept["new"]
            return outputs
    outputs = run_project(work, project, binary, "replay")
    texts = [(title, kind, text) for (title, kind), text in outputs.texts.items()]
    place.write_text(json.dumps({"recorded": recorded, "texts": texts, "asked": outputs.asked, "new": outputs.new}))
    return outputs


def ensure_recorded(work, project, binary, anew):
    """Runs the commands with real interpreters, where that was not done for these projects and commands."""
    answers = work.folder / "answers" / project.name
    complete = answers / "complete"
    wanted = fingerprint(project)
    if complete.exists() and complete.read_text().split()[0] == wanted and not anew:
        return 0.0
    shutil.rmtree(answers, ignore_errors=True)
    started = time.monotonic()
    run_project(work, project, binary, "record")
    complete.write_text("%s %d" % (wanted, time.time_ns()))
    return time.monotonic() - started


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("before", type=pathlib.Path, help="the binary that is right")
    parser.add_argument("after", type=pathlib.Path, help="the binary to be compared with it")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/equal-reports", help="where recordings are kept")
    parser.add_argument("--projects", nargs="+", choices=[project.name for project in projects.ALL], help="only these")
    parser.add_argument("--record", action="store_true", help="record anew")
    parser.add_argument("--expected", type=pathlib.Path, default=HERE / "expected.ini", help="explained differences")
    parser.add_argument("--interpreter", default=sys.executable, help="of the environment with real packages")
    parser.add_argument("--whole", action="store_true", help="show differences from their beginning to their end")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder to write what both builds wrote into")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="projects at a time")
    return parser.parse_args()


def write_out(folder, side, name, outputs):
    for (title, kind), text in outputs.texts.items():
        path = folder / side / name / ("%s.%s" % (title.replace(" ", "-"), kind.replace(" ", "-")))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(normalised(text), encoding="utf-8")


def main():
    asked = arguments()
    work = Workplace(asked.work.resolve(), asked.interpreter)
    before, after = work.binary(asked.before), work.binary(asked.after)
    chosen = [project for project in projects.ALL if not asked.projects or project.name in asked.projects]
    if work.valgrind is None:
        chosen = [project for project in chosen if project.name != "counted"]
    if work.library is None:
        print("without a C compiler the times of commands are not pinned, and differ", file=sys.stderr)

    def both(project):
        recording = ensure_recorded(work, project, before, asked.record)
        old = kept_outputs(work, project, before)
        seconds = time.monotonic()
        new = run_project(work, project, after, "replay")
        took = (project.name, recording, time.monotonic() - seconds)
        print("%s: recorded in %.0f s, replayed in %.0f s" % took, file=sys.stderr)
        return old, new

    with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        results = dict(zip([project.name for project in chosen], pool.map(both, chosen)))
    comparison = Comparison(explanations(asked.expected), asked.whole)
    for name, (old, new) in results.items():
        comparison.project(name, old, new)
        if asked.keep:
            write_out(asked.keep, "before", name, old)
            write_out(asked.keep, "after", name, new)
    if comparison.changes:
        print("\nthe most frequent changes of one line, without their numbers:")
        for pair, count in comparison.changes.most_common(20):
            print("%d times\n    %s" % (count, pair))
    unused = [explanation.name for explanation in comparison.explained if not explanation.used]
    for name in unused:
        print("explains nothing: %s" % name)
    missing = coverage(before, {name: old for name, (old, _) in results.items()})
    print("codes that no report has: %s" % (", ".join(missing) or "none"))
    counts = (comparison.equal, comparison.explained_count, comparison.different)
    print("%d outputs are equal, %d explained, %d different" % counts)
    sys.exit(1 if comparison.different else 0)


if __name__ == "__main__":
    main()
