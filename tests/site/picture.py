"""Makes docs/check.svg, the picture of a failing check in the README: what the example prints, in a terminal's colours.

    tests/site/picture.py target/debug/importgate

It has a background of its own, and so reads alike on a light page and on a dark one.
"""

from __future__ import annotations

import html
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "check.svg"
COMMAND = ["check", "--budgets", "examples/budgets.faulty.toml"]
COLUMNS = 100
# What follows the paragraph of the first error is left out, but for the table.
LEFT_OUT = "note["
STYLE = re.compile(r"\x1b\[([0-9;]*)m")
COLOURS = {"31": "red", "32": "green", "33": "yellow", "34": "blue", "36": "cyan"}
FILLS = {
    "red": "#ff7b72",
    "green": "#7ee787",
    "yellow": "#e3b341",
    "blue": "#79c0ff",
    "cyan": "#7fd7e6",
    "dim": "#9aa4af",
}
FONTS = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace'
CHARACTER, LINE, MARGIN, BAR = 8.0, 18.0, 18.0, 34.0


def main() -> None:
    """Runs the example and writes the picture."""
    program = pathlib.Path(sys.argv[1]).resolve()
    left_out = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "NO_COLOR", "GITHUB_ACTIONS")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment["COLUMNS"] = str(COLUMNS)
    arguments = [str(program), *COMMAND, "--quiet", "--color", "always"]
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 1:
        sys.exit(f"the example should fail, and ended with {done.returncode}:\n{done.stderr}{done.stdout}")
    paragraphs = done.stdout.rstrip("\n").split("\n\n")
    shown = [paragraph for paragraph in paragraphs if not STYLE.sub("", paragraph).startswith(LEFT_OUT)]
    lines = [f"\x1b[1m$ importgate {' '.join(COMMAND)}\x1b[0m", *"\n\n".join(shown).split("\n")]
    PICTURE.write_text(picture(lines))


def picture(lines: list[str]) -> str:
    """The lines as a drawing."""
    width = 2 * MARGIN + COLUMNS * CHARACTER
    height = BAR + len(lines) * LINE + MARGIN
    rules = "".join(f".{name}{{fill:{fill}}}" for name, fill in FILLS.items())
    drawn = "\n".join(text(line, BAR + (number + 0.7) * LINE) for number, line in enumerate(lines))
    dots = "".join(
        f'<circle cx="{MARGIN + 6 + 20 * number}" cy="17" r="6" fill="{fill}"/>'
        for number, fill in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    size = f'width="{width:g}" height="{height:g}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {size} role="img">
<title>A failing check in a terminal</title>
<style>text{{font:13px {FONTS};fill:#e6edf3;white-space:pre}}.bold{{font-weight:600}}{rules}</style>
<rect {size} rx="10" fill="#0d1117" stroke="#30363d"/>
{dots}
{drawn}
</svg>
"""


def text(line: str, y: float) -> str:
    """A line with its styles, as wide as its characters are in a terminal."""
    spans = []
    classes: list[str] = []
    for position, part in enumerate(STYLE.split(line)):
        if position % 2:
            classes = styled(classes, part)
        elif part:
            names = f' class="{" ".join(classes)}"' if classes else ""
            spans.append(f"<tspan{names}>{html.escape(part, quote=False)}</tspan>")
    plain = STYLE.sub("", line)
    if not plain.strip():
        return ""
    width = len(plain) * CHARACTER
    return f'<text x="{MARGIN:g}" y="{y:g}" textLength="{width:g}" xml:space="preserve">{"".join(spans)}</text>'


def styled(classes: list[str], codes: str) -> list[str]:
    """The classes after an escape sequence."""
    for code in codes.split(";"):
        if code in ("", "0"):
            classes = []
        elif code == "1":
            classes = [*classes, "bold"]
        elif code == "2":
            classes = [*classes, "dim"]
        elif code in COLOURS:
            classes = [*classes, COLOURS[code]]
    return classes


if __name__ == "__main__":
    main()
