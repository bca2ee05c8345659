"""What a sample and an observation cost beside a plain import: the CPU time of whole processes, in turn and in random order.

    python3 benches/overhead/processes.py --python PYTHON --pairs 20 httpie.core sympy

Prints the median of the ratios to the plain import of the same turn. `exit at once` is a plain import without the interpreter's
teardown, which no sample goes through: what a sample costs above it is importgate's.

What keeps answers from being forged is the difference between `sample by a file`, which writes its answer to a file with a
name, and `sample`, which is told a key and answers with it through a pipe. The last line says what that is as a share of a
sample.
"""
import argparse
import contextlib
import fcntl
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


@contextlib.contextmanager
def channel():
    """The word that tells a script where its key comes from and where its answer goes, and that they are there."""
    (answers, writes), (keys, tells), faults = os.pipe(), os.pipe(), os.memfd_create("faults")
    fcntl.fcntl(writes, 1031, 1 << 20)  # F_SETPIPE_SZ: nobody reads before its end
    os.write(tells, os.urandom(16))
    handed = [writes, keys, faults]
    try:
        for descriptor in handed:
            os.set_inheritable(descriptor, True)
        yield "channel=" + ":".join(map(str, handed))
    finally:
        for descriptor in [answers, tells, *handed]:
            os.close(descriptor)


def cpu_seconds(python, words, by_pipe=False):
    """The CPU time of one process, from its start to its end."""
    if by_pipe:
        with channel() as word:
            return cpu_seconds(python, [words[0], word, *words[1:]])
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
        "sample by a file": [*sample],
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
                    taken[kind].append(cpu_seconds(arguments.python, kinds[kind], by_pipe=kind == "sample"))
            for kind, seconds in taken.items():
                ratio = statistics.median(one / plain for one, plain in zip(seconds, taken["plain"]))
                print(f"| {module} | {kind} | {ratio:.3f} | {1e3 * statistics.median(seconds):.1f} |", flush=True)
            pairs = zip(taken["sample"], taken["sample by a file"])
            share = statistics.median(by_pipe / by_file for by_pipe, by_file in pairs) - 1
            print(f"\n{module}: the key and the pipe: {share:+.2%} of a sample\n", flush=True)


if __name__ == "__main__":
    main()
