"""What the wrapper that takes own times adds to an import: pairs of imports with and without it, in random order.

Prints the median of the paired ratios of CPU time, with the bounds of a 95% interval (from the order statistics).
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "benches" / "experiment"))
import generate


def cpu_ns(arguments, script, folder, module, own):
    answer = folder / "answer"
    answer.write_bytes(b"")
    words = [f"answer={answer}", f"faults={folder / 'faults'}", f"root={folder}", f"import={module}"]
    subprocess.run([arguments.python, script, *words, f"own={own}"], check=True)
    data = answer.read_bytes()
    return json.loads(data[data.index(b"{"):data.rindex(b"}") + 1])["cpu_ns"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--python", default=sys.executable)
    arguments = parser.parse_args()
    chance = random.Random(1)
    print("| import | modules | with ÷ without | 95% bounds | pairs |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script = folder / "script" / "probe.py"
        subprocess.run([ROOT / "tests/repository/assemble_scripts", script.parent], check=True)
        for module, modules, units, prefix in generate.STREAMS:
            generate.package(folder, module, modules, units, prefix=prefix)
            cpu_ns(arguments, script, folder, module, "yes")
            ratios = []
            for _ in range(arguments.pairs):
                order = ["yes", "no"]
                chance.shuffle(order)
                taken = {own: cpu_ns(arguments, script, folder, module, own) for own in order}
                ratios.append(taken["yes"] / taken["no"])
            ratios.sort()
            reach = round(0.98 * len(ratios) ** 0.5)
            middle = len(ratios) // 2
            low, high = (100 * (ratios[max(0, place)] - 1) for place in (middle - reach, min(middle + reach, len(ratios) - 1)))
            print(f"| {module} | {modules} | {100 * (statistics.median(ratios) - 1):+.2f}% | {low:+.2f} to {high:+.2f}% "
                  f"| {len(ratios)} |", flush=True)


if __name__ == "__main__":
    main()
