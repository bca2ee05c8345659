#!/usr/bin/env python3
"""How long `importgate trend` takes on a repository with two hundred recorded revisions of a project that imports a real package.

    cargo build --release && python3 benches/trend/history.py target/release/importgate --python PYTHON

PYTHON is an interpreter that has the package, SQLAlchemy where none is named. The repository is made below target/trend, or is
taken as it is where an earlier run made it: a dozen modules, each importing parts of the package, of which every commit changes one
and records it; every twentieth changes the module that all of them import. Two commits make something slower for good: one a
single module, one all of them. What is timed, each five times, is git alone, which lists and reads every revision, then `trend`
with one target and with all, and the page.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASELINE = "importgate.baseline.json"
MODULES = 12
#: Of each recording: as many as a quiet machine needs.
SAMPLES = 16
#: Which commit adds what to which module.
SLOWER = {60: ("common", "import asyncio"), 120: ("m03", "import {package}.dialects.postgresql, email.mime.multipart")}
PARTS = ["", ".orm", ".engine", ".sql", ".ext.declarative", ".pool"]


def git(folder, *words, **options):
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *words], cwd=folder, check=True, stdout=subprocess.PIPE, **options).stdout


def edit(folder, revision, package):
    """Changes one module, in one commit of twenty the one that all import; what the commit is called."""
    name = "common" if revision % 20 == 10 else f"m{revision % MODULES + 1:02}"
    name, statement = SLOWER.get(revision, (name, f"def function_{revision}():\n    return {revision}"))
    path = folder / "app" / f"{name}.py"
    path.write_text(path.read_text() + "\n\n" + statement.format(package=package) + "\n")
    return f"Change {name}" if revision not in SLOWER else f"Import more in {name}"


def make(folder, program, python, package, revisions):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "app").mkdir(parents=True)
    (folder / "app/__init__.py").write_text("")
    (folder / "app/common.py").write_text("import json\n")
    for index in range(MODULES):
        part = PARTS[index % len(PARTS)]
        text = f"import app.common\nimport {package}{part}\n"
        (folder / f"app/m{index + 1:02}.py").write_text(text)
    (folder / "importgate.toml").write_text('[layers.all]\nmodules = ["app.*"]\nmax-time = "5s"\n')
    git(folder, "init", "--quiet", "--initial-branch=main")
    for revision in range(revisions):
        subject = edit(folder, revision, package) if revision else "Begin"
        command = [program, "record", "--quiet", "--samples", str(SAMPLES), "--python", python]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "-m", subject)
        print(f"\r{revision + 1} of {revisions}", end="", flush=True)
    print()


def timed(name, run):
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    print(f"{name:40} {statistics.median(times):6.2f} s  ({min(times):.2f} to {max(times):.2f})")


def read_by_git(folder):
    names = git(folder, "log", "--first-parent", "--follow", "--raw", "--no-abbrev", "--format=", "--", BASELINE)
    contents = b"".join(line.split()[3] + b"\n" for line in names.splitlines() if line.startswith(b":"))
    return git(folder, "cat-file", "--batch", input=contents)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--package", default="sqlalchemy")
    parser.add_argument("--revisions", type=int, default=200)
    parser.add_argument("--recorder", type=pathlib.Path, help="another build of importgate, to record with")
    options = parser.parse_args()
    program = options.program.resolve()
    folder = ROOT / "target/trend"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not (folder / ".git").is_dir():
        make(folder, (options.recorder or program).resolve(), options.python, options.package, options.revisions)
    trend = [program, "trend"]
    quiet = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL}
    size = (folder / BASELINE).stat().st_size
    print(f"{len(git(folder, 'log', '--format=%h', '--', BASELINE).splitlines())} revisions, {size / 1024:.0f} KiB each")
    timed("git lists and reads all of them", lambda: read_by_git(folder))
    timed("trend of one target", lambda: subprocess.run([*trend, "app.m01"], **quiet))
    timed("trend of all targets", lambda: subprocess.run(trend, **quiet))
    timed("the page of all targets", lambda: subprocess.run([*trend, "--format", "html"], **quiet))


if __name__ == "__main__":
    main()
