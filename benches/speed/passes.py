#!/usr/bin/env python3
"""How long importgate takes on two real projects, in passes: a pass imports each target once, one after another, in fresh
interpreters.

    cargo build --release && python3 benches/speed/passes.py target/release/importgate

Everything is done in turn, round by round, and each time is divided by the pass of the same round. `--busy` has two endless
loops beside. The environment, with the projects and the peers from the package index, is made below target/speed once.

The peers check the same targets, with five runs of each; those that take one target at a time are started once for each.
"""
import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ["importtime-check", "importcost", "importguardpy"]
#: Of the standard library, so that each project can be made to import them, and none of them light.
HEAVY = "import multiprocessing.managers, sqlite3.dbapi2, unittest.mock, xml.dom.minidom, xmlrpc.server\n"
LOOP = "while True: sum(range(10000))"


@dataclasses.dataclass(frozen=True)
class Project:
    """A package of the index, whose own modules are the targets."""

    name: str
    layers: dict
    #: What most targets share.
    shared: str
    #: What one target has to itself.
    leaf: str


PROJECTS = [
    Project(
        "httpie",
        {
            "cli": ["httpie.cli.*"],
            "output": ["httpie.output.*", "httpie.output.ui.*"],
            "plugins": ["httpie.plugins.*"],
            "core": ["httpie.core"],
        },
        shared="httpie/compat.py",
        leaf="httpie/output/ui/man_pages.py",
    ),
    Project(
        "datasette",
        {
            "views": ["datasette.views.*"],
            "utils": ["datasette.utils.*"],
            "publish": ["datasette.publish.*"],
            "app": ["datasette.app", "datasette.cli"],
        },
        shared="datasette/utils/__init__.py",
        # The application loads whatever else is a target here.
        leaf="datasette/cli.py",
    ),
]


class Work:
    """A copy of a project's package in a folder of its own, with budgets for it."""

    def __init__(self, project, folder, environment, importgate):
        self.project, self.folder, self.importgate = project, folder, importgate
        self.tools = environment / "bin"
        self.python = self.tools / "python"
        installed, = environment.glob(f"lib/python*/site-packages/{project.name}")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(installed, folder / "src" / project.name, ignore=shutil.ignore_patterns("__pycache__"))
        layers = [f"[layers.{name}]\nmodules = {json.dumps(modules)}\n" for name, modules in project.layers.items()]
        (folder / "budgets.toml").write_text('[project]\nsource-roots = ["src"]\n' + "".join(layers))
        self.environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.targets = []
        self.taken_by_importtime_check = []

    def run(self, *words, codes=(0,)):
        ended = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        if ended.returncode not in codes:
            raise SystemExit(f"{' '.join(map(str, words))}: exit code {ended.returncode}\n{ended.stdout}{ended.stderr}")
        return ended

    def gate(self, *words, codes=(0,)):
        return self.run(self.importgate, *words, "--python", self.python, "--quiet", codes=codes)

    def one_pass(self, targets=None):
        for target in targets or self.targets:
            self.run(self.python, "-c", f"import {target}")

    def record(self):
        self.gate("record")

    def record_first(self):
        (self.folder / "budgets.baseline.json").unlink(missing_ok=True)
        self.record()

    def check(self, codes=(0,)):
        self.gate("check", codes=codes)

    @contextlib.contextmanager
    def edited(self, name, line):
        """A module with a line before all others."""
        module = self.folder / "src" / name
        before = module.read_text()
        module.write_text(line + before)
        try:
            yield
        finally:
            module.write_text(before)


def timed(do, *arguments, **named):
    begun = time.perf_counter()
    do(*arguments, **named)
    return time.perf_counter() - begun


def importgate_round(work):
    """Seconds of each thing that importgate does, from a baseline that is not there to one that is recorded again."""
    taken = {"first `record`": timed(work.record_first)}
    kept = (work.folder / "budgets.baseline.json").read_bytes()
    with work.edited(work.project.shared, HEAVY):
        taken["`check`, heavy imports added to a shared module"] = timed(work.check, codes=(1,))
    with work.edited(work.project.shared, "# A comment.\n"):
        taken["`check`, a comment added to that module"] = timed(work.check)
    taken["`check`, nothing changed"] = timed(work.check)
    with work.edited(work.project.leaf, HEAVY):
        taken["`record` again after one module changed"] = timed(work.record)
    (work.folder / "budgets.baseline.json").write_bytes(kept)
    return taken


def guard(work):
    for target in work.targets:
        work.run(work.tools / "importguard", "check", target, "--max-ms", "60000", "--repeat", "5", "--quiet")


def cost(work):
    for target in work.targets:
        text = f'[tool.importcost]\ntarget = "import {target}"\nmax_import_ms = 60000\n'
        (work.folder / "pyproject.toml").write_text(text)
        work.run(work.tools / "importcost", "check", "--no-drift")
    (work.folder / "pyproject.toml").unlink()


def record_importtime_check(work, targets):
    """Whether importtime-check has a baseline now: it takes no target whose import names a module twice."""
    modules = [word for target in targets for word in ("--module", target)]
    words = ["baseline", "record", "--output", "peer.json", "--replace", *modules, "--max-increase-us", "60000000",
             "--max-increase-percent", "1000"]
    return not work.run(work.tools / "importtime-check", *words, codes=(0, 2)).returncode


def peers_round(work):
    """Seconds that each peer takes for all targets."""
    taken = {"importguardpy, 5 runs": timed(guard, work), "importcost, 5 runs": timed(cost, work)}
    if work.taken_by_importtime_check:
        seconds = timed(work.run, work.tools / "importtime-check", "check", "--baseline", "peer.json")
        # It takes as long for the others, which it refuses.
        share = timed(work.one_pass, work.taken_by_importtime_check) / timed(work.one_pass)
        taken["importtime-check, 5 runs"] = seconds / share
    return taken


def environment_at(folder):
    environment = folder / "environment"
    if not environment.exists():
        # Copies: importtime-check follows a link to the interpreter, and then the environment is not the one it measures.
        subprocess.run([sys.executable, "-m", "venv", "--copies", environment], check=True)
        packages = [project.name for project in PROJECTS]
        subprocess.run([environment / "bin/python", "-m", "pip", "install", "-q", *packages, *PEERS], check=True)
    return environment


def measure(work, rounds, with_peers):
    """Multiples of a pass, by what was done: one for each round."""
    work.record_first()
    listed = json.loads((work.folder / "budgets.baseline.json").read_text())
    entry, = listed["environments"].values()
    work.targets = sorted(name for name in entry["targets"] if ":" not in name)
    if with_peers:
        work.taken_by_importtime_check = [each for each in work.targets if record_importtime_check(work, [each])]
        record_importtime_check(work, work.taken_by_importtime_check)
    work.one_pass()
    multiples = {}
    for done in range(rounds):
        a_pass = timed(work.one_pass)
        taken = importgate_round(work)
        if with_peers:
            taken.update(peers_round(work))
        a_pass = (a_pass + timed(work.one_pass)) / 2
        for name, seconds in taken.items():
            multiples.setdefault(name, []).append(seconds / a_pass)
        print(f"{work.project.name}, round {done + 1} of {rounds}: a pass of {len(work.targets)} targets took {a_pass:.2f} s",
              file=sys.stderr)
    return multiples


@contextlib.contextmanager
def load(busy):
    loops = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(2 if busy else 0)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("importgate", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--busy", action="store_true", help="two endless loops beside")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--project", choices=[project.name for project in PROJECTS], action="append")
    arguments = parser.parse_args()
    folder = ROOT / "target/speed"
    folder.mkdir(parents=True, exist_ok=True)
    environment = environment_at(folder)
    columns = {}
    with load(arguments.busy):
        for project in PROJECTS:
            if not arguments.project or project.name in arguments.project:
                work = Work(project, folder / project.name, environment, arguments.importgate.resolve())
                measured = measure(work, arguments.rounds, not arguments.no_peers)
                columns[f"{project.name}, {len(work.targets)} targets"] = measured
    print("| | " + " | ".join(columns) + " |\n|---" + "|---" * len(columns) + "|")
    for name in next(iter(columns.values())):
        cells = [f"{statistics.median(measured[name]):.2f}" for measured in columns.values()]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
