"""What a module costs by Python's own trace (`-X importtime`): whether a cause that importgate names costs more by itself."""
import statistics
import subprocess

RUNS = 9


def growth(cause, before, after, imported):
    """By how many milliseconds the module of a cause grew from one environment to the other: by itself, with what it imports,
    or together with the other modules of its package, whichever is most: a cause may stand for any of these. An upgrade stands
    for all that it brought, whatever package that belongs to."""
    modules = [cause["module"]] + [imported] * (cause["kind"] == "upgrade")
    # In turn: what a shared machine does from one second to the next is more than many a module costs.
    runs = [[of(modules, cost(python, imported)) for python in (before, after)] for _ in range(RUNS)]
    grown = [[now - then for then, now in zip(*run)] for run in runs]
    return round(max(statistics.median(figures) for figures in zip(*grown)), 3)


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
