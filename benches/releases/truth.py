"""What an upgrade is really worth: both releases imported in turn by plain interpreters, without anything of importgate.

Absolute times of a shared machine mean little; the ratio of two imports right after each other does. The time is the CPU time
of the importing thread, which leaves out what a numeric library's idle threads burn. None of these packages waits for anything.
"""
import json
import os
import random
import statistics
import subprocess

import table

SCRIPT = """
import time
begun = time.thread_time()
import {module}
print(time.thread_time() - begun)
"""

# A single full collection of garbage, which a few objects more or less move into an import or behind its end, is worth several
# percent of a large one: ipython 8.20.0 ends with 52,173 objects after one, 8.30.0 with 52,389 before any, and is 7% faster
# with collections and 0.4% without (25 pairs). A check counts them as what they are worth, wherever they fall; so does this:
# every pair of imports begins at another moment between two collections of each generation, the same for both sides.
AT_ANOTHER_MOMENT = """
import gc
for generation, times in ((1, {oldest}), (0, {middle})):
    for _ in range(times):
        gc.collect(generation)
kept = [[] for _ in range({youngest})]
"""
WITHOUT_COLLECTIONS = "import gc; gc.disable()"


def moment(index):
    """What comes before the imports of this pair: up to as many objects and collections as start one (700, 10, 10)."""
    drawn = random.Random(index)
    # A collection begins the counts of younger generations anew, so that of the oldest is set first.
    return AT_ANOTHER_MOMENT.format(youngest=drawn.randrange(700), middle=drawn.randrange(10), oldest=drawn.randrange(10))


MOST_TIMES = 3
"""Where so many times as many pairs do not make it sure, it is as sure as it gets."""
TRIMMED = 0.1
"""Of each end: what a neighbour does to single imports. A collection that falls on one side alone is in more pairs."""


def measure(pair, pythons, pairs, collects=True):
    """Milliseconds of the old release, and the ratio of new to old with its standard error, of that many pairs or more."""
    script = SCRIPT.format(module=pair.module)
    for python in pythons:
        seconds(python, script, 0)  # writes the bytecode
    old_ms, ratios = [], []
    for index in range(MOST_TIMES * pairs):
        before = moment(index) if collects else WITHOUT_COLLECTIONS
        order = (0, 1) if index % 2 else (1, 0)
        took = {side: seconds(pythons[side], before + script, index) for side in order}
        old_ms.append(1e3 * took[0])
        ratios.append(took[1] / took[0])
        if len(ratios) >= pairs and table.is_sure(measured := summed_up(old_ms, ratios)):
            return measured
    return summed_up(old_ms, ratios)


def summed_up(old_ms, ratios):
    """The usual time, and the trimmed mean of the ratios; its standard error is Tukey and McLaughlin's (1963)."""
    ratios = sorted(ratios)
    cut = int(TRIMMED * len(ratios))
    kept = ratios[cut:len(ratios) - cut]
    winsorized = [kept[0]] * cut + kept + [kept[-1]] * cut
    error = statistics.stdev(winsorized) / ((1 - 2 * TRIMMED) * len(ratios) ** 0.5)
    return {"old_ms": statistics.median(old_ms), "ratio": statistics.fmean(kept), "error": error, "pairs": len(ratios)}


def seconds(python, script, seed):
    """The CPU time of one import in a process of its own; both sides of a pair hash alike."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    ended = subprocess.run([python, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return float(ended.stdout.split()[-1])


def stored(path, pair, pythons, pairs):
    """The same, measured once and kept in a file."""
    if not path.exists():
        path.write_text(json.dumps(measure(pair, pythons, pairs)))
    return json.loads(path.read_text())
