"""What a sample and an observation cost beside a plain import: the CPU time of whole processes, in turn and in random order.

    python3 benches/overhead/processes.py --python PYTHON --pairs 20 httpie.core sympy

Prints the median of the ratios to the plain import of the same turn. `exit at once` is a plain import without the interpreter's
teardown, which no sample goes through: what a sample costs above it is importgate's.
"""
import argparse
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def compiled(python, script):
    """The compiled form of a script, which is what a session runs."""
    target = script.with_suffix(".pyc")
    words = f"import py_compile; py_compile.compile({str(script)!r}, cfile={str(target)!r}, doraise=True)"
    subprocess.run([python, "-c", words], check=True)
    return target


def cpu_seconds(python, words):
    """The CPU time of one process, from its start to its end."""
    discard = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    process = os.posix_spawn(python, [python, *words], environment, file_actions=[discard])
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{words} ended with {status}")
    return usage.ru_utime + usage.ru_stime


def kinds_of_process(python, module, folder):
    """The words that each kind of process is started with."""
    own = [f"answer={folder / 'answer'}", f"faults={folder / 'faults'}", f"root={folder}", f"import={module}"]
    sample = [str(compiled(python, folder / "script/probe.py")), *own]
    observation = [str(compiled(python, folder / "script/observe.py")), *own]
    return {
        "plain": ["-c", f"import {module}"],
        "exit at once": ["-c", f"import os\nimport {module}\nos._exit(0)"],
        "sample": sample,
        "sample without own times": [*sample, "own=no"],
        "observation": observation,
        "light observation": [*observation, "look=light"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="+")
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--python", default=sys.executable)
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print("| import | process | CPU time ÷ plain import | ms |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([ROOT / "tests/repository/assemble_scripts", folder / "script"], check=True)
        for module in arguments.modules:
            kinds = kinds_of_process(arguments.python, module, folder)
            taken = {kind: [] for kind in kinds}
            cpu_seconds(arguments.python, kinds["plain"])  # writes the bytecode
            for _ in range(arguments.pairs):
                for kind in random.sample(list(kinds), len(kinds)):
                    (folder / "answer").write_bytes(b"")
                    taken[kind].append(cpu_seconds(arguments.python, kinds[kind]))
            for kind, seconds in taken.items():
                ratio = statistics.median(one / plain for one, plain in zip(seconds, taken["plain"]))
                print(f"| {module} | {kind} | {ratio:.3f} | {1e3 * statistics.median(seconds):.1f} |", flush=True)


if __name__ == "__main__":
    main()
