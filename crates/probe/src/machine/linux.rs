//! Linux tells everything through files. They are read below a root, so that a test can put up a machine of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::conditions::{load_averages, processor_times};
use super::{cgroup, processor};
use crate::files;
use importgate_core::observed::{Machine, MachineConditions, ProcessorTimes};

/// Where the files of the running system begin.
pub(super) const ROOT: &str = "/";

pub(super) fn fingerprint(root: &Path, cores: u32) -> Machine {
    let limits = cgroup::limits(root);
    let release = read(root, "proc/sys/kernel/osrelease").unwrap_or_default();
    Machine {
        processor: processor::name(&read(root, "proc/cpuinfo").unwrap_or_default()),
        cores,
        kernel: format!("Linux {}", release.trim()).trim_end().to_owned(),
        container_cpus: limits.cpus.map(|cpus| format!("{cpus:.2}")),
        container_memory_bytes: limits.memory_bytes,
    }
}

pub(super) fn conditions(root: &Path) -> MachineConditions {
    MachineConditions {
        load: read(root, "proc/loadavg").and_then(|text| load_averages(&text)),
        governors: governors(root),
        turbo: turbo(root),
        virtual_machine: read(root, "proc/cpuinfo").and_then(|text| processor::under_hypervisor(&text)),
        times: times(root),
    }
}

pub(super) fn times(root: &Path) -> Option<ProcessorTimes> {
    read(root, "proc/stat").and_then(|text| processor_times(&text))
}

/// What the kernel estimates to be available, and no more than what the control groups leave.
pub(super) fn free_memory_bytes(root: &Path) -> Option<u64> {
    let available = read(root, "proc/meminfo").and_then(|text| {
        let kib: u64 = field(&text, "MemAvailable:")?;
        Some(kib * 1024)
    });
    cgroup::smaller(available, cgroup::memory_left_bytes(root))
}

/// The number after a name at the beginning of a line.
pub(super) fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// The frequency governors in use, which may differ between processors.
fn governors(root: &Path) -> BTreeSet<String> {
    let Ok(policies) = fs::read_dir(root.join("sys/devices/system/cpu/cpufreq")) else {
        return BTreeSet::new();
    };
    policies
        .flatten()
        .filter_map(|policy| files::read_system_text(&policy.path().join("scaling_governor")).ok())
        .map(|governor| governor.trim().to_owned())
        .collect()
}

/// Whether the processor may exceed its nominal frequency. Intel's driver answers the opposite question.
fn turbo(root: &Path) -> Option<bool> {
    let flag = |path| match read(root, path)?.trim() {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    };
    flag("sys/devices/system/cpu/intel_pstate/no_turbo")
        .map(|forbidden| !forbidden)
        .or_else(|| flag("sys/devices/system/cpu/cpufreq/boost"))
}

fn read(root: &Path, path: &str) -> Option<String> {
    files::read_system_text(&root.join(path)).ok()
}

/// An absolute path of the system below the root.
pub(super) fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system of nothing but these files.
    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        root
    }

    #[test]
    fn a_container_on_a_server() {
        let root = system(&[
            (
                "proc/cpuinfo",
                "model name\t: AMD EPYC 7763 64-Core Processor\nflags\t\t: fpu hypervisor\n",
            ),
            ("proc/sys/kernel/osrelease", "6.8.0-1017-azure\n"),
            ("proc/self/cgroup", "0::/\n"),
            (
                "proc/self/mountinfo",
                "33 24 0:27 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
            ),
            ("sys/fs/cgroup/cpu.max", "150000 100000\n"),
            ("sys/fs/cgroup/memory.max", "536870912\n"),
        ]);
        let machine = fingerprint(root.path(), 2);
        let expected = Machine {
            processor: "AMD EPYC 7763 64-Core Processor".to_owned(),
            cores: 2,
            kernel: "Linux 6.8.0-1017-azure".to_owned(),
            container_cpus: Some("1.50".to_owned()),
            container_memory_bytes: Some(536_870_912),
        };
        assert_eq!(machine, expected);
    }

    #[test]
    fn free_memory_is_what_the_machine_has_and_the_container_leaves() {
        let meminfo = ("proc/meminfo", "MemTotal: 8000 kB\nMemAvailable:    5000 kB\n");
        assert_eq!(free_memory_bytes(system(&[meminfo]).path()), Some(5_120_000));
        let container = |limit| {
            system(&[
                meminfo,
                ("proc/self/cgroup", "0::/\n"),
                (
                    "proc/self/mountinfo",
                    "33 24 0:27 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
                ),
                ("sys/fs/cgroup/memory.max", limit),
                ("sys/fs/cgroup/memory.current", "3000000\n"),
                ("sys/fs/cgroup/memory.stat", "anon 1\nfile 2\ninactive_file 1000000\n"),
            ])
        };
        assert_eq!(free_memory_bytes(container("4000000\n").path()), Some(2_000_000));
        assert_eq!(free_memory_bytes(container("1000000\n").path()), Some(0));
        assert_eq!(free_memory_bytes(container("max\n").path()), Some(5_120_000));
        assert_eq!(free_memory_bytes(system(&[]).path()), None);
    }

    #[test]
    fn a_system_that_tells_nothing() {
        let root = system(&[]);
        let machine = fingerprint(root.path(), 1);
        assert_eq!((machine.kernel.as_str(), machine.container_cpus), ("Linux", None));
        assert_eq!(conditions(root.path()), MachineConditions::default());
    }

    #[test]
    fn the_conditions_of_a_laptop() {
        let root = system(&[
            ("proc/loadavg", "0.52 0.58 0.59 1/389 12345\n"),
            (
                "proc/stat",
                "cpu  100 0 50 850 0 0 0 0 0 0\ncpu0 100 0 50 850 0 0 0 0 0 0\n",
            ),
            ("proc/cpuinfo", "model name\t: Some Processor 1\nflags\t\t: fpu vme\n"),
            ("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "powersave\n"),
            ("sys/devices/system/cpu/cpufreq/policy1/scaling_governor", "powersave\n"),
            (
                "sys/devices/system/cpu/cpufreq/policy2/scaling_governor",
                "performance\n",
            ),
            ("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n"),
        ]);
        let conditions = conditions(root.path());
        assert_eq!(conditions.load, Some([0.52, 0.58, 0.59]));
        assert_eq!(
            conditions.governors.iter().collect::<Vec<_>>(),
            ["performance", "powersave"]
        );
        assert_eq!(conditions.turbo, Some(true));
        assert_eq!(conditions.virtual_machine, Some(false));
        assert_eq!(conditions.times.map(|times| times.total), Some(1000));
    }

    #[test]
    fn boost_of_other_drivers() {
        for (text, expected) in [("1\n", Some(true)), ("0\n", Some(false)), ("?\n", None)] {
            let root = system(&[("sys/devices/system/cpu/cpufreq/boost", text)]);
            assert_eq!(turbo(root.path()), expected);
        }
        let root = system(&[("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n")]);
        assert_eq!(turbo(root.path()), Some(false));
    }
}
