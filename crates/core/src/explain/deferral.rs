//! What deferring a statement came up against: where it is used while importing, or why it cannot be deferred at all.

use serde::Serialize;

use super::source::SourceLine;
use super::{CostlyImport, Usual, Weight};
use crate::observed::{Body, Deferral, Deferred, Failure, Frame, ImportForm, PROGRAM, Place};

/// A line that uses what was deferred before the import is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Use {
    /// The line.
    pub place: Place,
    /// What it does with it.
    pub how: UseKind,
}

/// What a line does with an import, as far as the line itself shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UseKind {
    /// It derives a class from it.
    BaseClass,
    /// It decorates something with it.
    Decorator,
    /// It needs it in the head of a function: an annotation or a default.
    Signature,
    /// It imports it from the module that the statement stands in.
    Reimport,
    /// Anything else.
    Other,
}

impl Use {
    /// The use in a line whose text is known, or not.
    pub fn new(place: Place, line: Option<&SourceLine>) -> Self {
        let text = line.map_or("", |line| line.text.as_str());
        let begins = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
        let how = match () {
            () if begins(&["class "]) => UseKind::BaseClass,
            () if begins(&["@"]) => UseKind::Decorator,
            () if begins(&["def ", "async def "]) => UseKind::Signature,
            () if begins(&["from ", "import "]) => UseKind::Reimport,
            () => UseKind::Other,
        };
        Self { place, how }
    }
}

/// Why a statement could not be deferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What stands in the way.
    pub kind: ObstacleKind,
    /// Where, if that is another line than the statement's own.
    pub place: Option<Place>,
}

/// What stands in the way of deferring a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObstacleKind {
    /// `from … import *`: it does not say which names it binds.
    Star,
    /// It stands in a function, which is called while importing.
    Function,
    /// It stands in the body of a class.
    ClassBody,
    /// A call imports, not a statement.
    Call,
    /// It is imported where the program that is run uses it.
    InPlace,
    /// The import fails without it.
    Breaks(Failure),
}

/// What is known of the files that the interpreter names.
pub trait Sources {
    /// A line of one of them; `None` where it cannot be read.
    fn line(&self, place: &Place) -> Option<SourceLine>;
    /// The place as a reader is to see it.
    fn shown(&self, place: &Place) -> Place;
}

impl CostlyImport {
    /// Completes the statement by what its source says, and names places as a reader is to see them.
    pub fn read_source(&mut self, sources: &impl Sources) {
        if let Some(line) = self.place.as_ref().and_then(|place| sources.line(place)) {
            self.in_try = line.in_try;
            if line.runs_later && self.importer == PROGRAM {
                self.keep(Obstacle {
                    kind: ObstacleKind::InPlace,
                    place: None,
                });
            }
            self.source = Some(line.text);
        }
        self.called_at = self.called_at.as_ref().map(|place| sources.shown(place));
    }

    /// How it is deferred; `None` where its line is not known.
    pub fn deferral(&self) -> Option<Deferral> {
        let place = self.place.as_ref().filter(|_| !self.is_in_start_file())?;
        Some(Deferral {
            importer: self.importer.clone(),
            line: place.line,
        })
    }

    /// The body that it stands in; `None` where its file is not known.
    pub fn body(&self) -> Option<Body> {
        Some(Body {
            module: self.importer.clone(),
            file: self.place.as_ref()?.file.clone(),
        })
    }

    /// True where nothing stands in the way of leaving it out, and no line uses it while importing.
    pub fn is_free(&self) -> bool {
        self.used.is_none() && self.obstacle.is_none()
    }

    /// True where there is something to learn from deferring it. What would save nothing anyway is tried only where `all` are.
    pub fn is_worth_trying(&self, all: bool) -> bool {
        all || self.cut.modules > 0
    }

    /// Notes what an import with the statement deferred came up against: where it is used all the same, or that nothing can be
    /// saved, and why.
    pub fn note(&mut self, tried: Result<Deferred, Failure>, usual: &Usual, sources: &impl Sources) {
        let deferred = match tried {
            Ok(deferred) => deferred,
            Err(failure) => return self.keep(Obstacle::of_failure(failure, sources)),
        };
        if let Some(kind) = ObstacleKind::of_form(deferred.form) {
            let place = self.called_at.clone();
            return self.keep(Obstacle { kind, place });
        }
        self.used = deferred.used_at.map(|place| {
            let line = sources.line(&place);
            Use::new(sources.shown(&place), line.as_ref())
        });
        self.defer(&deferred.sample, usual);
    }

    fn keep(&mut self, obstacle: Obstacle) {
        self.obstacle = Some(obstacle);
        self.saved = Weight::default();
    }
}

impl ObstacleKind {
    /// What stands in the way of what was met in this form; `None` where nothing does.
    fn of_form(form: Option<ImportForm>) -> Option<Self> {
        match form {
            Some(ImportForm::Statement) => None,
            Some(ImportForm::Star) => Some(Self::Star),
            Some(ImportForm::Function) => Some(Self::Function),
            Some(ImportForm::Class) => Some(Self::ClassBody),
            Some(ImportForm::Call) | None => Some(Self::Call),
        }
    }
}

impl Obstacle {
    fn of_failure(failure: Failure, sources: &impl Sources) -> Self {
        // `<frozen importlib._bootstrap>` is no file that a reader could change.
        let in_file = |frame: &&Frame| !frame.file.starts_with('<');
        let innermost = failure.stack().iter().rev().find(in_file);
        let place = innermost.map(|frame| {
            sources.shown(&Place {
                file: frame.file.clone(),
                line: frame.line,
            })
        });
        Self {
            kind: ObstacleKind::Breaks(failure),
            place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::advice::tests::import;
    use crate::observed::{Collections, Sample};

    /// Every line derives a class, and every file lies in the project.
    struct Shop;

    impl Sources for Shop {
        fn line(&self, _: &Place) -> Option<SourceLine> {
            Some(SourceLine {
                text: "class Entry(Base):".to_owned(),
                in_try: true,
                runs_later: true,
            })
        }

        fn shown(&self, place: &Place) -> Place {
            Place {
                file: place.file.trim_start_matches("/project/").to_owned(),
                line: place.line,
            }
        }
    }

    fn place(file: &str, line: u32) -> Place {
        Place {
            file: file.to_owned(),
            line,
        }
    }

    fn usual() -> Usual {
        Usual::of(&[], Collections::default(), 0)
    }

    fn deferred(form: Option<ImportForm>, used_at: Option<Place>) -> Deferred {
        Deferred {
            sample: Sample::default(),
            form,
            used_at,
        }
    }

    /// What a statement that would save 80 ms comes to.
    fn noted(tried: Result<Deferred, Failure>) -> CostlyImport {
        let mut import = import(80.0, None);
        import.called_at = Some(place("shop/registry.py", 3));
        import.note(tried, &usual(), &Shop);
        import
    }

    #[test]
    fn a_statement_that_is_used_while_importing_says_where() {
        let used = noted(Ok(deferred(
            Some(ImportForm::Statement),
            Some(place("/project/shop/models.py", 20)),
        )));
        let expected = Use {
            place: place("shop/models.py", 20),
            how: UseKind::BaseClass,
        };
        assert_eq!((used.used, used.obstacle), (Some(expected), None));
    }

    #[test]
    fn what_is_no_statement_of_a_module_saves_nothing() {
        let forms = [
            (Some(ImportForm::Star), ObstacleKind::Star),
            (Some(ImportForm::Function), ObstacleKind::Function),
            (Some(ImportForm::Class), ObstacleKind::ClassBody),
            (Some(ImportForm::Call), ObstacleKind::Call),
            (None, ObstacleKind::Call),
        ];
        for (form, kind) in forms {
            let import = noted(Ok(deferred(form, None)));
            let obstacle = import.obstacle.expect("an obstacle");
            assert_eq!(obstacle.kind, kind);
            assert_eq!(obstacle.place, Some(place("shop/registry.py", 3)));
            assert_eq!(import.saved, Weight::default());
        }
    }

    #[test]
    fn an_import_that_breaks_says_where_in_real_code() {
        let frame = |file: &str, line| Frame {
            file: file.to_owned(),
            line,
            function: "<module>".to_owned(),
        };
        let failure = Failure::Raised {
            exception: "NameError".to_owned(),
            message: "heavy".to_owned(),
            stack: vec![
                frame("/project/shop/core.py", 7),
                frame("<frozen importlib._bootstrap>", 1360),
            ],
            missing: None,
            cycle: Box::default(),
            absent: None,
            shadow: None,
        };
        let import = noted(Err(failure.clone()));
        let obstacle = import.obstacle.expect("an obstacle");
        assert_eq!(obstacle.kind, ObstacleKind::Breaks(failure));
        assert_eq!(obstacle.place, Some(place("shop/core.py", 7)));
        assert_eq!(import.saved, Weight::default());
    }

    #[test]
    fn the_source_completes_the_statement() {
        let mut import = import(80.0, None);
        assert_eq!(import.deferral(), None);
        import.place = Some(place("shop/core.py", 7));
        import.called_at = Some(place("/project/shop/registry.py", 3));
        import.read_source(&Shop);
        assert_eq!(import.source.as_deref(), Some("class Entry(Base):"));
        assert!(import.in_try);
        assert_eq!(import.called_at, Some(place("shop/registry.py", 3)));
        let expected = Deferral {
            importer: "shop.core".to_owned(),
            line: 7,
        };
        assert_eq!(import.deferral(), Some(expected));
    }

    #[test]
    fn the_line_tells_what_it_does_with_the_import() {
        let kind = |text: &str| {
            let line = SourceLine {
                text: text.to_owned(),
                in_try: false,
                runs_later: false,
            };
            let place = Place {
                file: "models.py".to_owned(),
                line: 20,
            };
            Use::new(place, Some(&line)).how
        };
        assert_eq!(kind("class Entry(Base):"), UseKind::BaseClass);
        assert_eq!(kind("@register"), UseKind::Decorator);
        assert_eq!(kind("async def show(value: Frame):"), UseKind::Signature);
        assert_eq!(kind("from . import Base"), UseKind::Reimport);
        assert_eq!(kind("classes = Base.all()"), UseKind::Other);
    }
}
