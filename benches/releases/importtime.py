"""What a module costs by Python's own trace (`-X importtime`): whether a cause that importgate names costs more by itself."""
import statistics
import subprocess

RUNS = 9


def growth(module, before, after, imported):
    """By how many milliseconds the module grew from one environment to the other: itself or with its imports, the larger."""
    costs = [[cost(python, imported).get(module, (0.0, 0.0)) for _ in range(RUNS)] for python in (before, after)]
    grew = [
        statistics.median(run[which] for run in costs[1]) - statistics.median(run[which] for run in costs[0])
        for which in (0, 1)
    ]
    return round(max(grew), 3)


def cost(python, imported):
    """Milliseconds by itself and with what it imports, of each module that an import loads."""
    words = [python, "-X", "importtime", "-c", f"import {imported}"]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    costs = {}
    for line in ended.stderr.splitlines():
        fields = line.removeprefix("import time:").split("|")
        if len(fields) == 3 and fields[0].strip().isdigit():
            costs[fields[2].strip()] = (int(fields[0]) / 1e3, int(fields[1]) / 1e3)
    return costs
