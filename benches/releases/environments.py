"""Two environments for each pair of releases in pairs.txt: alike but for the package that is looked at.

An upgrade brings what it needs, so that the newer release is installed first, with the newest of everything else; the older one
then gets the same versions of the rest wherever its requirements allow that.
"""
import dataclasses
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two releases of one package, and the module that is imported of it."""

    package: str
    old: str
    new: str
    python: str
    module: str
    also: tuple = ()

    @property
    def name(self):
        return f"{self.package}-{self.old}-{self.new}"

    def __str__(self):
        return f"{self.package} {self.old} → {self.new}"


def read_pairs(path=HERE / "pairs.txt"):
    """All pairs, in the order of the file."""
    lines = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [Pair(*words[:5], tuple(words[5:])) for words in lines]


def find_interpreter(version):
    """The interpreter of that version: `python3.11` on PATH, or what pyenv or uv have of it."""
    on_path = shutil.which(f"python{version}")
    if on_path and answers(on_path):
        return on_path
    for root in (pathlib.Path.home() / ".pyenv/versions", pathlib.Path.home() / ".local/share/uv/python"):
        for python in sorted(root.glob(f"*{version}.*/bin/python{version}"), reverse=True):
            if answers(python):
                return str(python)
    return None


def answers(python):
    """False for a shim of a version that is not there."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def make(pair, folder):
    """The interpreters of both environments, which are made unless they are there."""
    old, new = folder / "old", folder / "new"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        interpreter = find_interpreter(pair.python)
        if interpreter is None:
            raise SystemExit(f"Python {pair.python} is not there; {pair} needs it")
        for side in (new, old):
            subprocess.run([interpreter, "-m", "venv", "--without-pip", side], check=True)
        pip(new, "install", f"{pair.package}=={pair.new}", *pair.also)
        rest = [line for line in pip(new, "freeze").splitlines() if normal(line.split("==")[0]) != normal(pair.package)]
        constraints = folder / "constraints.txt"
        constraints.write_text("\n".join(rest) + "\n")
        install_old(pair, old, constraints)
        (folder / "ready").touch()
    return old / "bin/python", new / "bin/python"


def install_old(pair, environment, constraints):
    """The older release with the other versions of the newer one, or, where it does not accept those, with its own."""
    words = ["install", f"{pair.package}=={pair.old}", *pair.also]
    try:
        pip(environment, *words, "--constraint", constraints)
    except subprocess.CalledProcessError:
        pip(environment, *words)


def pip(environment, *words):
    """Runs this interpreter's pip for the environment, which has none of its own; returns what it printed."""
    command = [sys.executable, "-m", "pip", "--quiet", "--python", environment / "bin/python", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def normal(name):
    """The name of a distribution as package indexes compare it."""
    return name.strip().lower().replace("_", "-").replace(".", "-")
