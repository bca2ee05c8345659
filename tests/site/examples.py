"""Puts what importgate prints of the small projects in examples.toml into the pages of findings: the first block of each.

An example that names a page has its whole report there.

    tests/site/examples.py target/debug/importgate [FINDING...]

The projects are made in a temporary folder. Names and places are the same in each run; times are the machine's.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
PAGES = HERE.parents[1] / "docs" / "findings"
# A page is read in a terminal of 80 columns, with its code indented by four.
COLUMNS = "76"
BLOCK = re.compile(r"^```text\n.*?^```$", re.MULTILINE | re.DOTALL)
# Of these a shell may have some that would change what is printed.
LEFT_OUT = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "NO_COLOR", "GITHUB_ACTIONS", "PYTHONPATH")


def main() -> None:
    """Refreshes every page, or those of the findings that are named."""
    program = str(pathlib.Path(sys.argv[1]).resolve())
    examples = tomllib.loads((HERE / "examples.toml").read_text())
    missing = []
    for code in sys.argv[2:] or examples:
        paragraph = printed(program, code, examples[code])
        if paragraph is None:
            missing.append(code)
        else:
            refresh(PAGES / examples[code].get("page", f"{code}.md"), paragraph)
    if missing:
        sys.exit(f"not printed: {', '.join(missing)}")


def refresh(page: pathlib.Path, paragraph: str) -> None:
    """Replaces the first block of text of a page."""
    text, blocks = BLOCK.subn(lambda _: f"```text\n{paragraph}\n```", page.read_text(), count=1)
    if blocks == 0:
        sys.exit(f"{page} has no block of text")
    page.write_text(text)


def printed(program: str, code: str, example: dict) -> str | None:
    """The paragraph with this code, of the report on this project, if it has one."""
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        write(project, example)
        for name, source in example.get("copied", {}).items():
            shutil.copy(HERE.parents[1] / source, project / name)
        if "between" in example:
            run(project, [program, "record", "--quiet"])
            subprocess.run(["sh", "-ec", example["between"]], cwd=project, env=environment(program), check=True)
        report = run(project, [program, "check", "--quiet", *example.get("arguments", [])])
    if "page" in example:
        return report.strip("\n")
    paragraphs = report.split("\n\n")
    with_code = re.compile(rf"(error|warning|note)\[[^\]]*\b{code}\b(?!-)[^\]]*\]")
    found = [paragraph.strip("\n") for paragraph in paragraphs if with_code.match(paragraph)]
    if not found:
        print(report, file=sys.stderr)
    return found[0] if found else None


def write(project: pathlib.Path, example: dict) -> None:
    """The files of a project."""
    (project / "budgets.toml").write_text(example["budgets"].lstrip("\n"))
    files = {name: text.lstrip("\n") for name, text in example.get("files", {}).items()}
    if "generated" in example:
        # So long that compiling it takes many times as long as loading its bytecode.
        functions = (f"def table_{number}(row):\n    return row + {number}\n" for number in range(3000))
        files[example["generated"]] = "".join(functions)
    for name, text in {"shop/__init__.py": "", **files}.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if example.get("environment"):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=project, check=True)


def run(project: pathlib.Path, command: list[str]) -> str:
    """What a command prints, whatever its exit code."""
    done = subprocess.run(command, cwd=project, env=environment(command[0]), capture_output=True, text=True, check=False)
    return done.stdout or done.stderr


def environment(program: str) -> dict[str, str]:
    """The variables of whatever runs, with the program for scripts that record again."""
    variables = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**variables, "COLUMNS": COLUMNS, "IMPORTGATE": program}


if __name__ == "__main__":
    main()
