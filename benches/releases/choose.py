"""Which pairs of pairs.txt are worth having: what each upgrade changes, by a few pairs of plain imports.

    python3 benches/releases/choose.py [--without-collections] [PACKAGE ...]
"""
import argparse
import pathlib
import subprocess

import environments
import truth

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--without-collections", action="store_true", help="with the garbage collector turned off")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/releases")
    arguments = parser.parse_args()
    for pair in environments.read_pairs():
        if arguments.packages and pair.package not in arguments.packages:
            continue
        try:
            pythons = environments.make(pair, arguments.folder / pair.name)
            worth = truth.measure(pair, pythons, arguments.pairs, not arguments.without_collections)
        except subprocess.CalledProcessError as error:
            print(f"{pair}: {(error.stderr or '').strip().splitlines()[-1:]}", flush=True)
            continue
        change = 100 * (worth["ratio"] - 1)
        print(f"{pair}: {worth['old_ms']:.1f} ms {change:+.1f} ± {196 * worth['error']:.1f}%", flush=True)


if __name__ == "__main__":
    main()
