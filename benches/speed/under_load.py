#!/usr/bin/env python3
"""How far load moves the time that importgate shows: by the median of the calibrations, and by the speed that is sustained.

    under_load.py IMPORTGATE [PYTHON]

Records the same imports with nothing added, beside two hogs of the processor for each processor, beside two hogs of memory, and
beside both. The baseline keeps what both statistics need.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

BUDGETS = """
[layers.imports]
modules = ["short", "middling", "long"]
"""
IMPORTS = {
    "short": "import json\n",
    "middling": "import asyncio\n",
    "long": "import asyncio, decimal, email.message, http.client, unittest.mock, xml.dom.minidom\n",
}
PROCESSOR = "while True: sum(range(10000))"
MEMORY = """
numbers = list(range(3_000_000)); at = 0
while True: at = (at * 1103515245 + 12345) % len(numbers); numbers[at] += 1
"""
STATES = {
    "nothing": [],
    "processor": [PROCESSOR],
    "memory": [MEMORY],
    "both": [PROCESSOR, MEMORY],
}


def record(importgate, python, project, programs):
    """Times of each target in milliseconds: by the median calibration of its samples, and as they are shown."""
    often = 2 * os.cpu_count()
    hogs = [subprocess.Popen([python, "-c", program]) for program in programs for _ in range(often)]
    try:
        command = [importgate, "record", "--quiet", "--python", python, "--baseline", "recorded.json"]
        subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    recorded = project / "recorded.json"
    entry, = json.loads(recorded.read_text())["environments"].values()
    recorded.unlink()
    column = entry["sample_columns"].index("calibration_ns")
    times = {}
    for name, target in entry["targets"].items():
        usual = statistics.median(row[column] for row in target["samples"])
        times[name] = target["time_ms"] * usual / target["speed"]["calibration_ns"], target["time_ms"]
    return times


def main():
    importgate = str(pathlib.Path(sys.argv[1]).resolve())
    python = sys.argv[2] if len(sys.argv) > 2 else sys.executable
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        (project / "budgets.toml").write_text(BUDGETS)
        (project / "src").mkdir()
        for name, text in IMPORTS.items():
            (project / "src" / f"{name}.py").write_text(text)
        states = {state: record(importgate, python, project, programs) for state, programs in STATES.items()}
    print("| target | " + " | ".join(STATES) + " |")
    print("|---" * (len(STATES) + 1) + "|")
    for name in IMPORTS:
        for position, statistic in enumerate(["median", "sustained"]):
            cells = [f"{states[state][name][position]:.2f}" for state in STATES]
            print(f"| {name}, {statistic} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
