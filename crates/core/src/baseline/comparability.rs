//! What makes two recordings comparable. The rule, from the strongest claim to the weakest:
//!
//! - Nothing is compared across environment keys, engines, or between cold bytecode and any other: it is other work.
//! - Another processor model is a **foreign** machine: how its times relate to ours differs from module to module. Facts
//!   (closures) and instruction counts still compare.
//! - Another kernel, number of processors, container limit, environment variable, patch level or build of the
//!   interpreter is the **same kind**: CPU times compare, against the reference workload, and the report says what
//!   differs. A container's processor share belongs here because waiting for a processor is not part of the time.
//! - Modules are compared one by one only with the very same build of the interpreter, since it compiles and runs them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{AnchorNumbers, Entry, RecordedInterpreter};
use crate::budgets::{Bytecode, Engine};
use crate::observed::{Environment, EnvironmentKey, Machine};

/// The name under which a baseline says what counted instructions, among its variables. No environment variable has a space in
/// it.
pub const COUNTER_VARIABLE: &str = "instruction counter";

/// The name under which a baseline says that one run of the set-up served all samples of a round, among its variables.
pub const SET_UP_VARIABLE: &str = "set-up";

/// What it says there.
pub const SET_UP_ONCE_A_ROUND: &str = "once a round";

/// Variables that may differ between two counts: counting pins them, or they say where things are found, and not what is done
/// with them.
const PINNED_OR_PLACES: [&str; 11] = [
    "DYLD_LIBRARY_PATH",
    "LD_LIBRARY_PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHASHSEED",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUSERBASE",
    "PYTHONVERBOSE",
    SET_UP_VARIABLE,
];

/// Under what circumstances the present run measures.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// Interpreter and machine.
    pub environment: &'a Environment,
    /// Environment variables that change what an import does or costs.
    pub variables: &'a BTreeMap<String, String>,
    /// The state of the bytecode cache.
    pub bytecode: Bytecode,
    /// What is measured.
    pub engine: Engine,
}

/// One respect in which two recordings can differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Implementation, minor version, platform or architecture.
    Key,
    /// What is measured.
    Engine,
    /// The state of the bytecode cache.
    Bytecode,
    /// The processor's model.
    Processor,
    /// The processor share that a container allows.
    ContainerCpus,
    /// Logical processors.
    Cores,
    /// The memory that a container allows.
    ContainerMemory,
    /// Kernel name and release.
    Kernel,
    /// The interpreter's full version.
    InterpreterVersion,
    /// The interpreter's build.
    InterpreterBuild,
    /// An environment variable.
    Variable(String),
}

impl Aspect {
    /// True where times of one side say nothing about times of the other.
    fn separates(&self) -> bool {
        matches!(self, Self::Key | Self::Engine | Self::Bytecode | Self::Processor)
    }

    /// True where the machine differs and what the interpreter does with a module does not.
    pub(crate) fn is_machine(&self) -> bool {
        matches!(
            self,
            Self::Processor | Self::ContainerCpus | Self::Cores | Self::ContainerMemory | Self::Kernel
        )
    }

    /// True for what closures tell more exactly: which modules have bytecode.
    fn is_in_closures(&self) -> bool {
        matches!(self, Self::Variable(name) if name == "PYTHONDONTWRITEBYTECODE")
    }

    /// True where the same code may execute other instructions, or what counts them may see others.
    fn moves_counts(&self) -> bool {
        match self {
            Self::Variable(name) => !PINNED_OR_PLACES.contains(&name.as_str()) && !name.ends_with("_NUM_THREADS"),
            other => !other.is_machine(),
        }
    }
}

/// One difference between a recording and now. Its text is a clause for the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In which respect.
    pub aspect: Aspect,
    /// What the baseline has; `None` for a variable that was not set or a limit that was not there.
    pub recorded: Option<String>,
    /// What holds now.
    pub now: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, absent) = match &self.aspect {
            Aspect::Key => ("the environment", "unknown"),
            Aspect::Engine => ("the engine", "unknown"),
            Aspect::Bytecode => ("the bytecode cache", "unknown"),
            Aspect::Processor => ("the processor", "unknown"),
            Aspect::ContainerCpus => ("the container's share of processors", "unlimited"),
            Aspect::Cores => ("the number of processors", "unknown"),
            Aspect::ContainerMemory => ("the container's memory in bytes", "unlimited"),
            Aspect::Kernel => ("the kernel", "unknown"),
            Aspect::InterpreterVersion => ("the interpreter's version", "unknown"),
            Aspect::InterpreterBuild => ("the interpreter's build", "unknown"),
            Aspect::Variable(name) => (name.as_str(), "unset"),
        };
        let recorded = self.recorded.as_deref().unwrap_or(absent);
        let now = self.now.as_deref().unwrap_or(absent);
        write!(formatter, "{what} was {recorded} and is {now}")
    }
}

/// How far the times of a recording can be compared with those of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparability {
    /// The same build of the interpreter on the same machine, or on one that cannot be told from it.
    SameMachine,
    /// Times compare as a whole, against the reference workload.
    SameKind {
        /// What differs.
        differences: Vec<Difference>,
    },
    /// Times do not compare.
    Foreign {
        /// What differs.
        differences: Vec<Difference>,
    },
}

impl Comparability {
    /// What can be compared between `recorded`, which stands under `key`, and a run under `now`.
    pub fn between(key: &EnvironmentKey, recorded: &Entry, now: Circumstances<'_>) -> Self {
        let mut differences = Differences::default();
        differences.compare(Aspect::Key, key, now.environment.interpreter.key());
        differences.compare(Aspect::Engine, recorded.engine, now.engine);
        differences.bytecode(recorded.bytecode, now.bytecode);
        differences.machines(recorded.usual_machine(), &now.environment.machine);
        let interpreter = &now.environment.interpreter;
        differences.interpreters(&recorded.interpreter, &interpreter.version, &interpreter.build);
        differences.variables(&recorded.variables, now.variables);
        differences.verdict()
    }

    /// What can be compared between two recordings, the older one first, each with its key.
    pub fn of_recordings(old: (&EnvironmentKey, &Entry), new: (&EnvironmentKey, &Entry)) -> Self {
        let mut all = Differences(differences(old.1, new.1));
        all.compare(Aspect::Key, old.0, new.0);
        all.verdict()
    }

    /// What differs between two machines, the earlier one first.
    pub fn machine_differences(recorded: &Machine, now: &Machine) -> Vec<Difference> {
        let mut differences = Differences::default();
        differences.machines(recorded, now);
        differences.0
    }

    /// What differs; nothing on the same machine.
    pub fn differences(&self) -> &[Difference] {
        match self {
            Self::SameMachine => &[],
            Self::SameKind { differences } | Self::Foreign { differences } => differences,
        }
    }

    /// True where times of one side can be held against times of the other.
    pub fn times_compare(&self) -> bool {
        !matches!(self, Self::Foreign { .. })
    }

    /// True where instruction counts of one side can be held against those of the other, where both counted: one interpreter
    /// build, one counter, one state of the bytecode cache, and no variable that makes the same code execute something else.
    /// The machine does not matter.
    pub fn counts_compare(&self) -> bool {
        !self
            .differences()
            .iter()
            .any(|difference| difference.aspect.moves_counts())
    }

    /// True where modules can be compared one by one, and where equal closures mean equal code: the same build of the
    /// interpreter with the same settings, on whatever machine.
    pub fn modules_compare(&self) -> bool {
        self.differences()
            .iter()
            .all(|difference| difference.aspect.is_machine() || difference.aspect.is_in_closures())
    }
}

/// What keeps the numbers of an anchor from being held against a run under `now`. It is more than what separates two recordings: an
/// anchor is to tell what the project did, and not what another release of the interpreter did to it.
pub(super) fn obstacles_to_anchor(then: &AnchorNumbers, now: Circumstances<'_>) -> Vec<Difference> {
    let mut differences = Differences::default();
    differences.compare(Aspect::Engine, then.engine, now.engine);
    differences.bytecode(then.bytecode, now.bytecode);
    differences.compare(Aspect::Processor, &then.processor, &now.environment.machine.processor);
    let interpreter = &now.environment.interpreter;
    differences.interpreters(&then.interpreter, &interpreter.version, &interpreter.build);
    differences.0
}

/// What keeps the targets of two recordings out of one entry: they would share one reference level, one processor and one
/// interpreter build that are not those of all of them.
pub(super) fn obstacles_to_merge(old: &Entry, fresh: &Entry) -> Vec<Difference> {
    let mut obstacles = differences(old, fresh);
    obstacles.retain(|difference| difference.aspect.separates() || !difference.aspect.is_machine());
    obstacles
}

/// What differs between two entries under the same key.
pub(super) fn differences(old: &Entry, new: &Entry) -> Vec<Difference> {
    let mut differences = Differences::default();
    differences.compare(Aspect::Engine, old.engine, new.engine);
    differences.bytecode(old.bytecode, new.bytecode);
    differences.machines(&old.machine, &new.machine);
    differences.interpreters(&old.interpreter, &new.interpreter.version, &new.interpreter.build);
    differences.variables(&old.variables, &new.variables);
    differences.0
}

/// Differences as they are found.
#[derive(Debug, Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn compare(&mut self, aspect: Aspect, recorded: impl ToString, now: impl ToString) {
        self.compare_optional(aspect, Some(recorded.to_string()), Some(now.to_string()));
    }

    fn compare_optional(&mut self, aspect: Aspect, recorded: Option<String>, now: Option<String>) {
        if recorded != now {
            self.0.push(Difference { aspect, recorded, now });
        }
    }

    /// What is shipped and what was compiled before are the same work, as far as it is fresh: closures say where it is not.
    fn bytecode(&mut self, recorded: Bytecode, now: Bytecode) {
        if recorded == Bytecode::Cold || now == Bytecode::Cold {
            self.compare(Aspect::Bytecode, recorded, now);
        }
    }

    fn machines(&mut self, recorded: &Machine, now: &Machine) {
        self.compare(Aspect::Processor, &recorded.processor, &now.processor);
        self.compare(Aspect::Cores, recorded.cores, now.cores);
        let (before, after) = (recorded.container_cpus.clone(), now.container_cpus.clone());
        self.compare_optional(Aspect::ContainerCpus, before, after);
        let (before, after) = (recorded.container_memory_bytes, now.container_memory_bytes);
        let text = |bytes: u64| bytes.to_string();
        self.compare_optional(Aspect::ContainerMemory, before.map(text), after.map(text));
        self.compare(Aspect::Kernel, &recorded.kernel, &now.kernel);
    }

    fn interpreters(&mut self, recorded: &RecordedInterpreter, version: &str, build: &str) {
        self.compare(Aspect::InterpreterVersion, &recorded.version, version);
        // The build names the version too: one sentence is enough where the version differs already.
        if recorded.version == version {
            self.compare(Aspect::InterpreterBuild, &recorded.build, build);
        }
    }

    fn variables(&mut self, recorded: &BTreeMap<String, String>, now: &BTreeMap<String, String>) {
        let names: BTreeSet<&String> = recorded.keys().chain(now.keys()).collect();
        for name in names {
            let (before, after) = (recorded.get(name).cloned(), now.get(name).cloned());
            self.compare_optional(Aspect::Variable(name.clone()), before, after);
        }
    }

    fn verdict(self) -> Comparability {
        let differences = self.0;
        if differences.is_empty() {
            Comparability::SameMachine
        } else if differences.iter().any(|difference| difference.aspect.separates()) {
            Comparability::Foreign { differences }
        } else {
            Comparability::SameKind { differences }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::Recorder;
    use super::super::tests::sample_data::{entry, key};
    use super::*;
    use crate::observed::Interpreter;

    /// The environment that the usual entry was recorded in.
    fn environment() -> Environment {
        let recorded = entry();
        let interpreter = Interpreter {
            executable: PathBuf::from("python3"),
            implementation: "cpython".to_owned(),
            version: recorded.interpreter.version,
            minor: "3.13".to_owned(),
            build: recorded.interpreter.build,
            platform: "linux".to_owned(),
            architecture: "x86_64".to_owned(),
            prefix: PathBuf::new(),
            base_prefix: PathBuf::new(),
            path: Vec::new(),
            standard_library: Vec::new(),
            builtin_modules: Vec::new(),
            cache_tag: None,
            chosen_by: None,
        };
        Environment {
            interpreter,
            machine: recorded.machine,
        }
    }

    fn after(change: impl FnOnce(&mut Environment)) -> Comparability {
        let mut environment = environment();
        change(&mut environment);
        let variables = entry().variables;
        let now = Circumstances {
            environment: &environment,
            variables: &variables,
            bytecode: Bytecode::Warm,
            engine: Engine::Time,
        };
        Comparability::between(&key(), &entry(), now)
    }

    fn sentences(comparability: &Comparability) -> Vec<String> {
        comparability.differences().iter().map(Difference::to_string).collect()
    }

    #[test]
    fn nothing_differs() {
        let same = after(|_| {});
        assert_eq!(same, Comparability::SameMachine);
        assert!(same.times_compare() && same.modules_compare());
    }

    #[test]
    fn another_processor_is_foreign_and_its_closures_still_compare() {
        let foreign = after(|now| now.machine.processor = "Cortex-A72".to_owned());
        assert!(matches!(foreign, Comparability::Foreign { .. }));
        assert!(!foreign.times_compare() && foreign.modules_compare());
        assert_eq!(
            sentences(&foreign),
            ["the processor was AMD EPYC 7763 64-Core Processor and is Cortex-A72"]
        );
    }

    #[test]
    fn another_architecture_or_minor_version_is_foreign_in_every_way() {
        let foreign = after(|now| now.interpreter.architecture = "aarch64".to_owned());
        assert!(!foreign.times_compare() && !foreign.modules_compare());
        assert_eq!(
            sentences(&foreign),
            ["the environment was cpython-3.13-linux-x86_64 and is cpython-3.13-linux-aarch64"]
        );
        assert!(!after(|now| now.interpreter.minor = "3.14".to_owned()).times_compare());
    }

    #[test]
    fn another_kernel_size_or_limit_is_the_same_kind() {
        let kind = after(|now| {
            now.machine.kernel = "Linux 6.9.1".to_owned();
            now.machine.cores = 4;
            now.machine.container_cpus = None;
            now.machine.container_memory_bytes = Some(1 << 30);
        });
        assert!(matches!(kind, Comparability::SameKind { .. }));
        assert!(kind.times_compare() && kind.modules_compare());
        assert_eq!(
            sentences(&kind),
            [
                "the number of processors was 2 and is 4",
                "the container's share of processors was 1.50 and is unlimited",
                "the container's memory in bytes was unlimited and is 1073741824",
                "the kernel was Linux 6.8.0 and is Linux 6.9.1",
            ]
        );
    }

    #[test]
    fn the_machine_is_the_one_that_recorded_most_targets() {
        let mut recorded = entry();
        let environment = environment();
        let mut newer = environment.machine.clone();
        newer.kernel = "Linux 6.9.1".to_owned();
        let now = Circumstances {
            environment: &environment,
            variables: &recorded.variables.clone(),
            bytecode: Bytecode::Warm,
            engine: Engine::Time,
        };
        let mut said = Vec::new();
        for name in ["shop.database", "shop.utils"] {
            let target = recorded.targets.get_mut(name).expect("the target");
            target.recorder = Some(Recorder {
                machine: newer.clone(),
                ..Recorder::default()
            });
            said.push(sentences(&Comparability::between(&key(), &recorded, now)));
        }
        let differs = "the kernel was Linux 6.9.1 and is Linux 6.8.0";
        assert_eq!(said, [vec![], vec![differs.to_owned()]]);
    }

    #[test]
    fn another_patch_level_or_build_compares_as_a_whole_only() {
        let patched = after(|now| {
            now.interpreter.version = "3.13.1".to_owned();
            now.interpreter.build = "3.13.1 (main)".to_owned();
        });
        assert!(patched.times_compare() && !patched.modules_compare());
        assert_eq!(
            sentences(&patched),
            ["the interpreter's version was 3.13.0 and is 3.13.1"]
        );
        let rebuilt = after(|now| now.interpreter.build = "3.13.0 [Clang]".to_owned());
        assert!(rebuilt.times_compare() && !rebuilt.modules_compare());
    }

    #[test]
    fn counts_compare_across_machines_and_not_across_builds_or_counters() {
        let compare = |aspect| {
            let differences = vec![Difference {
                aspect,
                recorded: None,
                now: None,
            }];
            Comparability::Foreign { differences }.counts_compare()
        };
        let variable = |name: &str| Aspect::Variable(name.to_owned());
        assert!(Comparability::SameMachine.counts_compare());
        assert!(compare(Aspect::Processor) && compare(Aspect::Kernel));
        assert!(compare(variable("PYTHONPATH")) && compare(variable("OMP_NUM_THREADS")));
        assert!(!compare(Aspect::InterpreterBuild) && !compare(Aspect::Bytecode) && !compare(Aspect::Engine));
        assert!(!compare(variable(COUNTER_VARIABLE)) && !compare(variable("PYTHONOPTIMIZE")));
    }

    #[test]
    fn whether_bytecode_is_written_is_said_and_left_to_the_closures() {
        let environment = environment();
        let mut variables = entry().variables;
        variables.insert("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned());
        let now = Circumstances {
            environment: &environment,
            variables: &variables,
            bytecode: Bytecode::AsIs,
            engine: Engine::Time,
        };
        let kind = Comparability::between(&key(), &entry(), now);
        assert!(kind.times_compare() && kind.modules_compare());
        assert_eq!(sentences(&kind), ["PYTHONDONTWRITEBYTECODE was unset and is 1"]);
    }

    #[test]
    fn other_settings() {
        let environment = environment();
        let variables = BTreeMap::from([("PYTHONDEVMODE".to_owned(), "1".to_owned())]);
        let mut now = Circumstances {
            environment: &environment,
            variables: &variables,
            bytecode: Bytecode::Warm,
            engine: Engine::Time,
        };
        let kind = Comparability::between(&key(), &entry(), now);
        assert!(kind.times_compare() && !kind.modules_compare());
        assert_eq!(
            sentences(&kind),
            ["PYTHONDEVMODE was unset and is 1", "PYTHONOPTIMIZE was 1 and is unset"]
        );

        // What is fresh costs the same, wherever it lies.
        now.bytecode = Bytecode::AsIs;
        assert_eq!(Comparability::between(&key(), &entry(), now), kind);
        now.bytecode = Bytecode::Cold;
        assert!(!Comparability::between(&key(), &entry(), now).times_compare());
        now.engine = Engine::Instructions;
        let other = Comparability::between(&key(), &entry(), now);
        let first = sentences(&other).into_iter().take(2).collect::<Vec<_>>();
        assert_eq!(
            first,
            [
                "the engine was time and is instructions",
                "the bytecode cache was as-is and is cold"
            ]
        );
    }
}
