"""The most memory that `importgate merge` and `importgate compare` take for a report of a given size.

    python3 benches/overhead/json_memory.py --mebibytes 45

Writes a report of that size, which has the rows, findings and causes of a small one many times over, and prints the peak of
each command's resident set beside the size of what it reads.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MIB = 1 << 20
BUDGETS = '[modules.slow]\nmax-time = "1ms"\nmax-modules = 1\n[modules.broken]\n'


def small_report(program, folder):
    """A report that importgate wrote, with a target that is too slow and one that fails."""
    (folder / "budgets.toml").write_text(BUDGETS)
    (folder / "slow.py").write_text("import asyncio, decimal, unittest\n")
    (folder / "broken.py").write_text("raise ValueError\n")
    words = [program, "check", "--quiet", "--samples", "2", "--format", "json=small.json"]
    subprocess.run(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return json.loads((folder / "small.json").read_text())


def renamed(value, number):
    """A copy in which the targets have other names."""
    if isinstance(value, dict):
        return {key: renamed(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, number) for item in value]
    return f"{value}_{number}" if value in ("slow", "broken") else value


def large_report(small, size):
    """The same with so many targets that it has at least this many bytes."""
    parts = ["targets", "findings", "causes", "pictures"]
    pieces = {part: [] for part in parts if small.get(part)}
    rest = {key: value for key, value in small.items() if key not in pieces}
    of_one = len(json.dumps({part: small[part] for part in pieces}, indent=2))
    for number in range(size // of_one + 1):
        for part, items in pieces.items():
            copied = renamed(small[part], number)
            for cause in copied if part == "causes" else []:
                cause["id"] += f" {number}"
            for finding in copied if part == "findings" else []:
                finding["causes"] = [f"{cause} {number}" for cause in finding["causes"]]
            items.extend(copied)
    return json.dumps({**rest, **pieces}, indent=2)


def write_report(program, folder, size):
    report = large_report(small_report(program, folder), size)
    (folder / "report.json").write_text(report)


def peak_bytes(words):
    """The largest resident set of one process. That of this one, which begins it, counts among it: it has to stay small."""
    discard = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    process = os.posix_spawn(words[0], words, os.environ, file_actions=discard)
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{words} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=45)
    parser.add_argument("--program", default=ROOT / "target/release/importgate")
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chdir(folder)
        writer = multiprocessing.Process(target=write_report, args=(program, folder, arguments.mebibytes * MIB))
        writer.start()
        writer.join()
        size = (folder / "report.json").stat().st_size
        print("| command | reads, MiB | peak, MiB | times |\n|---|---|---|---|")
        for words, times in (
            (["merge", "report.json"], 1),
            (["merge", "report.json", "--format", "json=merged.json"], 1),
            (["compare", "report.json", "report.json"], 2),
        ):
            peak = peak_bytes([program, *words])
            read = times * size
            print(f"| `importgate {' '.join(words)}` | {read / MIB:.1f} | {peak / MIB:.1f} | {peak / read:.2f} |", flush=True)


if __name__ == "__main__":
    main()
