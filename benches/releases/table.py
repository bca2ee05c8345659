"""The table of benches/releases/replay.py: each row beside the truth, and how many of them are right."""
import re

THRESHOLD = 10
SIZE_SHARE, SIZE_MS = 0.15, 2.0
SURE = 0.25
"""The standard error of a truth that is sure, as a part of what a size may be off by: no row is right or wrong by its luck."""
NOISE_FLOOR_MS = 0.5
"""Less than that is never a regression: the default of `noise-floor`."""


def true_ratio(row):
    """After to before, by plain Python."""
    ratio = row["truth"]["ratio"]
    return ratio if row["way"] == "up" else 1 / ratio


def true_ms(row):
    """The true change, where both releases together take as long as the report says: in its milliseconds."""
    ratio = true_ratio(row)
    return (ratio - 1) / (ratio + 1) * (2 * row["before_ms"] + row["change_ms"])


def size_is_right(row):
    return abs(row["change_ms"] - true_ms(row)) <= max(SIZE_MS, SIZE_SHARE * abs(true_ms(row)))


def is_sure(truth):
    """Whether plain imports tell the change sharply enough to call a size wrong."""
    change_ms = abs(truth["ratio"] - 1) * truth["old_ms"]
    return truth["error"] * truth["old_ms"] <= SURE * max(SIZE_MS, SIZE_SHARE * change_ms)


def expected(row):
    """What the verdict has to be, or None where the truth is too near the limit to ask for one."""
    allowed = max(THRESHOLD / 100 * row["before_ms"], NOISE_FLOOR_MS)
    if true_ms(row) > 1.25 * allowed:
        return "fail"
    return "pass" if true_ms(row) < 0.75 * allowed else None


def verdict_is_right(row):
    wanted = expected(row)
    return wanted is None or (row["verdict"] == "fail") == (wanted == "fail")


def cause_is_right(row):
    """A cause that is named must have grown by itself; half of what is said of it is enough for a trace."""
    return not row["cause"] or row["cause_grew_ms"] >= 0.5 * row["cause"]["time_ms"]


def line(row):
    marks = "".join(
        mark for right, mark in ((size_is_right, "S"), (verdict_is_right, "V"), (cause_is_right, "C")) if not right(row)
    )
    # Where an environment lies says nothing.
    cause = row["cause"] and re.sub(r"[^ `]*/site-packages/", "", row["cause"]["summary"])
    return " | ".join([
        f"| {row['pair']}, {row['way']}, {row['kind']}",
        f"{true_ms(row):+.1f} ms ({100 * (true_ratio(row) - 1):+.1f}%)",
        f"{row['change_ms']:+.1f} ms ({100 * row['change_ms'] / row['before_ms']:+.1f}%)",
        f"{row['verdict']} {', '.join(row['codes'])}".strip(),
        f"{cause or ''}",
        f"{marks} |",
    ])


def print_all(rows):
    print("| upgrade | truth | importgate | verdict | first cause | wrong |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        print(line(row))
    print()
    sure = [row for row in rows if is_sure(row["truth"])]
    sure_pairs = len({row["pair"] for row in sure})
    asked = [row for row in rows if expected(row)]
    named = [row for row in rows if row["cause"]]
    print(f"{len({row['pair'] for row in rows})} pairs, {len(rows)} checks")
    for what, right, of in (
        ("size within 15% or 2 ms", size_is_right, rows),
        (f"of these, where the truth is sure to a quarter of that ({sure_pairs} pairs)", size_is_right, sure),
        ("verdict agrees where the truth is a quarter away from the threshold", verdict_is_right, asked),
        ("first cause borne out", cause_is_right, named),
    ):
        print(f"{what}: {sum(map(right, of))} of {len(of)}")
