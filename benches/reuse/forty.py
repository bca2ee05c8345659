"""What `check` costs where nothing changed: a project of forty targets, checked against its own baseline, beside importing
each target once in a fresh interpreter. Both are done in every round, in an order that is drawn, so that what the machine
does meanwhile happens to both.

    cargo build --release && python3 benches/reuse/forty.py

It ends with 1 where the median of the rounds is above 1.3.
"""
import argparse
import os
import pathlib
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TARGETS = 40
ALLOWED = 1.3
# What the targets import beside the project's own modules: from a few milliseconds to what a service loads.
LIBRARIES = [
    ["json", "dataclasses", "logging"],
    ["asyncio"],
    ["http.client", "email.message", "ssl"],
    ["unittest.mock"],
    ["xml.dom.minidom", "xml.etree.ElementTree", "csv"],
    ["sqlite3", "decimal", "statistics"],
    ["asyncio", "http.server", "urllib.request", "concurrent.futures", "multiprocessing"],
    ["asyncio", "unittest.mock", "email.mime.multipart", "xmlrpc.client", "pydoc", "sqlite3"],
]
PARTS = 6  # own modules of each target


def generate(root):
    """Forty targets; each imports the shared core, some of the standard library, and modules of its own."""
    package = root / "src" / "wide"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    for number in range(15):
        (package / f"core{number}.py").write_text(body(number, size=40))
    for number in range(TARGETS):
        target = package / "targets" / f"target{number:02}"
        target.mkdir(parents=True)
        lines = [f"import {name}" for name in LIBRARIES[number % len(LIBRARIES)]]
        lines += [f"from wide import core{shared}" for shared in range(15) if shared % 3 != number % 3]
        for part in range(PARTS):
            (target / f"part{part}.py").write_text(body(number + part, size=60))
            lines.append(f"from wide.targets.target{number:02} import part{part}")
        (target / "__init__.py").write_text("\n".join(lines) + "\n")
    (root / "budgets.toml").write_text('[layers.all]\nmodules = ["wide.targets.*"]\nmax-time = "5s"\n')
    return [f"wide.targets.target{number:02}" for number in range(TARGETS)]


def body(seed, size):
    """Classes, functions and a table, as modules have them."""
    text = ["import dataclasses", "import enum", "import re", f"PATTERN = re.compile(r'[a-z]{{{seed % 7 + 1}}}-\\d+')"]
    for number in range(size // 10):
        text.append(f"@dataclasses.dataclass\nclass Record{number}:\n    name: str\n    size: int = {number}\n")
    for number in range(size):
        text.append(f"def work{number}(value, other={number}):\n    return [value, other, {seed}]\n")
    text.append("TABLE = {str(n): [n] * 3 for n in range(%d)}" % (size * 20))
    return "\n".join(text) + "\n"


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(work):
    """Wall-clock and processor seconds."""
    wall, processor = time.perf_counter(), processor_seconds()
    work()
    return time.perf_counter() - wall, processor_seconds() - processor


def run(words, root, environment):
    done = subprocess.run(words, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout


def bounds(values):
    """The median with the 95% bounds of order statistics, or the extremes of few values."""
    ordered = sorted(values)
    reach = int(len(ordered) / 2 - 0.98 * len(ordered) ** 0.5)
    low = max(0, reach)
    return statistics.median(ordered), ordered[low], ordered[len(ordered) - 1 - low]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--importgate", default="target/release/importgate")
    arguments.add_argument("--python", default=sys.executable)
    arguments.add_argument("--rounds", type=int, default=11)
    chosen = arguments.parse_args()
    program = pathlib.Path(shutil.which(chosen.importgate) or chosen.importgate).resolve()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ratios = {"wall": [], "processor": []}
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        targets = generate(root)
        run([program, "record", "--quiet", "--python", chosen.python, "--samples", "3"], root, environment)

        def check():
            printed = run([program, "check", "--quiet", "--python", chosen.python], root, environment)
            assert f"{TARGETS} targets" in printed and "; 0 samples" in printed, printed

        def import_each():
            for target in targets:
                code = f"import sys; sys.path.insert(0, 'src'); import {target}"
                run([chosen.python, "-c", code], root, environment)

        for work in (check, import_each):
            work()
        for number in range(chosen.rounds):
            arms = [("check", check), ("each once", import_each)]
            random.shuffle(arms)
            seconds = {name: timed(work) for name, work in arms}
            for position, clock in enumerate(ratios):
                ratios[clock].append(seconds["check"][position] / seconds["each once"][position])
            print(
                f"round {number + 1}: check {seconds['check'][0]:.2f} s, "
                f"each once {seconds['each once'][0]:.2f} s, ratio {ratios['wall'][-1]:.2f}",
                flush=True,
            )
    for clock, values in ratios.items():
        middle, low, high = bounds(values)
        print(f"{clock}: {middle:.2f} times as long ({low:.2f} to {high:.2f}, {len(values)} rounds)")
    sys.exit(statistics.median(ratios["wall"]) > ALLOWED)


main()
