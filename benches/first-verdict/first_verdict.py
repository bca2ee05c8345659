"""From nothing to the first verdict: `importgate init` and `importgate check` in clones of real projects, as they are printed,
and how long they take beside importing every target once.

    git clone https://github.com/pallets/flask && python3 -m venv flask/.venv && flask/.venv/bin/pip install -e flask
    python3 benches/first-verdict/first_verdict.py target/dist/importgate flask > docs/real-projects.md

Each folder is a clone with an environment in `.venv`. What `init` writes is taken away again.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time
import tomllib

HEAD = """# On real projects

Two commands take a project that knows nothing of importgate to its first verdict. Here they are as they were printed, in
clones with an environment in `.venv` into which nothing was installed but the project and what it needs, on a virtual
machine of two processors with nothing else to do. "One pass" is every module among the targets imported once, one after
another, each in a fresh plain interpreter, in the same run.

This page was written by

    python3 benches/first-verdict/first_verdict.py target/dist/importgate {folders} > docs/real-projects.md

| project | measured | `init` | first `check` | together, in passes |
|---|---|---|---|---|
{rows}
"""
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "IMPORTGATE"))}


def timed(command, folder):
    """What a command prints, on both streams as a terminal shows them, its exit code, and the seconds that it takes."""
    begun = time.perf_counter()
    ended = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**ENVIRONMENT, "CI": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return ended.stdout, ended.returncode, time.perf_counter() - begun


def one_pass(importgate, folder, budgets):
    """Seconds that it takes to import every module among the targets once, and how many there are."""
    project = budgets.get("project", {})
    roots = [str(folder / root) for root in project.get("source-roots", ["."])]
    setup = project.get("setup")
    before = ""
    if setup:
        module, function = setup.split(":")
        before = f"import {module}; {module}.{function}(); "
    listed = subprocess.run([importgate, "check", "--list"], cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    modules = [line.split()[0] for line in listed.stdout.splitlines() if line and ":" not in line.split()[0]]
    environment = {**ENVIRONMENT, **project.get("env", {}), "PYTHONPATH": os.pathsep.join(roots)}
    python = folder / ".venv/bin/python"
    begun = time.perf_counter()
    for module in modules:
        # A module may print, and one that fails alone is said by `check`.
        subprocess.run(
            [python, "-c", f"{before}import {module}"],
            check=False,
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return time.perf_counter() - begun, len(modules)


def show(importgate, folder):
    """The row of the table and the section of one project."""
    written = folder / "importgate.toml"
    written.unlink(missing_ok=True)
    proposed, code, init_seconds = timed([importgate, "init", "--quiet"], folder)
    if code:
        sys.exit(f"{folder}: importgate init ended with {code}:\n{proposed}")
    text = written.read_text()
    checked, code, check_seconds = timed([importgate, "check", "--quiet"], folder)
    pass_seconds, modules = one_pass(importgate, folder, tomllib.loads(text))
    written.unlink()
    passes = (init_seconds + check_seconds) / pass_seconds
    name = folder.name
    row = f"| [{name}](#{name}) | {modules} modules | {init_seconds:.1f} s | {check_seconds:.1f} s | {passes:.1f} |"
    section = f"""## {name}

```console
$ importgate init --quiet
{proposed}$ cat importgate.toml
{text}$ importgate check --quiet
{checked}$ echo $?
{code}
```
"""
    return row, section


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("importgate", type=pathlib.Path)
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    importgate = arguments.importgate.resolve()
    shown = [show(importgate, folder.absolute()) for folder in arguments.folders]
    names = " ".join(folder.name for folder in arguments.folders)
    print(HEAD.format(folders=names, rows="\n".join(row for row, _ in shown)))
    print("\n".join(section for _, section in shown), end="")


if __name__ == "__main__":
    main()
