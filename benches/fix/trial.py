"""What `importgate fix` proposes for real applications, and whether that is what comes of it.

    cargo build && python3 benches/fix/trial.py [--program PATH] [APPLICATION ...] > benches/fix/measured.md

Each application of applications.txt gets an environment of its own and its sources in a git repository. A baseline is
recorded, each proposal is applied by `git apply` to a clean working tree and checked against that baseline, and the application
shows its help. The saving that was measured has to lie within 15% or 2 ms of the change that the check shows.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUDGETS = """\
[project]
python = "{python}"
source-roots = ["{sources}"]

[gate]
inconclusive = "warn"

[measure]
timeout = "120s"

[modules."{module}"]
max-regression = "10%"
"""
HEADER = """\
| application | change | before | saving measured by `fix` | by `check` | apart | applies | `--help` |
| --- | --- | --- | --- | --- | --- | --- | --- |"""


def run(words, folder=None, check=True, **more):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(more)
    return subprocess.run(
        [str(word) for word in words], cwd=folder, check=check, capture_output=True, text=True, env=environment
    )


def read_applications():
    lines = (line.split() for line in (HERE / "applications.txt").read_text().splitlines())
    return [(words[0], words[1], words[2], words[3:]) for words in lines if words and words[0] != "#"]


def prepare(folder, python, name, version, module, needed):
    """An environment with the application, and its sources in a repository of their own."""
    environment, project = folder / "environment", folder / "project"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run([python, "-m", "venv", environment])
        pip = [environment / "bin/python", "-m", "pip", "--quiet"]
        run([*pip, "install", f"{name}=={version}", *needed])
        run([*pip, "download", "--no-deps", "--no-build-isolation", "--no-binary", ":all:", "-d", folder, f"{name}=={version}"])
        with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
            archive.extractall(folder / "unpacked", filter="data")
        next((folder / "unpacked").iterdir()).rename(project)
        (project / "budgets.toml").write_text(
            BUDGETS.format(
                python=environment / "bin/python", sources="src" if (project / "src").is_dir() else ".", module=module
            )
        )
        (project / ".gitignore").write_text("__pycache__/\n")
        run(["git", "init", "-q"], project)
        run(["git", "add", "-A"], project)
        run(["git", "-c", "user.name=trial", "-c", "user.email=trial@localhost", "commit", "-qm", "As released"], project)
        (folder / "ready").touch()
    run(["git", "checkout", "-q", "."], project)
    return environment / "bin/python", project


def change_of(program, project, module, samples):
    """By how much the check says that the import is faster, in milliseconds."""
    run([program, "check", "-q", "--no-reuse", *samples, "--format", "json=../check.json"], project, check=False)
    report = json.loads((project.parent / "check.json").read_text())
    row = next(row for row in report["targets"] if row["module"] == module)
    return None if row.get("change_ms") is None else -row["change_ms"]


def try_change(program, project, python, name, module, samples, diff):
    """Applies a change, and says whether that works, what the check shows, and whether the application shows its help."""
    (project.parent / "change.diff").write_bytes(diff.encode())
    applies = run(["git", "apply", "../change.diff"], project, check=False).returncode == 0
    sources = project / "src" if (project / "src").is_dir() else project
    change = change_of(program, project, module, samples) if applies else None
    helps = run([python, "-m", name, "--help"], project, check=False, PYTHONPATH=str(sources)).returncode == 0
    run(["git", "checkout", "-q", "."], project)
    return applies, change, helps


def row(name, what, before_ms, measured, outcome):
    applies, change, helps = outcome
    saved, uncertainty = measured["saved"]["time_ms"], measured["uncertainty_ms"]
    apart = "?" if change is None else f"{saved - change:+.1f} ms ({100 * (saved / change - 1):+.0f}%)"
    is_near = change is not None and abs(saved - change) <= max(2, 0.15 * abs(change))
    cells = [
        name,
        what,
        f"{before_ms:.0f} ms",
        f"{saved:.1f} ± {uncertainty:.1f} ms",
        "?" if change is None else f"{change:.1f} ms",
        apart + ("" if is_near else " **too far**"),
        "yes" if applies else "**no**",
        "yes" if helps else "**no**",
    ]
    return "| " + " | ".join(cells) + " |"


def trial(program, folder, python, application, smallest, samples):
    name, _, module, _ = application
    interpreter, project = prepare(folder / name, python, *application)
    words = ["fix", "-q", "--min", smallest, "--format", "json=../fix.json", "--output", "../all.diff"]
    answer = run([program, *words], project, check=False)
    if answer.returncode not in (0, 1):
        yield f"| {name} | {answer.stderr.strip()} | | | | | | |"
        return
    report = json.loads((project.parent / "fix.json").read_text())
    run([program, "record", "-q", "--all", *samples], project)
    for proposal in report["proposals"]:
        what = ", ".join(f"`{one['place']['file']}:{one['place']['line']}`" for one in proposal["statements"])
        outcome = try_change(program, project, interpreter, name, module, samples, proposal["diff"])
        yield row(name, f"{what}: {proposal['module']}", proposal["before_ms"], proposal["measured"], outcome)
    if report["together"]:
        outcome = try_change(program, project, interpreter, name, module, samples, report["diff"])
        yield row(name, "all together", report["proposals"][0]["before_ms"], report["together"], outcome)
    if not report["proposals"]:
        reasons = "; ".join(sorted({refusal["reason"] for refusal in report["refusals"]}))
        yield f"| {name} | none: {reasons} | | | | | | |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("applications", nargs="*", metavar="APPLICATION")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "target/debug/importgate")
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the environments")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/fix")
    parser.add_argument("--min", default="3ms", help="what a change has to save at least")
    parser.add_argument("--samples", default="16", help="so many of each record and check; 0: as many as they take")
    arguments = parser.parse_args()
    samples = ["--samples", arguments.samples] if arguments.samples != "0" else []
    print(HEADER, flush=True)
    for application in read_applications():
        if not arguments.applications or application[0] in arguments.applications:
            program, folder = arguments.program.resolve(), arguments.folder.resolve()
            for line in trial(program, folder, arguments.python, application, arguments.min, samples):
                print(line, flush=True)


if __name__ == "__main__":
    main()
