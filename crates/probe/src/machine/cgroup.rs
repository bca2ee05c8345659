//! What a container allows. Both versions of control groups are read, also side by side, as some systems have them.
//!
//! A limit may be set on any group above the process, so the smallest one on the way up counts.

use std::path::{Path, PathBuf};

use super::linux::{below, field};
use crate::files;

/// Version 1 writes the largest multiple of a page where there is no limit; no machine has that much memory.
const NO_MEMORY_LIMIT: u64 = 1 << 60;

/// What the control groups of this process allow.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Limits {
    /// Processors' worth of time.
    pub(super) cpus: Option<f64>,
    /// Memory in bytes.
    pub(super) memory_bytes: Option<u64>,
}

/// Reads the limits of this process below a root.
pub(super) fn limits(root: &Path) -> Limits {
    let read = |path: &str| files::read_system_text(&root.join(path)).unwrap_or_default();
    let (groups, mounts) = (read("proc/self/cgroup"), read("proc/self/mountinfo"));
    let mut limits = Limits::default();
    for folder in folders(&groups, &mounts, "cpu") {
        let text = |name: &str| files::read_system_text(&below(root, &folder).join(name)).ok();
        let cpus = text("cpu.max")
            .and_then(|text| cpu_max(&text))
            .or_else(|| quota(&text("cpu.cfs_quota_us")?, &text("cpu.cfs_period_us")?));
        limits.cpus = smaller(limits.cpus, cpus);
    }
    for folder in folders(&groups, &mounts, "memory") {
        let text = |name: &str| files::read_system_text(&below(root, &folder).join(name)).ok();
        let bytes = text("memory.max")
            .or_else(|| text("memory.limit_in_bytes"))
            .and_then(|text| memory(&text));
        limits.memory_bytes = smaller(limits.memory_bytes, bytes);
    }
    limits
}

/// What the control groups of this process leave of their limits, in bytes: memory that only caches files is given back when it is
/// needed. `None` where there is no limit.
pub(super) fn memory_left_bytes(root: &Path) -> Option<u64> {
    let read = |path: &str| files::read_system_text(&root.join(path)).unwrap_or_default();
    let (groups, mounts) = (read("proc/self/cgroup"), read("proc/self/mountinfo"));
    let left = |folder: PathBuf| {
        let text = |name: &str| files::read_system_text(&below(root, &folder).join(name)).ok();
        let either = |second: &str, first: &str| text(second).or_else(|| text(first));
        let limit = memory(&either("memory.max", "memory.limit_in_bytes")?)?;
        let used = memory(&either("memory.current", "memory.usage_in_bytes")?)?;
        let statistics = text("memory.stat").unwrap_or_default();
        let cached = ["inactive_file ", "total_inactive_file "].map(|name| field(&statistics, name));
        let cached = cached.into_iter().flatten().max().unwrap_or(0);
        Some(limit.saturating_sub(used.saturating_sub(cached)))
    };
    folders(&groups, &mounts, "memory").into_iter().filter_map(left).min()
}

/// The folders of the groups that this process is in, for one controller, innermost first.
fn folders(groups: &str, mounts: &str, controller: &str) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for mount in mounts.lines().filter_map(Mount::parse) {
        let Some(group) = groups.lines().find_map(|line| mount.group(line, controller)) else {
            continue;
        };
        // In a container the mount may show only a part of the hierarchy; a group outside that part cannot be seen.
        let inside = group.strip_prefix(&mount.root).unwrap_or(Path::new(""));
        let innermost = mount.point.join(inside);
        folders.extend(
            innermost
                .ancestors()
                .take_while(|folder| folder.starts_with(&mount.point))
                .map(PathBuf::from),
        );
    }
    folders
}

/// One line of `/proc/self/mountinfo`, of a control group file system.
struct Mount<'text> {
    /// The group that the mount point shows.
    root: PathBuf,
    point: PathBuf,
    second_version: bool,
    /// In version 1, the controllers, among other options.
    options: &'text str,
}

impl<'text> Mount<'text> {
    /// `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS`.
    fn parse(line: &'text str) -> Option<Self> {
        let (place, system) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let (root, point) = (PathBuf::from(place.next()?), PathBuf::from(place.next()?));
        let mut system = system.split(' ');
        let second_version = match system.next()? {
            "cgroup2" => true,
            "cgroup" => false,
            _ => return None,
        };
        Some(Self {
            root,
            point,
            second_version,
            options: system.nth(1)?,
        })
    }

    /// The group on a line of `/proc/self/cgroup` (`ID:CONTROLLERS:GROUP`), if this mount shows it for a controller.
    fn group(&self, line: &'text str, controller: &str) -> Option<&'text Path> {
        let (controllers, group) = line.split_once(':')?.1.split_once(':')?;
        let names = |list: &str| list.split(',').any(|name| name == controller);
        let matches = if self.second_version {
            controllers.is_empty()
        } else {
            names(controllers) && names(self.options)
        };
        matches.then(|| Path::new(group))
    }
}

/// `cpu.max` of version 2: quota and period in microseconds, or `max`.
fn cpu_max(text: &str) -> Option<f64> {
    let (quota_us, period_us) = text.trim().split_once(' ')?;
    quota(quota_us, period_us)
}

/// Processors' worth of time; -1 and `max` are no limit.
fn quota(quota_us: &str, period_us: &str) -> Option<f64> {
    let quota_us: u64 = quota_us.trim().parse().ok()?;
    let period_us: u64 = period_us.trim().parse().ok().filter(|period| *period > 0)?;
    Some(quota_us as f64 / period_us as f64)
}

fn memory(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|bytes| *bytes < NO_MEMORY_LIMIT)
}

pub(super) fn smaller<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other < one { other } else { one }),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A system whose files are these.
    fn limits_of(files: &[(&str, &str)]) -> Limits {
        let root = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        limits(root.path())
    }

    const SECOND: (&str, &str) = (
        "proc/self/mountinfo",
        "33 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
    );

    #[test]
    fn the_smallest_limit_on_the_way_up_counts() {
        let limits = limits_of(&[
            SECOND,
            ("proc/self/cgroup", "0::/user.slice/app.service\n"),
            ("sys/fs/cgroup/user.slice/cpu.max", "50000 100000\n"),
            ("sys/fs/cgroup/user.slice/memory.max", "max\n"),
            ("sys/fs/cgroup/user.slice/app.service/cpu.max", "400000 100000\n"),
            ("sys/fs/cgroup/user.slice/app.service/memory.max", "1073741824\n"),
        ]);
        assert_eq!(
            limits,
            Limits {
                cpus: Some(0.5),
                memory_bytes: Some(1 << 30)
            }
        );
    }

    #[test]
    fn no_limit_in_the_second_version() {
        let limits = limits_of(&[
            SECOND,
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/cpu.max", "max 100000\n"),
            ("sys/fs/cgroup/memory.max", "max\n"),
        ]);
        assert_eq!(limits, Limits::default());
    }

    #[test]
    fn a_container_of_the_first_version_sees_its_own_part() {
        let limits = limits_of(&[
            (
                "proc/self/mountinfo",
                "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
                 32 31 0:29 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro master:11 - cgroup cgroup rw,cpu,cpuacct\n\
                 33 31 0:30 /docker/ab /sys/fs/cgroup/cpuset ro master:12 - cgroup cgroup rw,cpuset\n\
                 36 31 0:32 /docker/ab /sys/fs/cgroup/memory ro master:13 - cgroup cgroup rw,memory\n",
            ),
            (
                "proc/self/cgroup",
                "4:memory:/docker/ab\n3:cpuset:/docker/ab\n1:cpu,cpuacct:/docker/ab\n0::/\n",
            ),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n"),
        ]);
        assert_eq!(
            limits,
            Limits {
                cpus: Some(2.0),
                memory_bytes: Some(1 << 31)
            }
        );
    }

    #[test]
    fn no_limit_in_the_first_version() {
        let limits = limits_of(&[
            (
                "proc/self/mountinfo",
                "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
                 36 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
            ),
            ("proc/self/cgroup", "2:memory:/job\n1:cpu:/\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            (
                "sys/fs/cgroup/memory/job/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
        ]);
        assert_eq!(limits, Limits::default());
    }

    #[test]
    fn nonsense_is_no_limit() {
        for text in ["", "max", "1 0", "a b", "-5 100000"] {
            assert_eq!(cpu_max(text), None, "{text}");
        }
        assert_eq!(memory("lots"), None);
    }
}
