//! One arm of the code: what the interpreter, the sources and the observations of head (or of base) say about each target.

use std::collections::BTreeMap;

use crate::error::Error;
use importgate_core::budgets::{Target, Workload};
use importgate_core::observed::{ContentHash, Failure, ModuleTable, Observation};
use importgate_core::report::progress_line::{Phase, Progress};
use importgate_probe::python::{BytecodeFiles, Contents, Look, PythonError, Request, Session};

use super::progress::ProgressLine;

/// What one untimed import showed of a target.
#[derive(Debug, Clone)]
pub(super) struct Survey {
    pub(super) failure: Option<Failure>,
    pub(super) observation: Observation,
    pub(super) closure: ModuleTable,
    /// Other files that the import read, by path, with what identifies their content; `None` for one that was not there.
    pub(super) files_read: BTreeMap<String, Option<ContentHash>>,
}

/// One arm: a session and what it observed of each target.
#[derive(Debug)]
pub(super) struct Arm {
    pub(super) session: Session,
    pub(super) surveys: Vec<Survey>,
}

impl Arm {
    /// Observes every target once. That also writes the bytecode that the samples will find; where it cannot be written
    /// where it belongs, everything is observed again with a private folder.
    ///
    /// With `settles`, a target first gets no more than a glance, and a full look only where that does not settle it.
    pub(super) fn observe(
        mut session: Session,
        targets: &[Target],
        settles: Option<&Settles<'_>>,
        progress: &mut ProgressLine,
    ) -> Result<Self, Error> {
        let mut surveys = survey_all(&session, targets, settles, progress)?;
        let unwritten = session.settings().bytecode == BytecodeFiles::Warm && surveys.iter().any(lacks_bytecode);
        if unwritten {
            session.set_bytecode(BytecodeFiles::WarmPrivate);
            surveys = survey_all(&session, targets, settles, progress)?;
        }
        Ok(Self { session, surveys })
    }
}

/// Says whether a glance at a target is enough.
pub(super) type Settles<'a> = dyn Fn(&Target, &Survey) -> bool + 'a;

/// True where a module was loaded from source and its bytecode is not there afterwards.
fn lacks_bytecode(survey: &Survey) -> bool {
    survey.failure.is_none()
        && survey.observation.modules.iter().any(|module| {
            let source = module.file.as_deref().is_some_and(|file| file.ends_with(".py"));
            source && module.cached.is_some() && !module.has_bytecode
        })
}

fn survey_all(
    session: &Session,
    targets: &[Target],
    settles: Option<&Settles<'_>>,
    progress: &mut ProgressLine,
) -> Result<Vec<Survey>, Error> {
    let mut contents = Contents::new(session);
    let mut surveys = Vec::with_capacity(targets.len());
    for (done, target) in targets.iter().enumerate() {
        progress.show(&Progress {
            phase: Phase::Observing,
            done: done as u64,
            total: targets.len() as u64,
            target: &target.name,
        });
        let glance = settles
            .map(|_| survey(session, target, Look::Glance, &mut contents))
            .transpose()?;
        let settled = glance.filter(|glance| settles.is_some_and(|settles| settles(target, glance)));
        surveys.push(match settled {
            Some(glance) => glance,
            None => survey(session, target, Look::Full, &mut contents)?,
        });
    }
    Ok(surveys)
}

fn survey(session: &Session, target: &Target, look: Look, contents: &mut Contents) -> Result<Survey, PythonError> {
    let Workload::Imports(imports) = &target.workload else {
        return Ok(Survey {
            failure: None,
            observation: Observation::default(),
            closure: ModuleTable::new(),
            files_read: BTreeMap::new(),
        });
    };
    let request = Request {
        preload: &target.preload,
        imports,
        round: 0,
    };
    let observation = session.observe(request, look)?;
    Ok(Survey {
        failure: observation.failure.clone(),
        closure: contents.table(&observation),
        files_read: contents.files_read(&observation),
        observation,
    })
}
