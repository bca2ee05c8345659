"""What a module costs by Python's own trace (`-X importtime`): whether a cause that importgate names costs more by itself."""
import statistics
import subprocess

RUNS = 9


def growth(cause, before, after, imported):
    """By how many milliseconds the module of a cause grew from one environment to the other: by itself, with what it imports,
    or together with the other modules of its package, whichever is most: a cause may stand for any of these. An upgrade stands
    for all that it brought, whatever package that belongs to."""
    modules = [cause["module"]] + [imported] * (cause["kind"] == "upgrade")
    costs = [[of(modules, cost(python, imported)) for _ in range(RUNS)] for python in (before, after)]
    medians = [[statistics.median(figures) for figures in zip(*runs)] for runs in costs]
    return round(max(now - then for then, now in zip(*medians)), 3)


def of(modules, costs):
    """What each module takes by itself, with what it imports, and what its package takes."""
    figures = []
    for module in modules:
        package = module.partition(".")[0]
        own = [own for name, (own, _) in costs.items() if name.partition(".")[0] == package]
        figures += [*costs.get(module, (0.0, 0.0)), sum(own)]
    return figures


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
