//! A first budgets file as data: what is measured, and once that happened, what each layer may take.

use std::collections::{BTreeMap, BTreeSet};

use super::ceilings::{Ceilings, Policy, Survey};
use super::discover::Discovery;
use super::heavy::heavy_modules;
use super::layers::{Extent, LayerPlan, layers};
use super::modules::{Modules, modules_below};
use super::patterns::Patterns;
use crate::budgets::FileKind;
use crate::observed::{Installed, ModuleIndex};

/// More commands than this are not measured: each is a whole process, with nothing beside it.
const MOST_COMMANDS: usize = 4;

/// No package is deeper.
const DEEPEST: usize = 12;

/// Of what stands directly in a package, so many modules are measured however long that takes.
const ANY: usize = 60;

/// The module of a Django application that loads its views.
const URLS: &str = "urls";

/// A command that is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandPlan {
    /// Its name.
    pub name: String,
    /// The program and its arguments.
    pub run: Vec<String>,
    /// What a run of it is; `None` where its name says that.
    pub about: Option<&'static str>,
}

impl CommandPlan {
    /// A program of the project, which only says how it is used.
    fn of_program(program: &str) -> Self {
        Self {
            name: program.to_owned(),
            run: vec![program.to_owned(), "--help".to_owned()],
            about: None,
        }
    }

    /// What every command of Django's manage.py does first.
    fn of_django(program: &str) -> Self {
        Self {
            name: "manage".to_owned(),
            run: ["python", program, "version"].map(str::to_owned).to_vec(),
            about: Some(
                "Django's set-up, which is all that `version` does and what every command and server begins with",
            ),
        }
    }

    /// The name of its target.
    pub(super) fn target(&self) -> String {
        format!("command:{}", self.name)
    }
}

/// What is measured: modules in layers, and commands.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// What was found.
    pub discovery: Discovery,
    /// All of its modules.
    pub modules: Modules,
    /// The layers.
    pub layers: Vec<LayerPlan>,
    /// The commands.
    pub commands: Vec<CommandPlan>,
    /// Which modules of each package are measured.
    pub extent: Extent,
    /// Why Django is not set up, where it should be.
    pub without_django: Option<String>,
}

impl Outline {
    /// All that was found, of which `has_program` says whether a command is installed.
    pub fn of(discovery: Discovery, index: &dyn ModuleIndex, has_program: impl Fn(&str) -> bool) -> Self {
        let packages: Vec<String> = discovery
            .packages
            .iter()
            .filter(|name| index.exists(name))
            .cloned()
            .collect();
        let modules = modules_below(&packages, index);
        let django = discovery.django.filter(|_| index.exists("django"));
        let manage = django.as_ref().and_then(|django| django.program.as_deref());
        let manage = manage.map(CommandPlan::of_django);
        let is_taken = |name: &str| manage.as_ref().is_some_and(|manage| manage.name == name);
        let programs = discovery.scripts.iter().map(String::as_str);
        let programs = programs.filter(|name| has_program(name) && !is_taken(name));
        let programs: Vec<CommandPlan> = programs.map(CommandPlan::of_program).collect();
        Self {
            layers: layers(&modules, &packages, Extent::default()),
            commands: manage.into_iter().chain(programs).take(MOST_COMMANDS).collect(),
            extent: Extent::default(),
            without_django: None,
            discovery: Discovery {
                packages,
                django,
                ..discovery
            },
            modules,
        }
    }

    /// The same with modules down to so many levels below each package.
    #[must_use]
    pub fn down_to(self, depth: usize) -> Self {
        self.with_extent(Extent {
            levels: Some(depth),
            also: None,
        })
    }

    fn with_extent(mut self, extent: Extent) -> Self {
        self.layers = layers(&self.modules, &self.discovery.packages, extent);
        self.extent = extent;
        self
    }

    /// The same with as many levels as `most` modules allow, at least the packages themselves.
    #[must_use]
    pub fn within(self, most: usize) -> Self {
        if self.measured() <= most {
            return self;
        }
        let depths = (0..DEEPEST).map(|depth| self.clone().down_to(depth));
        let allowed =
            |outline: &Self| outline.measured() <= most.max(if outline.levels() == Some(1) { ANY } else { 0 });
        let small = depths.take_while(allowed).last().unwrap_or_else(|| self.down_to(0));
        // The package of a Django application is empty most of the time, and its models are loaded by the set-up.
        if small.levels() == Some(0) && small.sets_django_up() {
            let with_urls = small.clone().with_extent(Extent {
                also: Some(URLS),
                ..small.extent
            });
            if with_urls.measured() <= most.max(ANY) {
                return with_urls;
            }
        }
        small
    }

    fn levels(&self) -> Option<usize> {
        self.extent.levels
    }

    /// Whether Django is to be set up before each import.
    pub fn sets_django_up(&self) -> bool {
        self.discovery.django.is_some()
    }

    /// The same without setting Django up, which fails for this reason.
    #[must_use]
    pub fn without_django(mut self, reason: String) -> Self {
        self.discovery.django = None;
        self.without_django = Some(reason);
        self
    }

    /// Some of the modules, from all over the project.
    pub fn some_modules(&self, count: usize) -> Vec<String> {
        let modules: Vec<&String> = self.layers.iter().flat_map(|layer| &layer.modules).collect();
        let step = modules.len().div_ceil(count.max(1)).max(1);
        modules.into_iter().step_by(step).cloned().collect()
    }

    /// The modules that are measured beside the packages which they load the views of: they may be left out.
    pub fn beside(&self) -> BTreeSet<String> {
        let modules = self.layers.iter().flat_map(|layer| &layer.modules);
        let is_beside = |module: &&String| self.extent.names(module) && !self.discovery.packages.contains(module);
        modules.filter(is_beside).cloned().collect()
    }

    /// How many modules are measured.
    pub fn measured(&self) -> usize {
        self.layers.iter().map(|layer| layer.modules.len()).sum()
    }

    /// A budgets file without ceilings, to measure by.
    pub fn draft(&self) -> String {
        super::text::render(&Proposal::unmeasured(self.clone()), FileKind::Standalone)
    }
}

/// A budgets file that is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What is measured.
    pub(super) outline: Outline,
    /// Who measured, such as `Python 3.13.0`; `None` where nothing was measured yet.
    pub(super) measured_by: Option<String>,
    /// What the ceilings were asked to be.
    pub(super) policy: Policy,
    /// The patterns of the layers, and what is excluded from them.
    pub(super) patterns: Patterns,
    /// The ceilings of layers, by their names.
    pub(super) ceilings: BTreeMap<String, Ceilings>,
    /// Commands that work, with their time in milliseconds.
    pub(super) commands: BTreeMap<String, f64>,
    /// What is forbidden to all layers.
    pub(super) forbid: Vec<String>,
    /// Modules and commands that fail, with the reason.
    pub(super) failing: BTreeMap<String, String>,
    /// Modules that a check has no time for, each with about what it takes, in milliseconds.
    pub(super) left_out: BTreeMap<String, f64>,
}

impl Proposal {
    fn unmeasured(outline: Outline) -> Self {
        Self {
            patterns: Patterns::of(&outline.layers, &outline.modules, &BTreeMap::new()),
            outline,
            measured_by: None,
            policy: Policy::default(),
            ceilings: BTreeMap::new(),
            commands: BTreeMap::new(),
            forbid: Vec::new(),
            failing: BTreeMap::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// What the outline comes to after it was measured. Modules that cannot be imported alone are left out.
    pub fn of(
        mut outline: Outline,
        survey: &Survey,
        (installed, index): (&Installed, &dyn ModuleIndex),
        measured_by: String,
        policy: Policy,
    ) -> Self {
        let own = |text: (&str, &str)| (text.0.to_owned(), text.1.to_owned());
        let failing: BTreeMap<String, String> = survey.failures().map(own).collect();
        for layer in &mut outline.layers {
            let is_kept = |module: &String| !failing.contains_key(module) && !survey.left_out.contains_key(module);
            layer.modules.retain(is_kept);
        }
        outline.layers.retain(|layer| !layer.modules.is_empty());
        let of_layer = |layer: &LayerPlan| Some((layer.name.clone(), Ceilings::of(layer, survey, policy)?));
        let ceilings = outline.layers.iter().filter_map(of_layer).collect();
        let of_command = |command: &CommandPlan| {
            let figures = survey.figures(&command.target())?;
            Some((command.name.clone(), figures.time_ms))
        };
        let commands = outline.commands.iter().filter_map(of_command).collect();
        let Discovery {
            requirements,
            packages,
            django,
            ..
        } = &outline.discovery;
        let mut loaded = survey.loaded();
        // Loaded by the set-up, in every process.
        loaded.extend(django.iter().map(|_| "django".to_owned()));
        let forbid = heavy_modules(installed, requirements, packages, &loaded, index);
        Self {
            measured_by: Some(measured_by),
            policy,
            patterns: Patterns::of(&outline.layers, &outline.modules, &failing),
            ceilings,
            commands,
            forbid,
            failing,
            left_out: survey.left_out.clone(),
            outline,
        }
    }

    /// True where there is nothing to measure.
    pub fn is_empty(&self) -> bool {
        self.outline.layers.is_empty() && self.commands.is_empty()
    }

    /// How many modules have a budget.
    pub fn modules(&self) -> usize {
        self.outline.measured()
    }

    /// The modules that cannot be imported alone, with the reason.
    pub fn failing(&self) -> impl Iterator<Item = (&str, &str)> {
        self.failing
            .iter()
            .map(|(name, reason)| (name.as_str(), reason.as_str()))
    }

    /// How many modules a check has no time for.
    pub fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// Why Django is not set up, where it should be.
    pub fn without_django(&self) -> Option<&str> {
        self.outline.without_django.as_deref()
    }

    /// The text of the file, or what is to be added to a pyproject.toml.
    pub fn render(&self, kind: FileKind) -> String {
        super::text::render(self, kind)
    }

    /// How many modules are above the ceiling that was asked for.
    pub fn over(&self) -> usize {
        self.ceilings.values().map(|ceilings| ceilings.over).sum()
    }

    /// The highest ceiling of time, in milliseconds.
    pub(super) fn highest_ceiling_ms(&self) -> f64 {
        let layers = self.ceilings.values().flat_map(|ceilings| {
            let apart = ceilings.apart.values().map(|figures| self.policy.of_module(figures).0);
            apart.chain([ceilings.max_time_ms])
        });
        let commands = self
            .commands
            .values()
            .map(|time_ms| self.policy.of_command_ms(*time_ms));
        layers.chain(commands).fold(0.0, f64::max)
    }
}
