"""Consecutive releases of real packages, both ways, against a stored baseline and against a base beside: what plain Python says
that each upgrade is worth, and what importgate says of it.

    cargo build --release && python3 benches/releases/replay.py

The pairs are those of pairs.txt; the environments are made below target/releases once. Stopped and started again, it goes on
where it was. `--table` prints the table of what is there.

A row is right where its size is within 15% or 2 ms of the truth; where the truth is more than a quarter away from the
threshold, the verdict has to agree; and the first cause of a failure has to cost more by itself, in a trace of `-X importtime`.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import environments
import importtime
import table
import truth

ROOT = pathlib.Path(__file__).resolve().parents[2]

BUDGETS = """[project]
source-roots = ["src"]
[gate]
max-regression = "{threshold}%"
[layers.releases]
modules = ["app"]
"""


@dataclasses.dataclass
class Project:
    """A module that imports the package, committed, with an environment that is one of two."""

    folder: pathlib.Path
    binary: pathlib.Path

    def write(self, module):
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "src").mkdir(parents=True)
        (self.folder / "src/app.py").write_text(f"import {module}\n")
        (self.folder / "budgets.toml").write_text(BUDGETS.format(threshold=table.THRESHOLD))
        (self.folder / ".gitignore").write_text("__pycache__/\nenvironment\n*.json\n")
        identity = ["-c", "user.name=releases", "-c", "user.email=releases@example.org"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
            subprocess.run(["git", *identity, *words], cwd=self.folder, check=True)

    def use(self, python):
        """Makes `environment` the one of this interpreter: an upgrade changes an environment and not its place."""
        link = self.folder / "environment"
        link.unlink(missing_ok=True)
        link.symlink_to(python.parent.parent)

    def importgate(self, *words):
        words = [self.binary, *words, "--quiet"]
        return subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=900, check=False)

    def check(self, *words):
        begun = time.monotonic()
        ended = self.importgate("check", "--format", "json=report.json", *words)
        if ended.returncode not in (0, 1, 2):
            raise SystemExit(f"{ended.returncode}: {ended.stderr}{ended.stdout}")
        report = json.loads((self.folder / "report.json").read_text())
        return {"seconds": round(time.monotonic() - begun, 1), **summary(report)}

    def check_stored(self, before, after):
        self.use(before)
        ended = self.importgate("record", "--python", "environment/bin/python")
        if ended.returncode:
            raise SystemExit(ended.stderr or ended.stdout)
        self.use(after)
        return self.check("--python", "environment/bin/python")

    def check_against(self, before, after):
        return self.check("--against", "HEAD", "--base-python", before, "--python", after)


def summary(report):
    """What a report says of its one target."""
    target = report["targets"][0]
    errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
    causes = {cause["id"]: cause for cause in report["causes"]}
    named = [causes[cause] for finding in errors for cause in finding["causes"]]
    return {
        "verdict": report["verdict"],
        "codes": sorted({finding["code"] for finding in errors}),
        "before_ms": target.get("baseline_time_ms"),
        "change_ms": target.get("change_ms"),
        "samples": target.get("samples"),
        "cause": named[0] if named else None,
    }


def rows(project, pair, folder, arguments):
    """Every row of a pair that is not there yet."""
    old, new = environments.make(pair, folder)
    worth = truth.stored(folder / "truth.json", pair, (old, new), arguments.pairs)
    for way, (before, after) in {"up": (old, new), "down": (new, old)}.items():
        for kind in ("stored", "against"):
            key = f"{pair.name} {way} {kind}"
            if key in arguments.there:
                continue
            project.write(pair.module)
            check = project.check_stored if kind == "stored" else project.check_against
            row = {"key": key, "pair": str(pair), "way": way, "kind": kind, "truth": worth, **check(before, after)}
            if row["cause"]:
                row["cause_grew_ms"] = importtime.growth(row["cause"], before, after, pair.module)
            yield row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", help="only these packages")
    parser.add_argument("--pairs", type=int, default=40, help="pairs of plain imports for the truth, at least")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/importgate")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/releases")
    parser.add_argument("--table", action="store_true", help="measure nothing, print the table")
    arguments = parser.parse_args()
    # What is set for the one who runs this must not reach what is measured.
    for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"):
        os.environ.pop(name, None)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    results = arguments.folder / "results.jsonl"
    there = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    arguments.there = {row["key"] for row in there}
    wanted = [pair for pair in environments.read_pairs() if not arguments.packages or pair.package in arguments.packages]
    for pair in [] if arguments.table else wanted:
        project = Project(arguments.folder / "project", arguments.binary)
        for row in rows(project, pair, arguments.folder / pair.name, arguments):
            there.append(row)
            with results.open("a") as file:
                file.write(json.dumps(row) + "\n")
            print(table.line(row), file=sys.stderr, flush=True)
    table.print_all(there)


if __name__ == "__main__":
    main()
