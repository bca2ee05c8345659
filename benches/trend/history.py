#!/usr/bin/env python3
"""How long `importgate trend` takes on a repository with two hundred revisions of a project that imports a real package.

    cargo build --release && cargo bench --no-run
    python3 benches/trend/history.py target/release/importgate --python PYTHON

PYTHON is an interpreter that has the package, SQLAlchemy where none is named. A dozen modules, each importing parts of it,
are recorded once, below target/trend; `cargo bench --bench experiment -- history` draws two hundred revisions from what was
recorded, and each is committed. With `--targets 100` what was recorded comes again under other names, until there are so many.
A baseline that is there already is taken with `--baseline FILE` instead.

What is timed, each five times, is git alone, which lists and reads every revision, then `trend` with one target and with all,
and the page. The processor time is that of the program and of git; on a machine with other work only that says something.
"""
import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASELINE = "importgate.baseline.json"
BUDGETS = '[layers.all]\nmodules = ["app.*"]\nmax-time = "5s"\n'
MODULES = 12
PARTS = ["", ".orm", ".engine", ".sql", ".ext.declarative", ".pool"]


def git(folder, *words, **options):
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *words], cwd=folder, check=True, stdout=subprocess.PIPE, **options).stdout


def record(folder, program, python, package):
    """A project and its baseline."""
    (folder / "app").mkdir(parents=True)
    (folder / "app/__init__.py").write_text("")
    for index in range(MODULES):
        (folder / f"app/m{index + 1:02}.py").write_text(f"import {package}{PARTS[index % len(PARTS)]}\n")
    (folder / "importgate.toml").write_text(BUDGETS)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [program, "record", "--quiet", "--python", python]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / BASELINE


def commit_each(folder, revisions):
    folder.mkdir(parents=True)
    (folder / "importgate.toml").write_text(BUDGETS)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for file in sorted(revisions.iterdir()):
        shutil.copy(file, folder / BASELINE)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "-m", f"Revision {int(file.stem)}")
    git(folder, "gc", "--quiet")


def timed(name, run):
    walls, cpus = [], []
    for _ in range(5):
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        run()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - start)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"| {name} | {statistics.median(cpus):.2f} s | {statistics.median(walls):.2f} s |")


def read_by_git(folder):
    names = git(folder, "log", "--first-parent", "--follow", "--raw", "--no-abbrev", "--format=", "--", BASELINE)
    contents = b"".join(line.split()[3] + b"\n" for line in names.splitlines() if line.startswith(b":"))
    return git(folder, "cat-file", "--batch", input=contents)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--python", default="python3")
    parser.add_argument("--package", default="sqlalchemy")
    parser.add_argument("--baseline", type=pathlib.Path, help="a recorded baseline to draw from")
    parser.add_argument("--revisions", type=int, default=200)
    parser.add_argument("--targets", type=int, default=MODULES)
    options = parser.parse_args()
    program, folder = options.program.resolve(), ROOT / "target/trend"
    shutil.rmtree(folder, ignore_errors=True)
    recorded = options.baseline or record(folder / "project", program, options.python, options.package)
    draw = ["cargo", "bench", "--quiet", "--bench", "experiment", "--", "history", recorded.resolve(), folder / "drawn"]
    subprocess.run([*draw, str(options.revisions), str(options.targets)], cwd=ROOT, check=True)
    repository = folder / "repository"
    commit_each(repository, folder / "drawn")
    size = (repository / BASELINE).stat().st_size
    print(f"{options.revisions} revisions of {options.targets} targets, {size / 1024:.0f} KiB each\n")
    print("| what | processor time | wall clock |\n| --- | ---: | ---: |")

    def trend(*words):
        command = [program, "trend", *words]
        return subprocess.run(command, cwd=repository, check=True, stdout=subprocess.PIPE, text=True).stdout

    name = trend("--format", "csv").splitlines()[1].split(",")[1].strip('"')
    timed("git lists and reads all of them", lambda: read_by_git(repository))
    timed("`trend` of the newest revision", lambda: trend("--revisions", "1"))
    timed("`trend` of one target", lambda: trend(name))
    timed("`trend` of all targets", trend)
    timed("its page", lambda: trend("--format", "html"))


if __name__ == "__main__":
    main()
