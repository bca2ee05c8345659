#!/usr/bin/env python3
"""How importgate does on a project of a thousand targets: time, memory of the gate itself, size of the baseline.

    cargo build --release && python3 benches/scale/scale.py target/release/importgate

The project is made below target/scale: 5,000 modules, of which 500 are shared by all targets and 35 by each ten of them. With
`--package sympy` the targets are the modules of an installed package instead. What is measured, in this order:

- a first `record`, in as many shards as `--shards` says, one after another, each with its own time, and `merge`;
- a `check` in which nothing has changed;
- a `check` in which one target's own module has changed, and a `record` of that, whose diff is counted in lines.

The processor time is that of importgate and of all the interpreters that it starts; the memory is the most that importgate held
itself. On a machine with other work only the processor time says something.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED_BY_ALL, SHARED_IN_DOMAIN, TARGETS_IN_DOMAIN = 500, 35, 10
#: A module body that is neither empty nor slow: a few functions and a class, as most have.
BODY = '''\
"""Module {name}."""
import {imports}

LIMITS = {{"first": 1, "second": 2}}


class Record:
    """A record of {name}."""

    kind = "{name}"

    def __init__(self, value):
        self.value = value

    def describe(self):
        return f"{{self.kind}}: {{self.value}}"


def total(values):
    return sum(value * {number} for value in values)
'''


def write(path, imports, number):
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.stem
    path.write_text(BODY.format(name=name, imports=", ".join(imports or ["sys"]), number=number))


def write_tree(package, kind, number, imports):
    """Modules of which each imports two others, down from the first, which imports `imports` too."""
    for index in range(number):
        below = [child for child in (2 * index + 1, 2 * index + 2) if child < number]
        names = [f"city.{package.name}.{kind}_{child:03}" for child in below]
        write(package / f"{kind}_{index:03}.py", (imports if index == 0 else []) + names, index)


def generate(project, domains):
    """Ten targets and 45 modules in each domain, and what all share."""
    source = project / "src" / "city"
    shutil.rmtree(project, ignore_errors=True)
    for package in ["core", *(f"domain_{domain:03}" for domain in range(domains))]:
        (source / package).mkdir(parents=True)
        (source / package / "__init__.py").write_text("")
    (source / "__init__.py").write_text("")
    write_tree(source / "core", "part", SHARED_BY_ALL, [])
    for domain in range(domains):
        package = source / f"domain_{domain:03}"
        write_tree(package, "shared", SHARED_IN_DOMAIN, ["city.core.part_000"])
        for index in range(TARGETS_IN_DOMAIN):
            write(package / "views" / f"view_{index}.py", [f"city.{package.name}.shared_000"], index)
        (package / "views" / "__init__.py").write_text("")
    (project / "budgets.toml").write_text('[layers.views]\nmodules = ["city.*.views.*"]\nmax-time = "5s"\n')
    return source / f"domain_{domains // 2:03}" / "views" / "view_5.py"


def of_package(project, package, python):
    """The modules of an installed package, copied so that one of them can be edited."""
    shutil.rmtree(project, ignore_errors=True)
    code = f"import {package}; print({package}.__path__[0])"
    found = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    source = project / "src" / package
    ignored = shutil.ignore_patterns("tests", "__pycache__", "benchmarks")
    shutil.copytree(found, source, ignore=ignored)
    (project / "budgets.toml").write_text(f'[layers.all]\nmodules = ["{package}.**"]\nmax-time = "9s"\n')
    leaves = sorted(source.rglob("*.py"), key=lambda path: (len(path.parts), path.name))
    return leaves[-1]


class Run:
    """One run of importgate: its time, that of its processors, and the most memory that it held itself."""

    def __init__(self, importgate, project, words, codes=(0,)):
        before = os.times()
        start = time.perf_counter()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        process = subprocess.Popen(
            [importgate, *words], cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.memory = 0
        watch = threading.Thread(target=self.watch, args=(process.pid,))
        watch.start()
        self.output, _ = process.communicate()
        watch.join()
        self.seconds = time.perf_counter() - start
        after = os.times()
        self.processor = after.children_user + after.children_system - before.children_user - before.children_system
        if process.returncode not in codes:
            raise SystemExit(f"{words} ended with {process.returncode}:\n{self.output[-4000:]}")

    def watch(self, pid):
        status = pathlib.Path(f"/proc/{pid}/status")
        while True:
            try:
                lines = status.read_text().splitlines()
            except OSError:
                return
            highest = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
            if not highest:
                return
            self.memory = max(self.memory, int(highest[0]) * 1024)
            time.sleep(0.02)

    def row(self, what):
        return f"| {what} | {self.seconds:.1f} s | {self.processor:.1f} s | {self.memory / 1e6:.0f} MB |"


def changed_lines(before, after):
    """How many lines a diff shows."""
    words = ["git", "diff", "--no-index", "--numstat", str(before), str(after)]
    counts = subprocess.run(words, check=False, capture_output=True, text=True).stdout.split()
    return " and ".join(counts[:2]) if counts else "0 and 0"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("importgate", type=pathlib.Path)
    parser.add_argument("--package", help="take the modules of this package as targets")
    parser.add_argument("--python", default=shutil.which("python3"))
    parser.add_argument("--domains", type=int, default=100, help="of ten targets each, where the project is generated")
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--samples", type=int, help="record with as many samples, for a look at the rest")
    parser.add_argument("--keep", action="store_true", help="take the baseline that an earlier run recorded")
    return parser.parse_args()


def main():
    asked = arguments()
    importgate = asked.importgate.resolve()
    project = ROOT / "target" / "scale" / (asked.package or "generated")
    kept = project.with_suffix(".baseline.json")
    leaf = of_package(project, asked.package, asked.python) if asked.package else generate(project, asked.domains)
    baseline = project / "budgets.baseline.json"
    python = [f"--python={asked.python}"]
    samples = [f"--samples={asked.samples}"] if asked.samples else []
    # Bytecode is written by whoever imports first, which is no part of anything that is measured here.
    subprocess.run([asked.python, "-m", "compileall", "-q", "-j0", project / "src"], check=False)
    print("| run | time | processor time | memory |\n| --- | --- | --- | --- |", flush=True)

    def run(what, words, codes=(0,)):
        done = Run(importgate, project, [*words], codes)
        print(done.row(what), flush=True)
        return done

    if asked.keep and kept.exists():
        shutil.copy(kept, baseline)
    else:
        for number in range(1, asked.shards + 1):
            shard = f"--shard={number}/{asked.shards}"
            run(f"record {number}/{asked.shards}", ["record", "--quiet", shard, *samples, *python])
        parts = sorted(project.glob("budgets.baseline.shard-*.json"))
        run("merge", ["merge", f"--baseline={baseline}", *map(str, parts)])
        shutil.copy(baseline, kept)
    run("check, nothing changed", ["check", "--quiet", "--format=json=report.json", *python], codes=(0, 1))
    targets = json.loads((project / "report.json").read_text())["targets"]
    reused = sum(target["status"] == "reused" for target in targets)
    leaf.write_text(leaf.read_text() + "\n# Nothing that costs anything.\n")
    run("check, one leaf changed", ["check", "--quiet", "--format=json=report.json", *python], codes=(0, 1))
    run("record, one leaf changed", ["record", "--quiet", *samples, *python], codes=(0, 1))
    size, diff = kept.stat().st_size, changed_lines(kept, baseline)
    print(f"\n{len(targets)} targets, {reused} reused; a baseline of {size / 1e6:.1f} MB")
    print(f"the record of the leaf adds and removes {diff} lines")


if __name__ == "__main__":
    main()
