"""How well `importgate explain` estimates what a lazy import saves: estimates beside what `--verify` measures, on real
packages.

    cargo build --release && python3 benches/savings/verify.py

It makes an environment below target/savings (once), explains five small applications and the packages themselves, and
prints a table. No statement is picked by hand: the table has every statement that `explain` lists (its twelve costliest,
and three that are imported elsewhere too) that could be deferred and saves 5 ms or more, by estimate or by measurement.
Further counts are of all that could be deferred, and of all that could not, with the reasons. Stopped and started again, it
goes on where it was.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

PACKAGES = (
    "requests httpx pandas sqlalchemy django rich typer boto3 fastapi pydantic jinja2 matplotlib flask aiohttp numpy scipy "
    "networkx sympy pytest black celery"
).split()

APPLICATIONS = {
    "service": "import flask\nimport jinja2\nimport requests\nimport sqlalchemy\nimport pydantic\nimport typer\n",
    "science": "import matplotlib.pyplot\nimport networkx\nimport numpy\nimport pandas\nimport scipy.stats\nimport sympy\n",
    "cloud": "import boto3\nimport fastapi\nimport httpx\nimport rich.console\nimport typer\n",
    "pages": "import django.db.models\nimport django.http\nimport django.template\nimport rich.table\nimport requests\n",
    "jobs": "import aiohttp\nimport black\nimport celery\nimport celery.app\nimport pytest\n",
}

TARGETS = list(APPLICATIONS) + (
    "requests httpx sqlalchemy django.db.models rich.console typer boto3 fastapi pydantic flask aiohttp networkx pytest black "
    "celery.app matplotlib.pyplot pandas scipy.stats sympy"
).split()

SMALLEST_MS = 5.0


def agree(estimate, measured):
    """The requirement: within 15% of what was measured, or within 2 ms."""
    return abs(estimate - measured) <= max(2.0, 0.15 * abs(measured))


def environment(folder, interpreter):
    python = folder / "venv/bin/python"
    if not (folder / "ready").exists():
        subprocess.run([interpreter, "-m", "venv", folder / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "ready").touch()
    for name, text in APPLICATIONS.items():
        source = folder / "applications" / ("%s.py" % name)
        source.parent.mkdir(exist_ok=True)
        source.write_text(text)
    return python


def explain(binary, python, folder, target):
    began = time.monotonic()
    done = subprocess.run(
        [binary, "explain", target, "--verify", "--format", "json", "--quiet", "--python", python],
        cwd=folder / "applications", capture_output=True, text=True, check=False,
    )
    if done.returncode != 0:
        return {"target": target, "error": done.stderr.strip(), "imports": []}
    return dict(json.loads(done.stdout), seconds=time.monotonic() - began)


def shown(place):
    if place is None:
        return "?"
    return "%s:%d" % (place["file"].rpartition("/site-packages/")[2], place["line"])


def table(documents):
    counts = {"shown": [0, 0], "all": [0, 0]}
    obstacles = {}
    print("| target | statement | estimate | measured | pairs | agree |\n|---|---|---|---|---|---|")
    for document in documents:
        for imported in document["imports"]:
            if imported["measured"] is None:
                kind = imported["obstacle"]["kind"] if imported["obstacle"] else "failed while measuring"
                obstacles[kind] = obstacles.get(kind, 0) + 1
                continue
            estimate, measured = imported["saved"]["time_ms"], imported["measured"]["saved"]["time_ms"]
            right = agree(estimate, measured)
            counts["all"][0] += right
            counts["all"][1] += 1
            if max(estimate, measured) < SMALLEST_MS:
                continue
            counts["shown"][0] += right
            counts["shown"][1] += 1
            print("| %s | `%s` %s | %.1f ms | %.1f ± %.1f ms | %d | %s |" % (
                document["target"], shown(imported["place"]), "`%s`" % imported["source"] if imported["source"] else "",
                estimate, measured, imported["measured"]["uncertainty_ms"], imported["measured"]["pairs"],
                "yes" if right else "**no**",
            ))
    print("\nEstimate and measurement agree within 15%% or 2 ms in %d of these %d statements," % tuple(counts["shown"]))
    print("and in %d of all %d that could be deferred." % tuple(counts["all"]))
    if obstacles:
        told = ", ".join("%s %d" % item for item in sorted(obstacles.items()))
        print("Listed, and could not be deferred: %s." % told)
    for document in documents:
        if "error" in document:
            print("%s: %s" % (document["target"], document["error"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="some of the targets; all of them by default")
    parser.add_argument("--python", default="python3", help="the interpreter that the environment is made with")
    parser.add_argument("--binary", default=str(ROOT / "target/release/importgate"))
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/savings")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    python = environment(arguments.folder, arguments.python)
    documents = []
    for target in arguments.targets or TARGETS:
        kept = arguments.folder / ("%s.json" % target)
        if not kept.exists():
            print("explaining %s" % target, file=sys.stderr)
            kept.write_text(json.dumps(explain(arguments.binary, python, arguments.folder, target)))
        documents.append(json.loads(kept.read_text()))
    table(documents)


if __name__ == "__main__":
    main()
