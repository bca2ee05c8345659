"""Writes packages whose import does real work of a known amount: classes, functions, tables and strings, no sleeping.

A package is its modules, each the same amount of work; so a package that is slower by a tenth is one with a tenth more
modules, slower by work of the same kind as the rest, with files, bytecode and name look-ups of its own.
"""
import argparse
import pathlib

UNIT = '''
class Record_{n}:
    """One of many small classes."""
    __slots__ = ("first", "second", "third")
    limit: int = {n}

    def __init__(self, first, second=None, *rest, third: str = "three", **named):
        self.first, self.second, self.third = first, second, third

    def total(self, values):
        return sum(len(str(value)) for value in values)

    @property
    def label(self):
        return f"{{self.first}}/{{self.second}}"

    @staticmethod
    def parse(text):
        return [part.strip() for part in text.split(",") if part]


def transform_{n}(values, *, scale=3, offset={n}):
    """Functions with defaults and docstrings, as modules have them."""
    return {{name: value * scale + offset for name, value in enumerate(values)}}


TABLE_{n} = {{f"key-{{index}}": (index, str(index), index * 1.5) for index in range(16)}}
NAMES_{n} = sorted(TABLE_{n}, key=len)
JOINED_{n} = "/".join(NAMES_{n}).upper().split("/")
WORDS_{n} = [Record_{n}(name, len(name)).label for name in NAMES_{n}]
RESULT_{n} = Record_{n}(transform_{n}(range(8))).total(WORDS_{n})
'''

LIBRARIES = "import ctypes\nimport decimal\nimport email.message\nimport sqlite3\nimport xml.dom.minidom\n"


def module(units, first=0):
    return "".join(UNIT.replace("{{", "\0").replace("}}", "\1").replace("{n}", str(first + number))
                   .replace("\0", "{").replace("\1", "}") for number in range(units))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def package(root, name, modules, units, *, heavier=0, comment=False, prefix=""):
    """`heavier` is how many units more the module in the middle does; `comment` adds a comment to it."""
    names = [f"part_{number:03}" for number in range(modules)]
    write(root / name / "__init__.py", prefix + "".join(f"from . import {part}\n" for part in names))
    middle = min(len(names) // 2, 9)
    for number, part in enumerate(names):
        text = module(units + (heavier if number == middle else 0))
        if number == middle and comment:
            text = "# Nothing but a comment is new here.\n" + text
        write(root / name / f"{part}.py", text)
    for stale in (root / name).glob("part_*.py"):
        if stale.stem not in names:
            stale.unlink()


#: Name, modules, units in each, the standard-library modules in front. The name says about how many milliseconds.
STREAMS = [
    ("about_5", 16, 1, ""),
    ("about_30", 70, 2, ""),
    ("about_100", 80, 7, LIBRARIES),
    ("about_150", 80, 15, LIBRARIES),
    ("about_300", 120, 28, LIBRARIES),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    for name, modules, units, prefix in STREAMS:
        package(parser.parse_args().folder, name, modules, units, prefix=prefix)


if __name__ == "__main__":
    main()
