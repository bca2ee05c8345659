"""Real packages, unchanged: one baseline recorded while the machine was quiet, and checks of everything in quiet moments and
beside hogs. Each package is imported by a module with a comment that is another one for each check, so that it is timed and
compared like changed code. No check may fail; the table says how far the times moved.

    cargo build --release && python3 benches/experiment/real_packages.py

The environment is that of benches/savings/verify.py, made below target/savings once.
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import real_runs

ROOT = real_runs.ROOT
sys.path.append(str(ROOT / "benches/savings"))
import verify

PACKAGES = (
    "requests sqlalchemy.orm django.db.models rich.console boto3 fastapi typer pydantic numpy pandas scipy.stats "
    "matplotlib.pyplot"
).split()
STATES = ("quiet", *real_runs.HOGS)
BUDGETS = """[project]
source-roots = ["."]
[gate]
max-regression = "%g%%"
[layers.packages]
modules = ["uses.*"]
"""


def importgate(arguments, project, *words):
    return subprocess.run(
        [arguments.binary, *words, "--python", arguments.interpreter, "--quiet"],
        cwd=project, capture_output=True, text=True, check=False,
    )


def importer(package):
    return "uses." + package.replace(".", "_")


def write_importers(project, visit):
    (project / "uses").mkdir(exist_ok=True)
    for package in PACKAGES:
        (project / (importer(package).replace(".", "/") + ".py")).write_text("import %s\n# visit %d\n" % (package, visit))


def check(arguments, project):
    """The report of one check of all packages."""
    ended = importgate(arguments, project, "check", "--format", "json=report.json")
    report = project / "report.json"
    if not report.exists():
        sys.exit(ended.stderr)
    document = json.loads(report.read_text())
    report.unlink()
    return document


def row(name, moves, failures):
    cells = []
    for state in STATES:
        ordered = sorted(moves[state, importer(name)], key=abs)
        cells.append("%+.1f%%, %+.1f%%" % (ordered[len(ordered) // 2], ordered[-1]) if ordered else "")
    return "| %s | %s | %d |" % (name, " | ".join(cells), failures[importer(name)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="checks in each state of the machine")
    parser.add_argument("--threshold", type=float, default=10, help="max-regression, in percent")
    parser.add_argument("--python", default="python3", help="the interpreter that the environment is made with")
    parser.add_argument("--binary", default=str(ROOT / "target/release/importgate"))
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/savings")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    arguments.interpreter = verify.environment(arguments.folder, arguments.python)
    moves = collections.defaultdict(list)
    failures = collections.Counter()
    with tempfile.TemporaryDirectory() as name:
        project = pathlib.Path(name)
        write_importers(project, 0)
        (project / "budgets.toml").write_text(BUDGETS % arguments.threshold)
        recorded = importgate(arguments, project, "record")
        if recorded.returncode != 0:
            sys.exit(recorded.stderr)
        plan = [state for state in STATES for _ in range(arguments.rounds)]
        random.shuffle(plan)
        for visit, state in enumerate(plan, 1):
            write_importers(project, visit)
            with real_runs.load(arguments.interpreter, state):
                report = check(arguments, project)
            for target in report["targets"]:
                moves[state, target["module"]].append(100 * (target["time_ms"] / target["baseline_time_ms"] - 1))
                failures[target["module"]] += target["verdict"] == "fail"
            print("%s: %s, %.0f s" % (state, report["verdict"], report["run"]["seconds"]), file=sys.stderr)
            for finding in report["findings"]:
                if finding["severity"] == "error":
                    print("  %s: %s: %s" % (finding["code"], finding["target"], finding["message"]), file=sys.stderr)
    print("| package | %s | failures |" % " | ".join(STATES))
    print("|---" * (len(STATES) + 2) + "|")
    for name in PACKAGES:
        print(row(name, moves, failures))
    print("\n%d checks of %d packages. Each cell: the middle one of the moves by their size, and the largest." % (
        len(plan), len(PACKAGES)))


if __name__ == "__main__":
    main()
