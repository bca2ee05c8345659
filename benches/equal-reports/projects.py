"""The projects whose reports are compared, and the commands that are run in each."""
import json
import os
import pathlib
import shutil
import subprocess

PACKAGES = "django sqlalchemy requests rich flask pydantic typer pandas boto3 fastapi httpx".split()

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Takes some milliseconds of any machine.
BURN = "total = sum(step * step %% 7 for step in range(%d))\n"
FORMATS = ("terminal", "json", "markdown", "github")


class Run:
    """One command of importgate. `answers` names the set of answers that it gets: commands with the same set get the same
    answers to the same questions."""

    def __init__(self, title, words, answers, files=(), slowed=1.0, environment=None):
        self.title = title
        self.words = words
        self.answers = answers
        self.files = files
        self.slowed = slowed
        self.environment = environment or {}


class Change:
    """What is done to the project between two commands."""

    def __init__(self, function, *arguments):
        self.function = function
        self.arguments = arguments


class Project:
    def __init__(self, name, steps, files=None, copies=(), budgets="budgets.toml"):
        self.name = name
        self.steps = steps
        self.files = files or {}
        self.copies = copies
        self.budgets = budgets

    def make(self, folder):
        for source, target in self.copies:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (folder / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / source, folder / target)
        for path, text in self.files.items():
            write(folder, path, text)


def write(folder, path, text):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def append(folder, path, text):
    with open(folder / path, "a", encoding="utf-8") as file:
        file.write(text)


def replace(folder, path, old, new):
    file = folder / path
    text = file.read_text(encoding="utf-8")
    assert old in text, (path, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


def commit(folder):
    """Everything into a repository whose one commit has the same name each time."""
    identity = {"NAME": "Somebody", "EMAIL": "somebody@example.org", "DATE": "2024-01-01T00:00:00Z"}
    environment = {"GIT_%s_%s" % (role, key): value for role in ("AUTHOR", "COMMITTER") for key, value in identity.items()}
    for words in (["init", "--quiet", "--initial-branch", "main"], ["add", "."], ["commit", "--quiet", "-m", "All of it"]):
        subprocess.run(["git", *words], cwd=str(folder), env={**os.environ, **environment}, check=True)


def from_another_machine(folder, path):
    """The baseline as another model of processor would have recorded it."""
    file = folder / path
    text = file.read_text(encoding="utf-8")
    baseline = json.loads(text)
    names = set()

    def look(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "processor" and isinstance(inner, str):
                    names.add(inner)
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(baseline)
    assert names, "a baseline says on which processor it was recorded"
    for name in names:
        text = text.replace(json.dumps(name), json.dumps("Another Processor"))
    file.write_text(text, encoding="utf-8")


def damage(folder, path, share=0.5):
    file = folder / path
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])


def copy(folder, source, target):
    shutil.copyfile(folder / source, folder / target)


def remove(folder, path):
    (folder / path).unlink()


def outputs(title, kinds):
    """The first of the formats on standard output, the others in files named after the title: words and files."""
    files = ["%s.%s" % (title.replace(" ", "-"), kind) for kind in kinds[1:]]
    words = ["--format", kinds[0]]
    for file in files:
        words += ["--format", "%s=%s" % (file.rpartition(".")[2], file)]
    return words, files


def check(title, answers, *words, verbose=False, budgets="budgets.toml", **more):
    formats, files = outputs(title, FORMATS)
    words = ["check", "--budgets", budgets, "--python", "{python}", "--seed", "7", "-q", *words, *formats]
    if verbose:
        words.append("--verbose")
    return Run(title, words, answers, files, **more)


def record(title, answers, *words, budgets="budgets.toml", baseline="budgets.baseline.json", **more):
    words = ["record", "--budgets", budgets, "--python", "{python}", "--seed", "11", "-q", *words]
    return Run(title, words, answers, [baseline], **more)


def explain(title, answers, target, *words, budgets="budgets.toml"):
    formats, files = outputs(title, ("terminal", "json", "speedscope"))
    words = ["explain", target, "--budgets", budgets, "--python", "{python}", "-q", *words, *formats]
    return Run(title, words, answers, files)


def compare(title, old, new, *words):
    formats, files = outputs(title, FORMATS[:3])
    return Run(title, ["compare", old, new, *words, *formats], "none", files)


def merge(title, *reports):
    formats, files = outputs(title, FORMATS)
    return Run(title, ["merge", *reports, "--verbose", *formats], "none", files)


# The bundled example, as README has it.

EXAMPLE = Project(
    "example",
    copies=[("examples", "examples"), ("budgets.example.toml", "budgets.example.toml")],
    steps=[
        check("first", "first", budgets="budgets.example.toml"),
        record("record", "record", "--samples", "6", budgets="budgets.example.toml", baseline="budgets.example.baseline.json"),
        check("reused", "again", budgets="budgets.example.toml"),
        check("not reused", "again", "--no-reuse", budgets="budgets.example.toml", verbose=True),
        Change(append, "examples/shop/src/shop/core.py", "\nimport ctypes\n"),
        Change(append, "examples/shop/src/shop/utils/text.py", "# Another comment.\n"),
        check("edited", "edited", budgets="budgets.example.toml"),
        check("by patterns", "edited", "shop.utils.*", "shop.cli", budgets="budgets.example.toml"),
        check("of nothing", "edited", "shop.nothing", budgets="budgets.example.toml"),
        record(
            "record some", "edited", "--samples", "5", "--only", "shop.core", "--only", "shop.utils.*",
            budgets="budgets.example.toml", baseline="budgets.example.baseline.json",
        ),
        explain("explain cli", "explain", "shop.cli", budgets="budgets.example.toml"),
        explain("explain core verified", "explain", "shop.core", "--verify", budgets="budgets.example.toml"),
        explain("explain total", "explain", "layer:database", "--modules", "--min", "0.1ms", budgets="budgets.example.toml"),
    ],
)

FAULTY = Project(
    "faulty",
    copies=[("examples", "examples")],
    steps=[
        check("first", "first", budgets="examples/budgets.faulty.toml"),
        check("three samples", "first", "--samples", "3", budgets="examples/budgets.faulty.toml", verbose=True),
        check("first shard", "first", "shop.utils.*", "shop.services.*", budgets="examples/budgets.faulty.toml"),
        check("second shard", "first", "shop.facades.*", "shop.database", "shop.database.**",
              budgets="examples/budgets.faulty.toml"),
        merge("merged", "first-shard.json", "second-shard.json"),
        merge("merged with itself", "first-shard.json", "first-shard.json"),
        explain("explain types", "explain", "shop.database.types", budgets="examples/budgets.faulty.toml"),
        explain("why asyncio", "explain", "shop.database.types", "--why", "asyncio", budgets="examples/budgets.faulty.toml"),
        explain("why nothing", "explain", "shop.database.types", "--why", "pandas", budgets="examples/budgets.faulty.toml"),
        explain("explain verified", "explain", "shop.database.models", "--verify", budgets="examples/budgets.faulty.toml"),
    ],
)

# Real packages.

SITE = Project(
    "site",
    files={
        "src/ledger/__init__.py": "",
        "src/ledger/web/__init__.py": "",
        "src/ledger/web/client.py": "import requests\n\n\nclass Client:\n    def __init__(self):\n"
        "        self.session = requests.Session()\n",
        "src/ledger/web/console.py": "from rich.console import Console\nfrom rich.table import Table\n\n\ndef show(rows):\n"
        "    Console().print(Table(*rows))\n",
        "src/ledger/site/__init__.py": "",
        "src/ledger/site/pages.py": "from django.http import HttpResponse\nfrom django.urls import path\n\n\n"
        "def index(request):\n    return HttpResponse('ledger')\n\n\nurlpatterns = [path('', index)]\n",
        "src/ledger/tool.py": "import json\n\nif __name__ == '__main__':\n    print(json.dumps({'tool': 'ledger'}))\n",
        "src/ledger/broken.py": "import sys\n\nprint('no configuration')\nsys.exit(4)\n",
        "budgets.toml": """[measure]
timeout = "20s"
max-samples = 12

[classes]
heavy = "30ms"

[layers.web]
modules = ["ledger.web.*"]
max-time = "40ms"
max-modules = 100
max-new-modules = 2
forbid = ["urllib3", "xml"]
forbid-effects = ["network", "subprocess", "thread", "write"]
warnings = "warn"
cycles = "warn"

[layers.site]
modules = ["ledger.site.*"]
max-time = "5s"
max-memory = "1MiB"
max-total-time = "20ms"
max-variation = "0.1%"
cycles = "fail"

[startup.all]
imports = ["ledger.web.client", "ledger.site.pages", "ledger.web.console"]
orders = 3
max-time = "6s"

[commands.tool]
run = ["python", "-m", "ledger.tool"]
max-time = "5s"
max-memory = "2MiB"

[commands.slow]
run = ["python", "-m", "ledger.tool", "--again"]
max-time = "1ms"
""",
    },
    steps=[
        Change(commit),
        check("first", "first"),
        record("record", "record", "--samples", "8"),
        record("record again without writing", "again", "--samples", "5", "--dry-run"),
        check("reused", "again", verbose=True),
        check("not reused", "again", "--no-reuse"),
        check("not reused five samples", "again", "--no-reuse", "--samples", "5", verbose=True),
        check("all of it slower", "slower", "--no-reuse", slowed=1.6),
        Change(append, "src/ledger/web/client.py", "\n\nimport asyncio\nimport xml.dom.minidom\n" + BURN % 400000),
        Change(append, "src/ledger/web/console.py", "# A comment.\n"),
        Change(append, "budgets.toml", '\n[commands.broken]\nrun = ["python", "-m", "ledger.broken"]\n'),
        check("edited", "edited", verbose=True),
        check("edited four samples", "edited", "--samples", "4"),
        check("edited and slower", "edited-slower", "ledger.web.console", "ledger.web.client", slowed=1.7),
        check("times alone", "edited", "--times-alone", "--no-reuse", "ledger.*.*"),
        check("against", "against", "--against", "HEAD", verbose=True),
        check("against four samples", "against", "--against", "HEAD", "--samples", "4", "ledger.web.*"),
        check("against nothing", "against", "--against", "no-such-branch"),
        Change(append, "budgets.toml", '\n[modules."ledger.tool"]\n'),
        check("against another python", "against", "--against", "HEAD", "--base-python", "{other-python}",
              "ledger.tool"),
        compare("compare baseline with report", "budgets.baseline.json", "edited.json"),
        compare("compare reports", "reused.json", "edited.json", "--require-improvement", "20%"),
        compare("compare some", "reused.json", "edited.json", "--only", "ledger.web.*"),
        merge("merged what is not of one run", "reused.json", "against-four-samples.json"),
        Run("use", ["usage", "--", "{real-python}", "-c", "import sys; sys.path[:0] = ['src']\n"
                    "import ledger.web.client as c, ledger.web.console as k\nc.Client()\nk.show(['a'])"],
            "none", ["importgate.usage.json"]),
        Run("use again", ["usage", "--", "{real-python}", "-c", "import sys; sys.path[:0] = ['src']\n"
                          "import ledger.web.client as c\nsys.exit(3)"], "none", ["importgate.usage.json"]),
        Run("use of nothing", ["usage", "--", "true"], "none", ["importgate.usage.json"]),
        check("with usage", "edited", "ledger.web.*"),
        explain("explain client", "edited", "ledger.web.client"),
        explain("explain startup", "edited", "startup:all", "--depth", "4"),
        explain("explain pages by module", "edited", "ledger.site.pages", "--modules", "--min", "2ms"),
        explain("why ssl", "edited", "ledger.web.client", "--why", "ssl"),
        Change(from_another_machine, "budgets.baseline.json"),
        check("foreign baseline", "edited"),
        Change(replace, "budgets.toml", "[layers.site]\nmodules", "[layers.place]\nmodules"),
        Change(replace, "budgets.toml", '"ledger.site.*"', '"ledger.web"'),
        Change(replace, "budgets.toml", '"ledger.site.pages", ', ""),
        Change(replace, "budgets.toml", '\n[commands.broken]\nrun = ["python", "-m", "ledger.broken"]\n', ""),
        check("stale baseline", "stale"),
        record("record the rest", "stale", "--samples", "5"),
        record("record one", "stale", "--samples", "5", "ledger.web.client"),
        Change(damage, "budgets.baseline.json"),
        check("damaged baseline", "stale"),
        record("record over a damaged one", "stale", "--samples", "5", "ledger.web.client"),
        record("record by force", "stale", "--samples", "5", "ledger.web.client", "--force"),
        Run("doctor", ["doctor", "--python", "{python}", "--samples", "5", "-q"], "doctor"),
        Run("doctor in JSON", ["doctor", "--python", "{python}", "--samples", "5", "-q", "--json"], "doctor"),
    ],
)

SERVICE = Project(
    "service",
    files={
        "service/__init__.py": "",
        "service/app.py": "import flask\n\nfrom service import settings\n\napp = flask.Flask('service')\n",
        "service/storage.py": "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n\n"
        "Base = declarative_base()\n\n\nclass Entry(Base):\n    __tablename__ = 'entries'\n"
        "    id = Column(Integer, primary_key=True)\n",
        "service/settings.py": "import pydantic\n\n\nclass Settings(pydantic.BaseModel):\n    debug: bool = False\n",
        "service/cli.py": "import typer\nimport service.app\nimport service.storage\n\nmain = typer.Typer()\n\n\n"
        "@main.command()\ndef serve():\n    import http.server\n",
        "pyproject.toml": """[project]
name = "service"

[tool.importgate.gate]
max-regression = "1%"
noise-floor = "0.05ms"
inconclusive = "fail"

[tool.importgate.measure]
timeout = "30s"
min-samples = 6
max-samples = 9

[tool.importgate.layers.parts]
modules = ["service.*"]
max-regression = "3%"
max-memory = "30MB"
preload = ["json", "typing"]
forbid = ["http.server", "sqlite3"]
cycles = "warn"
warnings = "fail"

[tool.importgate.modules."service.cli"]
max-time = "50ms"
max-modules = 3
""",
    },
    budgets="pyproject.toml",
    steps=[
        Change(commit),
        record("record", "record", "--samples", "6", budgets="pyproject.toml"),
        check("not reused", "again", "--no-reuse", budgets="pyproject.toml"),
        check("not reused seven samples", "again", "--no-reuse", "--samples", "7", "service.settings",
              budgets="pyproject.toml"),
        Change(replace, "service/settings.py", "import pydantic\n",
               "import pydantic\nimport warnings\n\nwarnings.warn('old')\n"),
        Change(append, "service/storage.py", "\nfrom service import app  # noqa\n"),
        Change(append, "service/app.py", "\nif True:\n    from service import storage  # noqa\n"),
        check("edited", "edited", budgets="pyproject.toml", verbose=True),
        check("against", "against", "--against", "HEAD", "service.settings", "service.app", budgets="pyproject.toml"),
        explain("explain cli verified", "edited", "service.cli", "--verify", budgets="pyproject.toml"),
        explain("explain app by module", "edited", "service.app", "--modules", budgets="pyproject.toml"),
        explain("explain a package", "edited", "sqlalchemy.orm", budgets="pyproject.toml"),
        explain("explain what is not there", "edited", "service.nothing", budgets="pyproject.toml"),
        compare("compare baseline with report", "budgets.baseline.json", "edited.json"),
        compare("compare report with baseline", "edited.json", "budgets.baseline.json", "--require-improvement", "5%"),
    ],
)

SCIENCE = Project(
    "science",
    files={
        "src/study/__init__.py": "",
        "src/study/frames.py": "import pandas\n\n\ndef frame(rows):\n    return pandas.DataFrame(rows)\n",
        "src/study/sums.py": "def total(rows):\n    return sum(rows)\n",
        "budgets.toml": """[gate]
max-regression = "200%"

[measure]
timeout = "60s"
samples = 5

[classes]
module-level-below = "5ms"
lazy-above = "50ms"
heavy = "100ms"

[layers.study]
modules = ["study.*"]
max-time = "100ms"
max-memory = "16MiB"
forbid = ["numpy.linalg"]
forbid-effects = ["subprocess", "write", "thread"]
""",
    },
    steps=[
        Change(commit),
        check("first", "first"),
        record("record", "first", "--samples", "5"),
        check("reused", "first"),
        Change(replace, "src/study/frames.py", "import pandas\n", "import sqlite3\nimport pandas\nimport json.tool\n"),
        check("edited", "edited"),
        explain("explain frames", "edited", "study.frames"),
        explain("why numpy", "edited", "study.frames", "--why", "numpy.linalg"),
        explain("explain pandas by module", "edited", "pandas", "--modules", "--depth", "3", "--min", "10ms"),
    ],
)

CLOUD = Project(
    "cloud",
    files={
        "cloud/__init__.py": "import importlib\n\n\ndef __getattr__(name):\n"
        "    return importlib.import_module('cloud.' + name)\n",
        "cloud/storage.py": "import boto3\n",
        "cloud/api.py": "from fastapi import FastAPI\nimport httpx\n\napp = FastAPI()\n",
        "cloud/worker.py": "import cloud\n\nstorage = cloud.storage\nimport cloud.api\n",
        "budgets.toml": """[project]
source-roots = ["."]

[measure]
timeout = "60s"
max-samples = 6

[modules."cloud.storage"]
max-time = "1s"
max-regression = "5%"

[modules."cloud.api"]
max-time = "1s"
forbid = ["uvicorn", "anyio"]

[startup.worker]
imports = ["cloud.worker"]
max-time = "3s"
max-modules = 300
""",
    },
    steps=[
        Change(commit),
        check("first", "first"),
        record("record", "record", "--samples", "5"),
        Change(replace, "cloud/api.py", "import httpx\n", ""),
        Change(replace, "cloud/storage.py", "import boto3\n", "import boto3\nimport boto3.session\n" + BURN % 1000000),
        check("edited", "edited"),
        check("edited and slower", "edited-slower", "cloud.api", slowed=2.0),
        check("against", "against", "--against", "HEAD", "cloud.storage"),
        explain("explain worker", "edited", "startup:worker"),
        explain("explain api verified", "edited", "cloud.api", "--verify"),
    ],
)

# The standard library alone: what goes wrong, and what an import may do beside importing.

PLANTED = Project(
    "planted",
    files={
        "odd/__init__.py": "",
        "odd/raises.py": "import odd.middle\n",
        "odd/middle.py": "def fail():\n    raise ValueError('a `bad` value | <b>\\x1b[31m')\n\n\nfail()\n",
        "odd/missing.py": "import json\nimport not_installed_anywhere\n",
        "odd/circular.py": "from odd.other import name\n",
        "odd/other.py": "from odd.circular import value\n\nname = 1\n",
        "odd/hangs.py": "import time\n\n\ndef wait():\n    time.sleep(60)\n\n\nwait()\n",
        "odd/crashes.py": "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGSEGV)\n",
        "odd/exits.py": "import sys\n\nprint('leaving')\nsys.exit(7)\n",
        "odd/leaves.py": "import os\n\nos._exit(9)\n",
        "odd/syntax.py": "import json\n\ndef broken(:\n",
        "odd/noisy.py": "import sys\n\nprint('hello', file=sys.stderr)\nprint('x' * 3000)\n",
        "odd/acts.py": "import socket\nimport subprocess\nimport threading\nimport tempfile\n\n"
        "subprocess.run(['true'])\nthread = threading.Thread(target=print)\nthread.start()\nthread.join()\n"
        "with tempfile.TemporaryFile('w') as file:\n    file.write('x')\n"
        "one = socket.socket()\none.settimeout(0.2)\none.connect_ex(('127.0.0.1', 9))\none.close()\n",
        "odd/sleeps.py": "import time\n\ntime.sleep(0.03)\n",
        "odd/warns.py": "import warnings\n\nwarnings.warn('deprecated thing', DeprecationWarning)\n"
        "warnings.warn('a <user> warning')\n",
        "odd/ring/__init__.py": "",
        "odd/ring/a.py": "import odd.ring.b\n",
        "odd/ring/b.py": "import odd.ring.c\n",
        "odd/ring/c.py": "import odd.ring.a\n",
        "odd/order/__init__.py": "state = []\n",
        "odd/order/first.py": "from odd import order\n\norder.state.append('first')\n",
        "odd/order/second.py": "from odd import order\n\nif not order.state:\n    raise RuntimeError('first comes first')\n",
        "odd/order/third.py": "import json\n",
        "odd/star.py": "from json import *\n\n\nclass Holder:\n    import csv\n\n\ndef load():\n    import sqlite3\n"
        "    return sqlite3\n\n\nload()\ntry:\n    import decimal\nexcept ImportError:\n    decimal = None\n"
        "__import__('email.message')\n"
        "import xml.dom.minidom\nused = xml.dom.minidom.parseString('<a/>')\nimport unittest.mock\n",
        "odd/data.txt": "one\n",
        "odd/reads.py": "import pathlib\n\ntext = (pathlib.Path(__file__).parent / 'data.txt').read_text()\n",
        "odd/plain.py": "import json\n",
        "fails.toml": """[measure]
timeout = "3s"
max-samples = 6

[layers.broken]
modules = ["odd.raises", "odd.missing", "odd.circular", "odd.hangs", "odd.crashes", "odd.exits", "odd.leaves", "odd.syntax"]
max-time = "1s"

[modules."odd.plain"]
max-time = "1s"

[commands.exits]
run = ["python", "-c", "print('no good'); raise SystemExit(3)"]

[commands.hangs]
run = ["python", "-c", "import time; time.sleep(60)"]
""",
        "budgets.toml": """[measure]
timeout = "3s"
max-samples = 8
bytecode = "cold"

[layers.ring]
modules = ["odd.ring.*"]
cycles = "fail"
max-time = "1s"

[layers.acts]
modules = ["odd.acts", "odd.sleeps", "odd.warns", "odd.noisy", "odd.reads"]
forbid-effects = ["network", "subprocess", "thread", "write"]
warnings = "fail"
max-time = "20ms"
max-variation = "0.1%"

[modules."odd.star"]
max-time = "1s"
forbid = ["sqlite3", "xml", "unittest"]
max-new-modules = 0

[startup.order]
imports = ["odd.order.first", "odd.order.second", "odd.order.third"]
orders = 4
""",
    },
    steps=[
        check("failures", "failures", budgets="fails.toml"),
        record("record failures", "failures", "--samples", "5", budgets="fails.toml"),
        explain("explain a failure", "failures", "odd.raises", budgets="fails.toml"),
        explain("explain a crash", "failures", "odd.crashes", budgets="fails.toml"),
        check("first", "first"),
        record("record", "record", "--samples", "5"),
        Change(append, "odd/data.txt", "two\n"),
        Change(append, "odd/star.py", "import ctypes\nimport logging.handlers\n"),
        Change(append, "odd/sleeps.py", "time.sleep(0.02)\n"),
        check("edited", "edited", verbose=True),
        check("edited five samples", "edited", "--samples", "5"),
        check("short of time", "edited", "--no-reuse", "--time-limit", "1ms", "odd.ring.*"),
        explain("explain star", "edited", "odd.star", "--min", "0.1ms"),
        explain("explain star verified", "edited", "odd.star", "--verify"),
        explain("explain reads", "edited", "odd.reads", "--modules", "--min", "0.1ms"),
        explain("explain without budgets", "edited", "email.message", "--min", "0.1ms"),
    ],
)

COUNTED = Project(
    "counted",
    files={
        "counted/__init__.py": "",
        "counted/a.py": "import counted.b\n",
        "counted/b.py": BURN % 3000,
        "budgets.toml": """[measure]
engine = "instructions"
timeout = "20s"
max-samples = 6

[gate]
max-regression = "0.5%"

[layers.all]
modules = ["counted.*"]
max-time = "1s"
""",
    },
    steps=[
        check("first", "first"),
        record("record", "first", "--samples", "5"),
        check("reused", "first"),
        Change(append, "counted/b.py", "import json\n"),
        check("edited", "edited"),
        check("edited verbose", "edited", verbose=True),
        compare("compare", "budgets.baseline.json", "edited.json"),
    ],
)

# Nothing is measured where the command line or the budgets file is wrong.

MISTAKES = {
    "types": "[measure]\ntimeout = 3\nmax-samples = \"many\"\nbytecode = \"hot\"\n\n[layers.a]\nmodules = \"m\"\n"
    "max-time = true\nmax-memory = 3.5\nforbid = [1]\npreload = {}\n",
    "names": "[gates]\nmax-regresion = \"5%\"\n\n[gate]\nmax-regresion = \"5%\"\n\n"  # spelling: as meant
    "[layers.a]\nmodule = [\"m\"]\nmax-tiem = \"5ms\"\n",  # spelling: as meant
    "ranges": "[gate]\nmax-regression = \"2000%\"\nnoise-floor = \"2min\"\n\n[measure]\ntimeout = \"2h\"\nmin-samples = 90\n"
    "max-samples = 3\nseed = -1\n\n[layers.a]\nmodules = [\"m\"]\nmax-time = \"0ms\"\nmax-memory = \"5 parsecs\"\n"
    "max-modules = -3\n",
    "patterns": "[layers.a]\nmodules = [\"nothing.*\", \"m..n\", \"*\", \"m\"]\n\n[layers.b]\nmodules = [\"m\", \"m.*.x\"]\n\n"
    "[modules.\"not there\"]\n\n[modules.nowhere]\n",
    "syntax": "[measure\ntimeout = \"3s\"\n",
    "twice": "[measure]\ntimeout = \"3s\"\ntimeout = \"4s\"\n",
    "settings": "[measure]\nsamples = 5\nmin-samples = 5\nengine = \"guess\"\n\n[startup.a]\nimports = []\norders = \"many\"\n"
    "\n[commands.b]\nrun = []\nmax-modules = 4\n\n[modules.m]\nforbid-effects = [\"print\"]\nwarnings = \"no\"\n"
    "cycles = true\n",
    "empty": "",
}

WRONG = Project(
    "mistakes",
    files={
        **{"%s.toml" % name: text for name, text in MISTAKES.items()},
        "m/__init__.py": "",
        "good.toml": "[modules.m]\nmax-time = \"1s\"\n",
        "report.json": "{\"version\": 99}\n",
        "other.json": "[1, 2]\n",
        "text.json": "not JSON\n",
    },
    steps=[
        *[Run(name, ["check", "--budgets", "%s.toml" % name, "--python", "{python}", "-q"], "all") for name in MISTAKES],
        Run("no budgets", ["check", "--python", "{python}"], "all"),
        Run("no such budgets", ["check", "--budgets", "nowhere.toml"], "all"),
        Run("no such python", ["check", "--budgets", "good.toml", "--python", "no/such/python"], "all"),
        Run("not a python", ["check", "--budgets", "good.toml", "--python", "/bin/true"], "all"),
        Run("a failing python", ["check", "--budgets", "good.toml", "--python", "/bin/false"], "all"),
        Run("unknown option", ["check", "--bugdets", "good.toml"], "all"),  # spelling: as meant
        Run("unknown format", ["check", "--format", "html"], "all"),
        Run("wrong samples", ["check", "--samples", "0"], "all"),
        Run("wrong time limit", ["check", "--time-limit", "90"], "all"),
        Run("unwritable format", ["check", "--budgets", "good.toml", "--python", "{python}", "-q", "--seed", "1", "--format",
                                  "json=no/such/folder/r.json"], "all"),
        Run("no git", ["check", "--budgets", "good.toml", "--python", "{python}", "-q", "--against", "HEAD"], "all",
            environment={"GIT_CEILING_DIRECTORIES": "/"}),
        Run("compare nothing", ["compare", "nowhere.json", "report.json"], "all"),
        Run("compare what is newer", ["compare", "report.json", "report.json"], "all"),
        Run("compare something else", ["compare", "other.json", "text.json"], "all"),
        Run("merge something else", ["merge", "other.json", "report.json"], "all"),
        Run("merge text", ["merge", "text.json"], "all"),
        Run("improvement", ["compare", "a", "b", "--require-improvement", "120%"], "all"),
        Run("version", ["--version"], "all"),
        Run("schema", ["schema"], "all"),
        Run("completions", ["completions", "bash"], "all"),
        *[Run("help " + name, ["help", name], "all")
          for name in ("check", "record", "explain", "usage", "compare", "doctor", "merge", "schema", "completions")],
        Run("help", ["--help"], "all"),
    ],
)

ALL = [EXAMPLE, FAULTY, SITE, SERVICE, SCIENCE, CLOUD, PLANTED, COUNTED, WRONG]
