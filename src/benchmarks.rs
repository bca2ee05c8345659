//! Benchmarks of other tools: which files of them a run reads, which of them it looks at, and what is recorded of them.

use std::path::{Path, PathBuf};

use crate::allowances;
use crate::anchor;
use crate::budgets_file::{BudgetsFile, Location};
use crate::cli::{BenchmarkArguments, BudgetsArguments, CheckArguments};
use crate::earlier::Earlier;
use crate::error::Error;
use crate::folding::{self, Fold};
use crate::outputs;
use crate::store;
use crate::today;
use importgate_core::baseline::RecordedBenchmarks;
use importgate_core::budgets::{Allowance, Bounded, Budgets, OF_BENCHMARK, accept_of_benchmarks, matches_benchmark};
use importgate_core::checks::{Asked, by_budgets_of_benchmarks, by_settings};
use importgate_core::flows::{BenchmarkAllowances, BenchmarkCheck, add_benchmarks};
use importgate_core::observed::{Benchmark, BenchmarkMachine};
use importgate_core::report::{Report, first_names};
use importgate_probe::{files, machine};

/// What is asked of a run, of benchmarks and of everything else.
pub(crate) struct Division {
    /// The benchmarks, where any are looked at.
    pub(crate) benchmarks: Option<Benchmarks>,
    /// The words that select targets.
    pub(crate) targets: Vec<String>,
    /// True where there is nothing else to do, so that no interpreter is needed.
    pub(crate) nothing_else: bool,
}

/// The benchmarks of a run.
pub(crate) struct Benchmarks {
    file: BudgetsFile,
    found: Vec<Benchmark>,
    recorded: Option<RecordedBenchmarks>,
    path: PathBuf,
    /// False where words select some of them.
    all: bool,
}

/// The benchmarks of a run with what is accepted beyond their limits.
pub(crate) struct AcceptedBenchmarks<'a> {
    pub(crate) bounded: Vec<Bounded<'a>>,
    /// Allowances of benchmarks that no file has.
    of_no_benchmark: Vec<Allowance>,
    /// Where they are recorded.
    path: String,
}

impl Division {
    /// Reads what there is to read. A budgets file that cannot be read has no benchmarks here: whoever opens the project says what is wrong
    /// with it.
    pub(crate) fn of(
        arguments: &BenchmarkArguments,
        budgets: &BudgetsArguments,
        words: &[String],
    ) -> Result<Self, Error> {
        let (selecting, targets): (Vec<String>, Vec<String>) =
            words.iter().cloned().partition(|word| word.starts_with(OF_BENCHMARK));
        let file = match BudgetsFile::look_ahead(budgets) {
            Ok(file) => file,
            Err(error) if !arguments.files.is_empty() && targets.is_empty() && !selecting.is_empty() => {
                return Err(error);
            }
            Err(_) => {
                return Ok(Self {
                    benchmarks: None,
                    targets,
                    nothing_else: false,
                });
            }
        };
        let only_selected = targets.is_empty() && !selecting.is_empty();
        let nothing_else = only_selected || file.budgets.has_only_benchmarks();
        let are_asked =
            selecting.is_empty() && targets.is_empty() || !selecting.is_empty() || !arguments.files.is_empty();
        let named = file.budgets.benchmark_files().map(|name| file.beside(name));
        let files: Vec<PathBuf> = arguments.files.iter().cloned().chain(named).collect();
        if nothing_else {
            // Nobody else opens the project, and says which files do not count.
            Location::find(budgets)?;
        }
        if files.is_empty() && nothing_else {
            return Err(Error::Usage(
                "there are budgets of benchmarks, and no file that has any: name it with --benchmarks FILE, or in `files` of [benchmarks]"
                    .to_owned(),
            ));
        }
        if files.is_empty() && are_asked && file.budgets.has_benchmarks() {
            outputs::remark("benchmarks are not checked, as no file of them is named: --benchmarks FILE");
        }
        let benchmarks = if are_asked && !files.is_empty() {
            Some(Benchmarks::read(file, &files, &selecting)?)
        } else {
            None
        };
        Ok(Self {
            benchmarks,
            targets,
            nothing_else,
        })
    }
}

impl Benchmarks {
    fn read(file: BudgetsFile, files: &[PathBuf], words: &[String]) -> Result<Self, Error> {
        let mut found: Vec<Benchmark> = Vec::new();
        for path in files {
            let more = read(path)?;
            if let Some(twice) = more.iter().find(|one| found.iter().any(|known| known.name == one.name)) {
                let first = found.iter().find(|known| known.name == twice.name);
                return Err(Error::Usage(format!(
                    "the benchmark `{}` stands in {} and in {}: name one of them",
                    twice.name,
                    first.map_or("", |first| &first.file),
                    twice.file
                )));
            }
            found.extend(more);
        }
        let patterns: Vec<&str> = words
            .iter()
            .filter_map(|word| word.strip_prefix(OF_BENCHMARK))
            .collect();
        if !patterns.is_empty() {
            let names: Vec<String> = found.iter().map(|benchmark| benchmark.name.clone()).collect();
            found.retain(|benchmark| {
                patterns
                    .iter()
                    .any(|pattern| matches_benchmark(pattern, &benchmark.name))
            });
            if found.is_empty() {
                return Err(Error::Usage(format!(
                    "no benchmark matches {}; the files have {}",
                    words.join(" "),
                    first_names(names.iter().map(String::as_str))
                )));
            }
        }
        let path = file.benchmarks();
        let recorded = store::benchmarks::read(&path)?;
        let all = patterns.is_empty();
        let benchmarks = Self {
            file,
            found,
            recorded,
            path,
            all,
        };
        // A budget that these files cannot answer is said before anything is measured.
        benchmarks.bounded()?;
        Ok(benchmarks)
    }

    /// The budgets.
    pub(crate) fn budgets(&self) -> &Budgets {
        &self.file.budgets
    }

    /// Each of them with what holds for it.
    pub(crate) fn bounded(&self) -> Result<Vec<Bounded<'_>>, Error> {
        self.budgets().bound(&self.found, !self.all).map_err(Error::Budgets)
    }

    /// Where they are recorded, whether that exists or not.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The same with what is accepted beyond the limits.
    pub(crate) fn accepted(&self) -> Result<AcceptedBenchmarks<'_>, Error> {
        let mut bounded = self.bounded()?;
        let allowances = allowances::read(&allowances::folder(self.file.path()))?;
        let recorded = |name: &str| self.recorded.as_ref()?.get(name)?.typical_value();
        let of_no_benchmark = accept_of_benchmarks(&mut bounded, &allowances, &recorded);
        let of_no_benchmark = match self.all {
            true => of_no_benchmark.into_iter().cloned().collect(),
            false => Vec::new(),
        };
        Ok(AcceptedBenchmarks {
            bounded,
            of_no_benchmark,
            path: self.path.display().to_string(),
        })
    }

    /// How they are checked.
    pub(crate) fn check<'a>(
        &'a self,
        accepted: &'a AcceptedBenchmarks<'a>,
        asked: &'a Asked,
        (earlier, strict): (Option<&'a [Allowance]>, bool),
    ) -> BenchmarkCheck<'a> {
        BenchmarkCheck {
            bounded: &accepted.bounded,
            budgets: self.budgets(),
            asked,
            recorded: self.recorded.as_ref(),
            recorded_path: &accepted.path,
            all: self.all,
            allowances: BenchmarkAllowances {
                of_no_benchmark: &accepted.of_no_benchmark,
                earlier,
                today: today::date(),
                strict,
            },
        }
    }

    /// Adds what they come to to a report, and what the change under test did to their limits. `earlier` is what the check of targets knows,
    /// where there was one.
    pub(crate) fn add_to(
        &self,
        report: &mut Report,
        asked: &Asked,
        arguments: &CheckArguments,
        earlier: Option<Earlier>,
    ) -> Result<(), Error> {
        let accepted = self.accepted()?;
        let is_accepted = accepted.bounded.iter().any(|bounded| !bounded.accepted.is_empty());
        let earlier = match earlier {
            Some(known) => known,
            None => Earlier::of_file(&self.file, arguments.against.as_deref(), is_accepted)?,
        };
        let is_alone = report.targets.is_empty();
        add_benchmarks(
            report,
            &self.check(&accepted, asked, (earlier.allowances.as_deref(), arguments.strict)),
        );
        if let Some(before) = earlier.budgets {
            let loosened = by_budgets_of_benchmarks(&before, self.budgets(), &self.found, !self.all);
            report.loosened.extend(loosened);
            // Beside imports these are told with theirs.
            let of_settings = is_alone.then(|| by_settings(&before, self.budgets()));
            report.loosened.extend(of_settings.into_iter().flatten());
        }
        Ok(())
    }

    /// The folder of the allowances of the project.
    pub(crate) fn allowances(&self) -> PathBuf {
        allowances::folder(self.file.path())
    }

    /// Removes the allowances that are relative to what was recorded, now that this has what they accepted, and says which.
    pub(crate) fn fold(&self, is_asked: bool, dry_run: bool) -> Result<String, Error> {
        let fold = Fold::of(is_asked, (self.file.path(), &self.file.folder()?));
        let names = || self.found.iter().map(|benchmark| benchmark.name.as_str());
        fold.map_or(Ok(String::new()), |_| {
            folding::remove_of_benchmarks(&self.allowances(), names, dry_run)
        })
    }

    /// Records them, unless that is only tried; what was done in a few lines.
    pub(crate) fn record(&self, dry_run: bool) -> Result<String, Error> {
        let now = anchor::of_now(&self.file.folder()?);
        let before = self.recorded.clone().unwrap_or_default();
        let after = before.clone().with(&self.found, self.all, &now);
        let path = self.path.display();
        if Some(&after) == self.recorded.as_ref() {
            return Ok(format!("{path} is as it was\n"));
        }
        let changes = before.changes(&after);
        if !dry_run {
            store::benchmarks::update(&self.path, |old| old.with(&self.found, self.all, &now))?;
        }
        let done = if dry_run { "would write" } else { "wrote" };
        Ok(format!("{changes}{done} {path}: {} benchmarks\n", after.iter().count()))
    }
}

fn read(path: &Path) -> Result<Vec<Benchmark>, Error> {
    let file = files::open(path).map_err(Error::unreadable(path))?;
    let here = machine::fingerprint();
    let here = BenchmarkMachine {
        processor: Some(here.processor).filter(|processor| !processor.is_empty()),
        cores: Some(u64::from(here.cores)),
        name: None,
    };
    Ok(importgate_benchmarks::read(file, &path.display().to_string(), &here)?)
}
