//! What the functions of a target are called for, and how often: where one body is the cost, no import statement shows why.
//!
//! Counts are exact. Times are not: under a profiler every call costs extra, so what is called often looks heavier than it is. They
//! are shown as shares of that run, scaled to what was measured without it.

use std::collections::HashMap;

use crate::checks::Places;
use crate::observed::{FunctionName, FunctionSeen, Place, Profile};

/// A built-in function is said to be called at the busiest line of its caller where it takes this share of the two.
const MOST_OF_A_CALLER: f64 = 0.5;

/// Calls and times by function.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileTable {
    /// All calls.
    pub calls: u64,
    /// Those of functions that were not running already.
    pub primitive_calls: u64,
    /// How many functions were called.
    pub functions: u64,
    /// How long the profiled run took, in milliseconds: no time of the target's.
    pub profiled_ms: f64,
    /// How many threads there were beside the one that is looked at.
    pub threads: u64,
    /// Whether their calls are among these.
    pub sees_threads: bool,
    /// True where measured code had a profiler of its own on for a while, of which nothing is known.
    pub interrupted: bool,
    /// The functions, by their own time. Of thousands only those that took longest or were called most.
    pub rows: Vec<ProfiledFunction>,
}

/// What one function takes.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfiledFunction {
    /// Its name, with its module where that is known.
    pub name: String,
    /// Where it stands; `None` for what is built in.
    pub place: Option<Place>,
    /// How often it is called.
    pub calls: u64,
    /// How often without running already.
    pub primitive_calls: u64,
    /// The share of the profiled run that it took itself.
    pub own_share: f64,
    /// The same of the measured time, in milliseconds; `None` where that is of another kind than what the profiler's clock shows.
    pub own_ms: Option<f64>,
    /// The share of the profiled run that it took with what it called.
    pub cumulative_share: f64,
    /// The same of the measured time, as above.
    pub cumulative_ms: Option<f64>,
    /// The line of it where most of its own time goes; `None` where no line stands out.
    pub busiest_line: Option<u32>,
    /// Who calls it, longest first.
    pub callers: Vec<ProfiledCaller>,
    /// The calls that lead to it most often, outermost first, each at its line; empty where no sample of the stack has it.
    pub way: Vec<WayStep>,
    /// The share of the samples of it that came by this way.
    pub way_share: f64,
    /// The line at module level of the project's own code that leads there.
    pub asked_by: Option<Place>,
}

/// Who calls a function.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfiledCaller {
    /// The caller.
    pub name: String,
    /// Where it stands; `None` for what is built in.
    pub place: Option<Place>,
    /// How often.
    pub calls: u64,
}

/// One call of the way to a function.
#[derive(Debug, Clone, PartialEq)]
pub struct WayStep {
    /// The function that calls.
    pub name: String,
    /// The line that does.
    pub place: Place,
    /// True for the body of a module.
    pub is_body: bool,
}

/// Turns what a profiler saw into figures of a target. `time_ms` is what that takes, waits included as the profiler has them.
pub fn profile_table(profile: &Profile, time_ms: Option<f64>, places: &Places) -> ProfileTable {
    let table = Reader {
        by_name: profile.seen.iter().map(|seen| (&seen.function, seen)).collect(),
        whole_ns: profile.own_ns.max(1) as f64,
        time_ms,
        places,
    };
    ProfileTable {
        calls: profile.calls,
        primitive_calls: profile.primitive_calls,
        functions: profile.functions,
        profiled_ms: super::milliseconds(profile.own_ns),
        threads: profile.threads,
        sees_threads: profile.sees_threads,
        interrupted: profile.interrupted,
        rows: profile.seen.iter().map(|seen| table.row(seen)).collect(),
    }
}

struct Reader<'a> {
    by_name: HashMap<&'a FunctionName, &'a FunctionSeen>,
    whole_ns: f64,
    time_ms: Option<f64>,
    places: &'a Places,
}

impl Reader<'_> {
    fn row(&self, seen: &FunctionSeen) -> ProfiledFunction {
        // Clocks of different grain: no function takes more than all.
        let share = |ns: u64| (ns as f64 / self.whole_ns).min(1.0);
        let scaled = |ns: u64| self.time_ms.map(|time_ms| share(ns) * time_ms);
        let cumulative_ns = seen.cumulative_ns.max(seen.own_ns);
        let (way, way_share) = self.way_to(seen);
        ProfiledFunction {
            name: name_of(&seen.function),
            place: self.place_of(&seen.function),
            calls: seen.calls,
            primitive_calls: seen.primitive_calls,
            own_share: share(seen.own_ns),
            own_ms: scaled(seen.own_ns),
            cumulative_share: share(cumulative_ns),
            cumulative_ms: scaled(cumulative_ns),
            callers: seen
                .callers
                .iter()
                .map(|caller| self.caller(&caller.function, caller.calls))
                .collect(),
            busiest_line: (seen.busiest_line > 0).then_some(seen.busiest_line),
            asked_by: self.asked_by(&way),
            way: way.iter().map(|step| self.step(step)).collect(),
            way_share,
        }
    }

    fn caller(&self, function: &FunctionName, calls: u64) -> ProfiledCaller {
        ProfiledCaller {
            name: name_of(function),
            place: self.place_of(function),
            calls,
        }
    }

    fn step(&self, step: &FunctionName) -> WayStep {
        WayStep {
            name: name_of(step),
            place: self.shown(step),
            is_body: step.is_body(),
        }
    }

    fn place_of(&self, function: &FunctionName) -> Option<Place> {
        (!function.is_built_in()).then(|| self.shown(function))
    }

    /// The way to a function. What is built in has no frame of its own: it is found at the line of its caller, where it is what that
    /// one does most.
    fn way_to(&self, seen: &FunctionSeen) -> (Vec<FunctionName>, f64) {
        if !seen.function.is_built_in() {
            return (
                seen.way.clone(),
                seen.samples_of_way as f64 / seen.samples.max(1) as f64,
            );
        }
        let Some(caller) = seen.callers.first().filter(|caller| !caller.function.is_built_in()) else {
            return (Vec::new(), 0.0);
        };
        let Some(calling) = self.by_name.get(&caller.function) else {
            return (Vec::new(), 0.0);
        };
        let is_most = caller.ns as f64 >= MOST_OF_A_CALLER * (caller.ns + calling.own_ns) as f64;
        if calling.busiest_line == 0 || !is_most {
            return (Vec::new(), 0.0);
        }
        let last = FunctionName {
            line: calling.busiest_line,
            ..calling.function.clone()
        };
        let share = calling.samples_of_way as f64 / calling.samples.max(1) as f64;
        (calling.way.iter().cloned().chain([last]).collect(), share)
    }

    /// The innermost body of the project's own: those around it only import.
    fn asked_by(&self, way: &[FunctionName]) -> Option<Place> {
        let mut bodies = way.iter().rev().filter(|step| step.is_body());
        let own = bodies.find(|step| self.places.is_own(&step.file))?;
        Some(self.shown(own))
    }

    /// The line, its file named as the reader names it.
    fn shown(&self, function: &FunctionName) -> Place {
        let place = self.places.place(&function.file, function.line);
        Place {
            file: self.places.seen(&place.file),
            ..place
        }
    }
}

/// `module.function`; of what is built in what Python's own description has of it.
fn name_of(function: &FunctionName) -> String {
    if function.is_built_in() {
        return built_in(&function.name);
    }
    match (&function.module, function.is_body()) {
        (Some(module), true) => module.clone(),
        (Some(module), false) => format!("{module}.{}", function.name),
        (None, _) => function.name.clone(),
    }
}

/// `builtins.len` of `<built-in method builtins.len>`, and `list.append` of `<method 'append' of 'list' objects>`.
fn built_in(text: &str) -> String {
    let inner = text
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'))
        .unwrap_or(text);
    if let Some(name) = inner.strip_prefix("built-in method ") {
        // The address is another in each run.
        return name.split(" at 0x").next().unwrap_or(name).to_owned();
    }
    let quoted: Vec<&str> = inner.split('\'').collect();
    match quoted[..] {
        ["method ", method, " of ", of, " objects"] => format!("{of}.{method}"),
        _ => inner.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::observed::CallerSeen;

    fn name(module: &str, file: &str, line: u32, name: &str) -> FunctionName {
        FunctionName {
            module: (!module.is_empty()).then(|| module.to_owned()),
            file: file.to_owned(),
            line,
            name: name.to_owned(),
        }
    }

    fn seen(function: FunctionName, calls: u64, own_ns: u64) -> FunctionSeen {
        FunctionSeen {
            function,
            calls,
            primitive_calls: calls,
            own_ns,
            cumulative_ns: own_ns,
            callers: Vec::new(),
            way: Vec::new(),
            busiest_line: 0,
            samples: 0,
            samples_of_way: 0,
        }
    }

    fn table(profile: &Profile) -> ProfileTable {
        let places = Places::new(PathBuf::from("/project"), vec![PathBuf::from("/project/src")]);
        profile_table(profile, Some(100.0), &places)
    }

    /// `shop` imports a package whose body calls `build`, which calls `abs`.
    fn profile() -> Profile {
        let own = name("shop", "src/shop.py", 3, "<module>");
        let package = name("heavy", "/site/heavy.py", 9, "<module>");
        let mut build = seen(name("heavy", "/site/heavy.py", 2, "build"), 1, 400);
        build.way = vec![own, package];
        build.busiest_line = 5;
        (build.samples, build.samples_of_way) = (4, 3);
        build.cumulative_ns = 2_000;
        let mut abs = seen(name("", "", 0, "<built-in method builtins.abs>"), 22_900_000, 600);
        abs.callers = vec![CallerSeen {
            function: build.function.clone(),
            calls: 22_900_000,
            ns: 600,
        }];
        Profile {
            calls: 22_900_001,
            primitive_calls: 22_900_001,
            functions: 2,
            own_ns: 1_000,
            seen: vec![abs, build],
            ..Profile::default()
        }
    }

    #[test]
    fn counts_are_as_seen_and_times_are_shares_of_what_was_measured() {
        let table = table(&profile());
        let [abs, build] = &table.rows[..] else {
            panic!("{table:?}")
        };
        assert_eq!(
            (abs.name.as_str(), abs.calls, &abs.place),
            ("builtins.abs", 22_900_000, &None)
        );
        assert!(
            (abs.own_share - 0.6).abs() < 1e-9 && (build.own_share - 0.4).abs() < 1e-9,
            "{table:?}"
        );
        assert_eq!((build.name.as_str(), build.cumulative_share), ("heavy.build", 1.0));
    }

    #[test]
    fn times_are_scaled_where_what_was_measured_is_of_their_kind() {
        let times = |time_ms| {
            let places = Places::new(PathBuf::from("/project"), Vec::new());
            let table = profile_table(&profile(), time_ms, &places);
            table
                .rows
                .iter()
                .map(|row| row.own_ms.map(f64::round))
                .collect::<Vec<_>>()
        };
        assert_eq!(times(Some(100.0)), [Some(60.0), Some(40.0)]);
        assert_eq!(times(None), [None, None]);
    }

    #[test]
    fn the_way_names_the_projects_line_and_reaches_what_is_built_in() {
        let table = table(&profile());
        let way = |row: &ProfiledFunction| -> Vec<String> {
            row.way
                .iter()
                .map(|step| format!("{} {}", step.name, step.place.line))
                .collect()
        };
        assert_eq!(way(&table.rows[1]), ["shop 3", "heavy 9"]);
        assert_eq!(way(&table.rows[0]), ["shop 3", "heavy 9", "heavy.build 5"]);
        let asked_by = table.rows[0].asked_by.as_ref().map(ToString::to_string);
        assert_eq!(
            (asked_by.as_deref(), table.rows[0].way_share),
            (Some("src/shop.py:3"), 0.75)
        );
    }

    #[test]
    fn what_is_little_of_its_caller_is_not_put_at_its_busiest_line() {
        let mut profile = profile();
        profile.seen[1].own_ns = 60_000;
        assert!(table(&profile).rows[0].way.is_empty());
        assert!(!table(&profile).rows[1].way.is_empty());
    }

    #[test]
    fn built_in_functions_are_named_as_they_are_written() {
        for (text, expected) in [
            ("<built-in method builtins.len>", "builtins.len"),
            ("<method 'append' of 'list' objects>", "list.append"),
            (
                "<built-in method __new__ of type object at 0x7f>",
                "__new__ of type object",
            ),
            ("something else", "something else"),
        ] {
            assert_eq!(built_in(text), expected);
        }
    }
}
