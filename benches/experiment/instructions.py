"""Counted instructions: how often they fail when nothing changed, or only a comment did, and how often they see +1%.

One baseline is recorded; then each round checks the package as it was, with a comment, and with one module that does
more. Counting takes some seconds a check.
"""
import argparse
import json
import pathlib
import shutil
import sys

from real_runs import ROOT, Project, wilson

TARGET = "real_30"
#: Units of work more in one module: three are a little more than 1% of this package's instructions.
HEAVIER = 3
CASES = {"nothing": {}, "a comment": {"comment": True}, "one module more than 1% heavier": {"heavier": HEAVIER}}


def check(project):
    ended, seconds = project.importgate("check", "--no-reuse", "--times-alone", "--format", "json")
    if ended.returncode not in (0, 1):
        raise SystemExit(f"{ended.returncode}: {ended.stderr}{ended.stdout}")
    row = json.loads(ended.stdout)["targets"][0]
    return row, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/importgate")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/experiment/instructions")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    arguments.folder.mkdir(parents=True)
    project = Project(arguments.folder, arguments)
    project.write(TARGET)
    project.budgets(TARGET, 0.5)
    with (arguments.folder / "budgets.toml").open("a") as budgets:
        budgets.write('[measure]\nengine = "instructions"\n')
    ended, _ = project.importgate("record")
    if ended.returncode:
        raise SystemExit(ended.stderr or ended.stdout)
    print("| change | failed | 95% bounds | measured | seconds a check |\n|---|---|---|---|---|")
    for name, change in CASES.items():
        project.write(TARGET, **change)
        rows, seconds = zip(*[check(project) for _ in range(arguments.rounds)])
        failed = sum(row["verdict"] == "fail" for row in rows)
        low, high = wilson(failed, len(rows))
        measured = [100 * (row["instructions"] / row["baseline_instructions"] - 1) for row in rows]
        print(f"| {name} | {failed} of {len(rows)} | {low:.0f}–{high:.0f}% | {min(measured):+.4f} to {max(measured):+.4f}% "
              f"| {sorted(seconds)[len(seconds) // 2]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
