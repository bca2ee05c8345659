//! The import statements whose cut would save most, and the bodies that take most themselves.

use super::saving::memory_of;
use super::{ImportGraph, ImportStatement, Together, top_level};
use crate::observed::{LoadedModule, is_at_or_below};

/// What is below this share of the whole is left out: it would not change what anybody does.
const SMALLEST_SHARE: f64 = 0.02;
/// What has this share of a statement that brings in another package is what to look at in its place.
const NEARLY_ALL: f64 = 0.9;
/// A list that is longer is not read.
const MOST_LISTED: usize = 10;

/// What weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// CPU plus blocked time.
    Time,
    /// Resident memory.
    Memory,
    /// How many modules are loaded: each body is one of them, whatever it does.
    Modules,
}

/// Something that can be cut or made lighter.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::explain) enum Heavy<'a> {
    /// An import statement, with all that nothing else imports.
    Statement(ImportStatement<'a>),
    /// Statements that save only together what they lead to.
    Together(Together<'a>),
    /// A package that the target lies in, which is loaded before it whatever imports the target, with all that it imports.
    Package(PackageAbove<'a>),
    /// A module's own body.
    Body(&'a LoadedModule),
}

/// A package above the target.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::explain) struct PackageAbove<'a> {
    /// Its name.
    pub(in crate::explain) name: &'a str,
    /// What an import of it alone loads, in the order in which it was loaded.
    pub(in crate::explain) modules: Vec<&'a LoadedModule>,
}

/// One of the heaviest.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::explain) struct Heaviest<'a> {
    /// What it is.
    pub(in crate::explain) what: Heavy<'a>,
    /// The position in the list of the one that includes it: of several the innermost.
    pub(in crate::explain) part_of: Option<usize>,
}

/// One of the heaviest, perhaps.
struct Candidate<'a> {
    what: Heavy<'a>,
    nodes: Vec<usize>,
    weight: u64,
    /// True for a statement that brings in another package than the one it stands in.
    crosses: bool,
    /// The part of the weight that lies in candidates below this one: of a statement that crosses, in those below that cross, too.
    below: u64,
    /// The most that one statement or body below takes of it.
    most_below: u64,
    /// The candidates that this one falls away with, the innermost first.
    above: Vec<usize>,
}

impl<'a> Candidate<'a> {
    fn new(what: Heavy<'a>, nodes: Vec<usize>, weight: u64) -> Self {
        Self {
            what,
            nodes,
            weight,
            crosses: false,
            below: 0,
            most_below: 0,
            above: Vec::new(),
        }
    }

    /// True where what is below says more precisely what most of the weight is.
    fn is_told_better(&self) -> bool {
        let is_nearly_all = self.crosses && self.most_below as f64 >= NEARLY_ALL * self.weight as f64;
        is_nearly_all || self.below * 2 >= self.weight
    }
}

/// A statement that others fall away with, or a package that loads them.
struct Holder {
    /// Its position among the candidates.
    position: usize,
    /// What does not fall away with it, or is not loaded by it.
    kept: Vec<bool>,
    /// How much does, or is.
    extent: usize,
}

impl<'a> ImportGraph<'a> {
    /// The heaviest statements and bodies, heaviest first, in modules that the reader can change: those that `is_own` names, and
    /// those of the target's own package. Of nested statements the innermost that still accounts for most of the weight.
    pub(in crate::explain) fn heaviest(&self, resource: Resource, is_own: impl Fn(&str) -> bool) -> Vec<Heaviest<'a>> {
        let mut candidates = self.candidates(resource, is_own);
        self.share_out(&mut candidates);
        let mut listed: Vec<(usize, Candidate<'a>)> = candidates.into_iter().enumerate().collect();
        // Where most of the weight lies in something more precise, that is what to look at.
        listed.retain(|(_, candidate)| !candidate.is_told_better());
        listed.sort_by_key(|(_, candidate)| std::cmp::Reverse(candidate.weight));
        listed.truncate(MOST_LISTED);
        let mut before = Vec::new();
        let heaviest = listed.into_iter().map(|(position, candidate)| {
            let place_of = |above: &usize| before.iter().position(|listed| listed == above);
            let part_of = candidate.above.iter().find_map(place_of);
            before.push(position);
            Heaviest {
                what: candidate.what,
                part_of,
            }
        });
        heaviest.collect()
    }

    fn candidates(&self, resource: Resource, is_own: impl Fn(&str) -> bool) -> Vec<Candidate<'a>> {
        let cost: fn(&LoadedModule) -> u64 = match resource {
            Resource::Time => LoadedModule::time_ns,
            Resource::Memory => memory_of,
            Resource::Modules => |_| 1,
        };
        let targets: Vec<&str> = self.asked_by_probe().map(|node| self.names[node]).collect();
        let is_home =
            |module: &str| is_own(module) || targets.iter().any(|target| top_level(target) == top_level(module));
        let statements = self.weights(is_home, cost).into_iter().map(|(statement, weight)| {
            let nodes = self.nodes_of(&statement).to_vec();
            Candidate {
                crosses: self.crosses(&statement),
                ..Candidate::new(Heavy::Statement(statement), nodes, weight)
            }
        });
        let bodies = self.loaded.iter().enumerate().filter_map(|(node, module)| {
            let module = module.filter(|module| resource != Resource::Modules && is_home(&module.name))?;
            Some(Candidate::new(Heavy::Body(module), vec![node], cost(module)))
        });
        let whole: u64 = self.loaded.iter().flatten().map(|module| cost(module)).sum();
        let smallest = whole as f64 * SMALLEST_SHARE;
        let with_imports = |module: &LoadedModule| match resource {
            Resource::Time => module.cumulative_ns,
            Resource::Memory => module.cumulative_memory_bytes.max(0).unsigned_abs(),
            // No module says how many it was first to import: each may have been, and what takes longest is tried first.
            Resource::Modules => smallest as u64 + module.cumulative_ns,
        };
        let of_all = |modules: &[&LoadedModule]| modules.iter().map(|module| cost(module)).sum();
        let sets = self.together(is_home, with_imports, smallest as u64);
        let sets = sets.into_iter().map(|set| {
            let nodes = set.statements.iter().flat_map(|one| self.nodes_of(one)).copied();
            let (nodes, weight) = (nodes.collect(), of_all(&set.modules));
            Candidate::new(Heavy::Together(set), nodes, weight)
        });
        let packages = self.packages_above().into_iter().map(|(node, package)| {
            let weight = of_all(&package.modules);
            Candidate::new(Heavy::Package(package), vec![node], weight)
        });
        // The outermost loads what is below it, too.
        let package = packages.filter(|candidate| candidate.weight * 2 >= whole).take(1);
        let all = package.chain(statements).chain(bodies).chain(sets);
        all.filter(|candidate| candidate.weight > 0 && candidate.weight as f64 >= smallest)
            .collect()
    }

    /// True for a statement that brings in another package than the one it stands in.
    fn crosses(&self, statement: &ImportStatement<'_>) -> bool {
        let own = statement.importer.map(top_level);
        let mut imported = self.imported_by(statement).into_iter();
        imported.all(|module| Some(top_level(module)) != own)
    }

    /// What the probe imports, and the packages above that.
    fn asked_by_probe(&self) -> impl Iterator<Item = usize> {
        let probes = self.executions.iter();
        let probes = probes.filter(|execution| execution.statement.importer.is_none());
        probes.flat_map(|execution| execution.imported.iter().copied())
    }

    /// The packages that the target lies in, the outermost first, each as it is asked for. Of several targets there is none that all
    /// lie in by themselves.
    fn packages_above(&self) -> Vec<(usize, PackageAbove<'a>)> {
        let mut packages: Vec<usize> = self.asked_by_probe().collect();
        let target = packages.pop().map_or("", |node| self.names[node]);
        if !packages.iter().all(|&node| is_at_or_below(target, self.names[node])) {
            return Vec::new();
        }
        let loaded = packages.into_iter().filter(|&node| self.loaded[node].is_some());
        let with_imports = loaded.map(|node| {
            let reached = self.reached_from(node);
            let modules = self
                .loaded
                .iter()
                .zip(reached)
                .filter_map(|(module, reached)| module.filter(|_| reached));
            let name = self.names[node];
            (
                node,
                PackageAbove {
                    name,
                    modules: modules.collect(),
                },
            )
        });
        with_imports.collect()
    }

    /// Adds each candidate's weight to the nearest statement that it falls away with. A statement that brings in another package is
    /// what to look at, however that package is built: only what brings in a further one is more precise.
    fn share_out(&self, candidates: &mut [Candidate<'_>]) {
        // A body says nothing of what its imports cost, so it is no holder of theirs.
        let statements = candidates.iter().enumerate();
        let statements = statements.filter(|(_, candidate)| !matches!(candidate.what, Heavy::Body(_)));
        let holders: Vec<Holder> = statements
            .map(|(position, candidate)| {
                let kept = match (&candidate.what, &candidate.nodes[..]) {
                    (Heavy::Package(_), &[node]) => {
                        self.reached_from(node).into_iter().map(|reached| !reached).collect()
                    }
                    _ => self.reached_without(&candidate.nodes),
                };
                let extent = kept.iter().filter(|kept| !**kept).count();
                Holder { position, kept, extent }
            })
            .collect();
        // All of a set, and not one of its statements, falls away with a holder.
        let above_of = |position: usize, nodes: &[usize]| {
            let falls = |holder: &&Holder| nodes.iter().all(|&node| !holder.kept[node]);
            let above = holders.iter().filter(|holder| holder.position != position);
            let mut above: Vec<&Holder> = above.filter(falls).collect();
            above.sort_by_key(|holder| holder.extent);
            above.into_iter().map(|holder| holder.position).collect::<Vec<usize>>()
        };
        for position in 0..candidates.len() {
            let Candidate {
                what,
                nodes,
                weight,
                crosses,
                ..
            } = &candidates[position];
            let (weight, crosses, is_set) = (*weight, *crosses, matches!(what, Heavy::Together(_)));
            let above = above_of(position, nodes);
            if let Some(&nearest) = above.first().filter(|&&holder| !candidates[holder].crosses) {
                candidates[nearest].below += weight;
            }
            let crossed = above.iter().find(|&&holder| candidates[holder].crosses);
            if let Some(&crossed) = crossed.filter(|_| crosses) {
                candidates[crossed].below += weight;
            }
            for &holder in above.iter().filter(|_| !is_set) {
                candidates[holder].most_below = candidates[holder].most_below.max(weight);
            }
            candidates[position].above = above;
        }
    }
}
