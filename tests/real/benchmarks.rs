//! Benchmark tools of the package index: each measures something small, and what it wrote is held against a limit that it keeps and one
//! that it exceeds.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tools measure, each by a file of its own.
const FILES: [(&str, &str); 6] = [
    (
        "test_sums.py",
        "def test_sum(benchmark):\n    benchmark.pedantic(sum, args=(range(20_000),), rounds=80, iterations=1)\n",
    ),
    (
        "perf.py",
        "import pyperf\n\npyperf.Runner().timeit('sums', stmt='sum(range(20_000))')\n",
    ),
    (
        "repetitions.py",
        "import google_benchmark\n\n\n@google_benchmark.register(name='sums')\ndef sums(state):\n    while state:\n        sum(range(20_000))\n\n\ngoogle_benchmark.main()\n",
    ),
    (
        "asv.conf.json",
        "{\"version\": 1, \"project\": \"sums\", \"repo\": \".\", \"branches\": [\"HEAD\"], \"environment_type\": \"existing\", \"benchmark_dir\": \"suite\"}\n",
    ),
    ("suite/__init__.py", ""),
    (
        "suite/sums.py",
        "class Sums:\n    repeat = 10\n    number = 5\n    warmup_time = 0\n\n    def time_sum(self):\n        sum(range(20_000))\n",
    ),
];

/// How each tool is run, which file it writes, and what it calls its benchmark.
const TOOLS: [(&str, &str, &str); 4] = [
    (
        "python -m pytest -q -p no:cacheprovider test_sums.py --benchmark-json pytest.json",
        "pytest.json",
        "test_sums.py::test_sum",
    ),
    (
        "python perf.py --processes 12 --values 2 --loops 8 --quiet -o pyperf.json.gz",
        "pyperf.json.gz",
        "sums",
    ),
    (
        "python repetitions.py --benchmark_repetitions=12 --benchmark_min_time=0.01s --benchmark_out=google.json",
        "google.json",
        "sums",
    ),
    (
        "git init -q . && git add -A && git -c user.name=n -c user.email=n@example.org commit -qm sums && asv machine --yes \
         && asv run --python=same --record-samples --set-commit-hash $(git rev-parse HEAD) && cp results/*/*-*.json asv.json",
        "asv.json",
        "sums.Sums.time_sum",
    ),
];

/// A server, and a load on it.
const LOCUST: &str = "
python -m http.server 0 --bind 127.0.0.1 >server.txt 2>&1 &
server=$!
trap 'kill $server' EXIT
until port=$(sed -n 's/.*port \\([0-9]*\\).*/\\1/p' server.txt) && [ -n \"$port\" ]; do sleep 0.1; done
printf 'from locust import HttpUser, task\n\n\nclass User(HttpUser):\n    @task\n    def front(self):\n        self.client.get(\"/\", name=\"front\")\n' >load.py
locust -f load.py --headless --users 2 --spawn-rate 2 --run-time 4s --host http://127.0.0.1:$port --json --skip-log >locust.json
";

/// A folder with the files, and the folder of the tools on PATH.
struct Folder {
    folder: tempfile::TempDir,
    path: String,
}

impl Folder {
    fn new(python: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in FILES {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let tools = python.parent().expect("a folder of programs").display().to_string();
        let path = format!("{tools}:{}", std::env::var("PATH").unwrap_or_default());
        Self { folder, path }
    }

    fn shell(&self, script: &str) {
        let mut command = Command::new("bash");
        command.args(["-ec", script]).current_dir(self.folder.path());
        // Servers on this machine are no matter of a proxy.
        command
            .env("PATH", &self.path)
            .env("NO_PROXY", "127.0.0.1")
            .env("PYTHONUNBUFFERED", "1");
        let output = command.output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{said}");
    }

    /// The exit code of a check with this limit.
    fn check(&self, file: &str, benchmark: &str, limit: &str) -> Option<i32> {
        let budgets = format!("[benchmarks.\"{benchmark}\"]\n{limit}\n");
        std::fs::write(self.folder.path().join("importgate.toml"), budgets).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_importgate"));
        command
            .args(["check", "--benchmarks", file])
            .current_dir(self.folder.path());
        let output = command.output().expect("the program starts");
        println!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output.status.code()
    }

    fn keeps_a_minute_and_not_a_nanosecond(&self, file: &str, benchmark: &str) {
        println!("{benchmark} of {file}");
        assert_eq!(self.check(file, benchmark, "mean = \"1min\""), Some(0), "{file}");
        assert_eq!(self.check(file, benchmark, "mean = \"0.001us\""), Some(1), "{file}");
    }
}

#[test]
#[ignore = "needs the package index: `make test-real`"]
fn what_the_tools_write_today_is_read() {
    let python = std::env::var_os("IMPORTGATE_BENCHMARK_TOOLS").expect("run this by `make test-real`");
    let folder = Folder::new(&PathBuf::from(python));
    for (script, file, benchmark) in TOOLS {
        folder.shell(script);
        folder.keeps_a_minute_and_not_a_nanosecond(file, benchmark);
    }
    folder.shell(LOCUST);
    folder.keeps_a_minute_and_not_a_nanosecond("locust.json", "GET front");
    if Command::new("hyperfine").arg("--version").output().is_ok() {
        folder.shell("hyperfine --shell=none --warmup 1 --runs 12 --export-json hyperfine.json --command-name sums 'python -c 1'");
        folder.keeps_a_minute_and_not_a_nanosecond("hyperfine.json", "sums");
    } else {
        println!("without hyperfine, which is not on PATH");
    }
}
