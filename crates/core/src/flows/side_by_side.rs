//! Runs what is measured on several processors at once. The only threads of this crate: which process runs when is a decision, so
//! that it is made here and not by whoever measures, and everything but the measuring itself stays on the thread of the caller.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::observed::MeasureError;

/// How much may run at once: no more than there are processors for, and than memory has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Width {
    processors: usize,
    /// What is free, in bytes; `None` where that is not known.
    free_memory_bytes: Option<u64>,
    /// The largest peak of an import that is known, in bytes.
    peak_bytes: u64,
}

impl Width {
    /// One after the other.
    pub const ONE: Self = Self::new(1, None);

    /// So many processors, and so many bytes of free memory where that is known.
    pub const fn new(processors: usize, free_memory_bytes: Option<u64>) -> Self {
        Self {
            processors,
            free_memory_bytes,
            peak_bytes: 0,
        }
    }

    /// The same for imports that take so much memory, in bytes.
    #[must_use]
    pub(super) fn for_peak(self, peak_bytes: u64) -> Self {
        Self {
            peak_bytes: self.peak_bytes.max(peak_bytes),
            ..self
        }
    }

    /// How many imports may run at once. At least one: that one is what is asked for.
    pub fn imports(self) -> usize {
        let room = |free: u64| {
            free.checked_div(self.peak_bytes)
                .map(|room| usize::try_from(room).unwrap_or(usize::MAX))
        };
        let room = self.free_memory_bytes.and_then(room).unwrap_or(usize::MAX);
        self.processors.min(room).max(1)
    }
}

/// Tasks, and what becomes of them.
pub(super) trait Tasks {
    /// What a worker needs to know.
    type Task: Send;
    /// What comes of it.
    type Outcome: Send;

    /// The next one that may begin now; `None` where nothing can before one that is in progress ends. None is in progress where
    /// there is no other at all.
    fn next(&mut self) -> Option<Self::Task>;

    /// Takes in what came of one. They end in any order.
    fn take_in(&mut self, outcome: Self::Outcome);
}

/// Has up to `workers` tasks in progress at once, until there are no more of them; one after the other on this thread where it is
/// one, and fewer at once where the system allows no more threads.
///
/// # Errors
/// The first of a task. Those in progress are waited for, and no further one begins.
pub(super) fn run<T: Tasks>(
    workers: usize,
    tasks: &mut T,
    work: impl Fn(T::Task) -> Result<T::Outcome, MeasureError> + Sync,
) -> Result<(), MeasureError> {
    if workers <= 1 {
        return one_after_the_other(tasks, work);
    }
    let (give, given) = mpsc::channel::<T::Task>();
    let (answer, answers) = mpsc::channel();
    let given = Mutex::new(given);
    let serve = |answer: mpsc::Sender<_>| {
        // Nobody panics while holding it.
        let take = || given.lock().unwrap_or_else(PoisonError::into_inner).recv();
        while let Ok(task) = take() {
            // A panic goes on where the outcome is waited for.
            let done = panic::catch_unwind(AssertUnwindSafe(|| work(task)));
            if answer.send(done).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let start = || {
            let answer = answer.clone();
            thread::Builder::new().spawn_scoped(scope, move || serve(answer))
        };
        match (0..workers).map_while(|_| start().ok()).count() {
            0 => one_after_the_other(tasks, &work),
            started => drive(started, tasks, give, &answers),
        }
    })
}

fn one_after_the_other<T: Tasks>(
    tasks: &mut T,
    work: impl Fn(T::Task) -> Result<T::Outcome, MeasureError>,
) -> Result<(), MeasureError> {
    while let Some(task) = tasks.next() {
        tasks.take_in(work(task)?);
    }
    Ok(())
}

/// Gives tasks to the workers and takes in what comes of them. The workers end with `give`.
fn drive<T: Tasks>(
    workers: usize,
    tasks: &mut T,
    give: mpsc::Sender<T::Task>,
    answers: &mpsc::Receiver<thread::Result<Result<T::Outcome, MeasureError>>>,
) -> Result<(), MeasureError> {
    let mut in_progress = 0;
    loop {
        while in_progress < workers
            && let Some(task) = tasks.next()
        {
            give.send(task).expect("the workers wait for tasks");
            in_progress += 1;
        }
        if in_progress == 0 {
            return Ok(());
        }
        let done = answers.recv().expect("a worker answers");
        in_progress -= 1;
        tasks.take_in(done.unwrap_or_else(|panic| panic::resume_unwind(panic))?);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    /// Numbers that are squared, at most `together` of them at once.
    struct Squares {
        left: Vec<u32>,
        together: usize,
        in_progress: usize,
        done: Vec<u32>,
    }

    impl Squares {
        fn of(numbers: u32, together: usize) -> Self {
            Self {
                left: (0..numbers).rev().collect(),
                together,
                in_progress: 0,
                done: Vec::new(),
            }
        }
    }

    impl Tasks for Squares {
        type Task = u32;
        type Outcome = u32;

        fn next(&mut self) -> Option<u32> {
            if self.in_progress == self.together {
                return None;
            }
            let next = self.left.pop()?;
            self.in_progress += 1;
            Some(next)
        }

        fn take_in(&mut self, outcome: u32) {
            self.in_progress -= 1;
            self.done.push(outcome);
        }
    }

    #[test]
    fn no_more_run_at_once_than_fit_into_memory_and_never_none() {
        let width = Width::new(8, Some(1_000));
        assert_eq!(width.imports(), 8);
        assert_eq!(width.for_peak(300).imports(), 3);
        assert_eq!(width.for_peak(300).for_peak(10).imports(), 3);
        assert_eq!(width.for_peak(5_000).imports(), 1);
        assert_eq!(Width::new(8, None).for_peak(300).imports(), 8);
        assert_eq!(Width::ONE.imports(), 1);
    }

    #[test]
    fn every_task_is_done_once_whatever_the_number_of_workers() {
        for workers in [1, 2, 5] {
            let mut squares = Squares::of(20, 3);
            run(workers, &mut squares, |number| Ok(number * number)).expect("no error");
            squares.done.sort_unstable();
            assert_eq!(squares.done, (0..20).map(|number| number * number).collect::<Vec<_>>());
        }
    }

    #[test]
    fn as_many_are_in_progress_at_once_as_there_are_workers() {
        let together = Barrier::new(3);
        let mut squares = Squares::of(9, 3);
        run(3, &mut squares, |number| {
            together.wait();
            Ok(number)
        })
        .expect("no error");
        assert_eq!(squares.done.len(), 9);
    }

    #[test]
    fn an_error_ends_it() {
        let mut squares = Squares::of(1000, 2);
        let failed = run(2, &mut squares, |number| match number {
            7 => Err(MeasureError::Interrupted { signal: 2 }),
            _ => Ok(number),
        });
        assert!(matches!(failed, Err(MeasureError::Interrupted { signal: 2 })));
        assert!(squares.left.len() > 900);
    }

    #[test]
    #[should_panic(expected = "seven")]
    fn a_panic_goes_on() {
        let mut squares = Squares::of(20, 2);
        let _ = run(2, &mut squares, |number| {
            assert!(number != 7, "seven");
            Ok(number)
        });
    }
}
