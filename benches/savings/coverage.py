"""Whether the intervals of `importgate explain --verify` hold the truth: generated projects, each with a statement of every
kind, and beside what is measured of a statement what plain Python takes with it and without it.

    cargo build --release && python3 benches/savings/coverage.py

The truth of a statement is the same project with that statement removed: in each round plain Python imports the project as it
is and without each statement, in random order and with the same hash seed; the amount of memory taken before, and where between
two collections of garbage the import begins, are the same in a round and others in the next. Waits are known beforehand. What
is compared is a share of the CPU time, so that the speed of the machine in one minute or another says nothing; the truth's own
error is printed too, and widens no interval.
"""
import argparse
import json
import math
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# Real packages of the standard library that load a dozen modules or more.
LIBRARY = "asyncio xml.dom.minidom email.message unittest http.client sqlite3 decimal argparse logging.config zipfile".split()

CLASS = """
class %(name)s(%(base)s):
    kind = 'kind %(number)d'
    limits = {'least': %(number)d, 'most': (%(number)d, 'text %(number)d')}

    def __init__(self, value, *rest, scale=%(number)d):
        self.value, self.rest, self.scale = value, rest, scale

    @property
    def size(self):
        return len(self.rest) * self.scale

    @staticmethod
    def parse(text, separator=',%(number)d'):
        return [part.strip() for part in text.split(separator)]

    def describe(self):
        return '%%s of %%s, %(number)d' %% (self.kind, self.value)

names.append(%(name)s('a', 1, 2).describe())
table[%(name)s.parse('x,%(number)dy')[0] + '%(number)d'] = %(name)s(names[-1]).size
"""

TIMED = """
import gc, sys, time
kibibytes = int(sys.argv[2])
ballast = [bytes(400) for _ in range(kibibytes)], [bytes(1000) for _ in range(kibibytes // 2)]
for generation, times in (1, kibibytes % 11), (0, kibibytes // 11 % 11):
    for _ in range(times):
        gc.collect(generation)
sys.path.insert(0, sys.argv[1])
began = time.process_time()
import app
print(time.process_time() - began)
"""


# Bytecode is written, as it is for a user: an import that compiles first is another one.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


class Project:
    """A project whose `app` imports one module of each kind."""

    def __init__(self, folder, chance):
        self.folder, self.chance = folder, chance
        self.lines = []
        self.kinds = {}
        self.sleeps = {}
        self.copies = 0

    def write(self, module, text):
        (self.folder / ("%s.py" % module)).write_text(text)

    def work(self, milliseconds):
        """A body that takes about as long: what bodies do, classes that are built and tables that are filled."""
        parts = ["names, table = [], {}"]
        for number in range(max(1, int(15 * milliseconds))):
            name, base = "Class%d" % number, "Class%d" % (number - 1) if number % 4 else "object"
            parts.append(CLASS % {"name": name, "base": base, "number": number})
        return "\n".join(parts) + "\n"

    def size(self, least, most):
        return round(math.exp(self.chance.uniform(math.log(least), math.log(most))), 2)

    def statement(self, kind, text, sleeps=0.0):
        self.lines.append(text)
        self.kinds[len(self.lines)] = kind
        self.sleeps[len(self.lines)] = sleeps

    def make(self):
        self.folder.mkdir(parents=True)
        kinds = [self.leaf, self.shared, self.roads, self.used, self.garbage, self.waits, self.library]
        self.chance.shuffle(kinds)
        for kind in kinds:
            kind()
        # A body of its own that leans on built-in names.
        self.lines.append("codes = {str(n): len(str(n)) + n %% 7 for n in range(%d)}" % (5000 * self.size(1, 3)))
        self.lines.append("for n in codes:\n    codes[n] = codes[n] + len(n)")
        self.lines.append(self.work(self.size(1, 4)))
        self.write("app", "\n".join(self.lines) + "\n")
        return self

    def leaf(self):
        self.write("leaf", self.work(self.size(1, 15)))
        self.statement("leaf module", "import leaf")

    def shared(self):
        """Both load `common`; each saves what is its own."""
        self.write("common", self.work(self.size(2, 8)))
        self.write("left", "import common\n" + self.work(self.size(1, 6)))
        self.write("right", "import common\n" + self.work(self.size(1, 6)))
        self.statement("shared dependency", "import left")
        self.statement("shared dependency", "import right")

    def roads(self):
        """Two statements lead to `heavy`, which goes only where both do."""
        self.write("heavy", self.work(self.size(11, 20)))
        self.write("road", "import heavy\n\ndef later():\n    return heavy.table\n")
        self.statement("two roads", "import road")
        self.statement("two roads", "import heavy")

    def used(self):
        self.write("needed", self.work(self.size(1, 5)))
        self.statement("used at module level", "import needed")
        self.lines.append("answer = needed.Class0('a').describe()")

    def garbage(self):
        self.write("garbage", "table = [{'key': [n]} for n in range(%d)]\n" % (2000 * self.size(1, 8)))
        self.statement("much garbage", "import garbage")

    def waits(self):
        seconds = self.size(0.01, 0.06)
        self.write("waits", "import time\ntime.sleep(%r)\n" % seconds + self.work(self.size(1, 5)))
        self.statement("waits", "import waits", seconds * 1000)

    def library(self):
        self.statement("standard library", "import %s" % self.chance.choice(LIBRARY))

    def without(self, lines):
        """A copy of the project without these lines."""
        # Paths of equal length: where the objects of a process come to lie depends on it.
        self.copies += 1
        copy = self.folder.with_name("%s-%02d" % (self.folder.name[:-3], self.copies))
        shutil.copytree(self.folder, copy)
        text = (copy / "app.py").read_text().split("\n")
        for line in lines:
            text[line - 1] = "pass"
        (copy / "app.py").write_text("\n".join(text))
        return copy


def explain(binary, python, project):
    done = subprocess.run(
        [binary, "explain", "app", "--verify", "--min", "0.05ms", "--format", "json", "--quiet", "--python", python],
        cwd=project.folder, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )
    if done.returncode != 0 or done.stderr:
        raise SystemExit("explain failed: %s" % done.stderr)
    return json.loads(done.stdout)


def one(python, folder, seed):
    environment = dict(ENVIRONMENT, PYTHONHASHSEED=str(seed))
    words = [python, "-c", TIMED, folder, str(seed * 797 % 2048)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def truths(python, project, wanted, rounds, chance):
    """For each set of lines, which share of the CPU time plain Python saves without them, and the error of that."""
    folders = [project.folder] + [project.without(lines) for lines in wanted]
    for folder in folders:
        one(python, folder, 0)  # writes the bytecode
    ratios = [[] for _ in wanted]
    for seed in range(1, rounds + 1):
        order = list(range(len(folders)))
        chance.shuffle(order)
        took = {position: one(python, folders[position], seed) for position in order}
        for position, each in enumerate(ratios):
            each.append(1 - took[position + 1] / took[0])
    for each in ratios:
        yield trimmed(each)


def trimmed(values):
    """The mean of the middle four fifths, and its standard error (Tukey and McLaughlin, Sankhya A 25, 1963)."""
    values = sorted(values)
    cut = len(values) // 10
    inner = values[cut:len(values) - cut]
    winsorised = [values[cut]] * cut + inner + [values[-cut - 1]] * cut
    spread = statistics.stdev(winsorised) / (1 - 2 * cut / len(values))
    return statistics.fmean(inner), spread / math.sqrt(len(values))


def lines_of(statements):
    return [one["place"]["line"] for one in statements]


def measure(binary, python, folder, seed, rounds):
    """One project: a row for each interval, and the statements that were rightly not measured."""
    chance = random.Random(seed)
    project = Project(folder / ("project-%d-00" % seed), chance).make()
    document = explain(binary, python, project)
    found = [([one], one["measured"]) for one in document["imports"] if one["importer"] == "app"]
    found += [(each["statements"], each["measured"]) for each in document["together"]]
    found = [(lines_of(statements), statements, measured) for statements, measured in found]
    found = [one for one in found if all(statement["importer"] == "app" for statement in one[1])]
    intervals = [(lines, measured) for lines, _, measured in found if measured]
    uses = [one for _, statements, measured in found if not measured for one in statements if one["used"]]
    waits_ms = sum(project.sleeps.values())
    cpu_ms = document["time_ms"] - waits_ms
    rows = []
    shares = truths(python, project, [lines for lines, _ in intervals], rounds, chance)
    for (lines, measured), (share, error) in zip(intervals, shares):
        truth_ms = share * cpu_ms + sum(project.sleeps[line] for line in lines)
        off = abs(measured["saved"]["time_ms"] - truth_ms)
        kind = project.kinds[lines[0]] + (" (set)" if len(lines) > 1 else "")
        rows.append({
            "seed": seed, "kind": kind, "truth": truth_ms, "truth_error": error * cpu_ms, "whole": document["time_ms"],
            "saved": measured["saved"]["time_ms"], "uncertainty": measured["uncertainty_ms"], "pairs": measured["pairs"],
            "holds": off <= measured["uncertainty_ms"],
        })
    return rows, len(uses)


def table(rows, uses):
    print("| kind | intervals | hold the truth | median ± | median pairs | median error of the truth |")
    print("|---|---|---|---|---|---|")
    kinds = sorted({row["kind"] for row in rows})
    for kind in kinds + ["all"]:
        of_kind = [row for row in rows if kind in (row["kind"], "all")]
        print("| %s | %d | %d | %.2f ms | %d | %.2f ms |" % (
            kind, len(of_kind), sum(row["holds"] for row in of_kind),
            statistics.median(row["uncertainty"] for row in of_kind), statistics.median(row["pairs"] for row in of_kind),
            statistics.median(row["truth_error"] for row in of_kind),
        ))
    print("\n%.1f%% of %d intervals hold the truth; %d statements were not measured: a line uses them while importing." % (
        100 * sum(row["holds"] for row in rows) / len(rows), len(rows), uses,
    ))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="python3", help="the interpreter that imports")
    parser.add_argument("--binary", default=str(ROOT / "target/release/importgate"))
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/savings/coverage")
    parser.add_argument("--projects", type=int, default=16, help="how many projects; each has six or seven intervals")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first project")
    parser.add_argument("--rounds", type=int, default=60, help="pairs of plain Python for each truth")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    rows, uses = [], 0
    for seed in range(arguments.first, arguments.first + arguments.projects):
        of_project, used = measure(arguments.binary, arguments.python, arguments.folder, seed, arguments.rounds)
        uses += used
        rows += of_project
        for row in of_project:
            print("%(seed)d %(kind)s: %(saved).2f ± %(uncertainty).2f ms in %(pairs)d pairs, truth %(truth).2f "
                  "(± %(truth_error).2f) of %(whole).1f, %(holds)s" % row, file=sys.stderr)
    table(rows, uses)


if __name__ == "__main__":
    main()
