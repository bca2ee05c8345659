"""Real runs through the binary, and through the peers, on the same imports at the same time.

Each round draws a package, a state of the machine and a change, records or checks, and appends one line to the results;
stopped and started again it goes on from there. The table is made from all lines.
"""
import argparse
import collections
import contextlib
import json
import math
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import time

import generate

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = ["importtime-check", "importcost", "importguardpy"]

#: Modules and units in each; +5% is one module more of every twenty.
TARGETS = {"real_5": (16, 1), "real_30": (70, 2), "real_100": (80, 7), "real_300": (120, 28)}
HOGS = {
    "processor": "while True: sum(range(1000))",
    "memory": "block = bytearray(64 << 20)\nwhile True: block[::64] = block[1::64]",
}


@contextlib.contextmanager
def load(python, state):
    hogs = []
    try:
        if state in HOGS:
            hogs = [subprocess.Popen([python, "-S", "-c", HOGS[state]]) for _ in range(os.cpu_count())]
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


class Project:
    """A folder with the packages, a budgets file and the baselines of the tools."""

    def __init__(self, folder, arguments):
        self.folder, self.arguments = folder, arguments
        self.python = arguments.python
        self.binary = arguments.binary

    def write(self, target, percent=0.0, **change):
        modules, units = TARGETS[target]
        generate.package(self.folder / "src", target, math.ceil(modules * (1 + percent / 100)), units, **change)
        # Bytecode is warm before anybody measures.
        self.run([self.python, "-c", f"import sys; sys.path.insert(0, 'src'); import {target}"])

    def budgets(self, target, threshold):
        (self.folder / "budgets.toml").write_text(
            f'[project]\nsource-roots = ["src"]\n[gate]\nmax-regression = "{threshold}%"\nnoise-floor = "0ms"\n'
            f'[layers.all]\nmodules = ["{target}"]\n')

    def run(self, words, **environment):
        environment = {**os.environ, "PYTHONPATH": "src", **environment}
        return subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=600, check=False)

    def git(self, *words):
        identity = ["-c", "user.name=experiment", "-c", "user.email=experiment@example.org"]
        return self.run(["git", *identity, *words])

    def importgate(self, *words):
        start = time.monotonic()
        ended = self.run([self.binary, *words, "--python", self.python, "--quiet"], PYTHONPATH="")
        return ended, time.monotonic() - start

    def record(self, target, state):
        with load(self.python, state):
            ended, _ = self.importgate("record")
        if ended.returncode:
            raise SystemExit(ended.stderr or ended.stdout)

    def check(self, *words):
        ended, seconds = self.importgate("check", "--no-reuse", "--format", "json", *words)
        if ended.returncode not in (0, 1):
            raise SystemExit(f"{ended.returncode}: {ended.stderr}{ended.stdout}")
        report = json.loads(ended.stdout)
        row = report["targets"][0]
        return {
            "verdict": row["verdict"], "samples": row["samples"], "seconds": round(seconds, 2),
            "codes": sorted({finding["code"] for finding in report["findings"]}),
            "decided_by": row["decided_by"], "measured": row["change_percent"],
        }


def timed(run, words):
    start = time.monotonic()
    ended = run(words)
    return ended, round(time.monotonic() - start, 2)


def peers_record(project, target):
    """Each peer's baseline: importtime-check has one of its own, the others get a ceiling of +10% over what they measure."""
    tools = project.arguments.peers
    if not tools:
        return None
    # importtime-check measures installed modules only.
    for packages in tools.parent.glob("lib/python*/site-packages"):
        (packages / "experiment.pth").write_text(f"{project.folder / 'src'}\n")
    ended = project.run([tools / "importguard", "check", target, "--json", "--repeat", "7"])
    guard_ms = 1.1 * json.loads(ended.stdout)["median_ms"]
    write_importcost(project, target, 1e6)
    ended = project.run([tools / "importcost", "check", "--no-drift", "--json"])
    write_importcost(project, target, 1.1 * json.loads(ended.stdout)["results"][0]["import_ms"])
    project.run([tools / "importtime-check", "baseline", "record", "--output", "peer.json", "--replace", "--module", target,
                 "--max-increase-us", "0", "--max-increase-percent", "10"])
    return guard_ms


def write_importcost(project, target, ceiling_ms):
    (project.folder / "pyproject.toml").write_text(
        f'[tool.importcost]\ntarget = "import {target}"\nmax_import_ms = {ceiling_ms:.3f}\n')


def peers_check(project, target, guard_ms):
    """What each peer says, with the number of runs that it takes by default or, where that is one, seven."""
    if guard_ms is None:
        return {}
    tools = project.arguments.peers
    commands = {
        "importguardpy": (7, ["importguard", "check", target, "--max-ms", f"{guard_ms:.3f}", "--repeat", "7", "--quiet"]),
        "importcost": (5, ["importcost", "check", "--no-drift"]),
        "importtime-check": (0, ["importtime-check", "check", "--baseline", "peer.json"]),
    }
    results = {}
    for tool, (samples, words) in commands.items():
        ended, seconds = timed(project.run, [tools / words[0], *words[1:]])
        if ended.returncode in (0, 1):
            verdict = "fail" if ended.returncode else "pass"
            results[tool] = {"verdict": verdict, "seconds": seconds, "samples": samples}
        else:
            print(tool, ended.returncode, ended.stderr, file=sys.stderr)
    return results


def one_round(project, chance):
    """Records in one state, then checks all changes in another; yields the results."""
    target = chance.choice(list(TARGETS))
    recorded, checked = chance.choice(["quiet", "processor", "memory"]), chance.choice(["quiet", "processor", "memory"])
    project.budgets(target, 10)
    project.write(target)
    project.record(target, recorded)
    with load(project.python, recorded):
        ceiling = peers_record(project, target)
    common = {"target": target, "recorded": recorded, "checked": checked}
    with load(project.python, checked):
        for percent in (0, chance.choice([15, 20])):
            project.write(target, percent)
            result = project.check("--times-alone")
            yield {**common, "tool": "importgate, stored", "change": percent, **result}
            for tool, result in peers_check(project, target, ceiling).items():
                yield {**common, "tool": tool, "change": percent, **result}
        if target in ("real_100", "real_300"):
            project.budgets(target, 1)
            # A unit within a module costs half of what it costs as a module of its own, with its file to find and read.
            heavier = round(0.04 * TARGETS[target][0] * TARGETS[target][1])
            for name, change in (("one module, about +2%", {"heavier": heavier}), ("a comment", {"comment": True})):
                project.write(target, **change)
                yield {**common, "tool": "importgate, changed part, threshold 1%", "change": name, **project.check()}
    yield from against(project, chance, common)


def against(project, chance, common):
    """Base and head in the same run: the base is the last commit."""
    target = common["target"]
    project.budgets(target, 10)
    project.write(target)
    if not (project.folder / ".git").exists():
        project.git("init", "-q")
    (project.folder / ".gitignore").write_text("__pycache__/\n")
    project.git("add", "-A")
    project.git("commit", "-qm", "base")
    with load(project.python, common["checked"]):
        for percent in (0, chance.choice([15, 20])):
            project.write(target, percent)
            result = project.check("--times-alone", "--against", "HEAD")
            yield {**common, "recorded": "same run", "tool": "importgate, --against", "change": percent, **result}


def wilson(count, of):
    """Wilson's score interval at 95%, in percent."""
    z, share = 1.959964, count / of
    center, scale = share + z * z / (2 * of), 1 + z * z / of
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return 100 * max(0.0, (center - spread) / scale), 100 * min(1.0, (center + spread) / scale)


def table(lines):
    groups = collections.defaultdict(list)
    for line in lines:
        change = f"+{line['change']}%" if isinstance(line["change"], int) and line["change"] else line["change"] or "A/A"
        quiet = "quiet" if line["checked"] == "quiet" and line["recorded"] in ("quiet", "same run") else "under load"
        groups[line["tool"], quiet, change].append(line)
    print("| tool | machine | change | failed | 95% bounds | inconclusive | samples (median) | seconds (median) |")
    print("|---|---|---|---|---|---|---|---|")
    for (tool, quiet, change), group in sorted(groups.items(), key=str):
        count = collections.Counter(line["verdict"] for line in group)
        low, high = wilson(count["fail"], len(group))
        middle = [statistics.median(line[key] for line in group) for key in ("samples", "seconds")]
        print(f"| {tool} | {quiet} | {change} | {count['fail']} of {len(group)} | {low:.0f}–{high:.0f}% "
              f"| {count['inconclusive']} | {middle[0]:.0f} | {middle[1]:.1f} |")


def peer_tools(folder):
    """The peers in an environment of their own; without a package index the table has none of them."""
    tools = folder / "peers" / "bin"
    if not (tools / "importguard").exists():
        # Copies: importtime-check follows a link to the interpreter, and then the environment is not the one it measures.
        subprocess.run([sys.executable, "-m", "venv", "--copies", folder / "peers"], check=True)
        if subprocess.run([tools / "python", "-m", "pip", "install", "-q", *PEERS], check=False).returncode:
            return None
    return tools


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/importgate")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/experiment")
    parser.add_argument("--peers", type=pathlib.Path, help="the bin folder of an environment that has the peers")
    arguments = parser.parse_args()
    results = arguments.folder / "results.jsonl"
    arguments.folder.mkdir(parents=True, exist_ok=True)
    arguments.peers = arguments.peers or peer_tools(arguments.folder)
    project_folder = arguments.folder / "project"
    shutil.rmtree(project_folder, ignore_errors=True)
    project_folder.mkdir()
    project, chance = Project(project_folder, arguments), random.Random(arguments.seed)
    deadline = time.monotonic() + 60 * arguments.minutes
    for _ in range(arguments.rounds):
        if time.monotonic() >= deadline:
            break
        with results.open("a") as file:
            for result in one_round(project, chance):
                file.write(json.dumps(result) + "\n")
                file.flush()
                print(json.dumps(result), file=sys.stderr)
    table([json.loads(line) for line in results.read_text().splitlines()])


if __name__ == "__main__":
    main()
