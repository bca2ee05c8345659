//! The tables of the replay, in markdown.

use std::error::Error;

use importgate_core::sampling::Decision;
use importgate_core::stats::random::SplitMix64;

use crate::hogs::State;
use crate::rates::Rates;
use crate::record::{TARGETS, WITH_OWN_TIMES};
use crate::replay::{Ended, Injection, RECORDED, paired, sharing, stored};
use crate::streams::Streams;

/// The slow-downs of the tables.
const SLOWER: [f64; 8] = [0.0, 0.03, 0.05, 0.075, 0.10, 0.15, 0.20, 0.50];
const EVERY_TARGET: [usize; TARGETS.len()] = [0, 1, 2, 3, 4];
/// The states in which a baseline was recorded and checked.
pub(crate) const MOVES: [(&str, &[(State, State)]); 4] = [
    ("quiet → quiet", &[(State::Quiet, State::Quiet)]),
    (
        "load → same load",
        &[(State::Processor, State::Processor), (State::Memory, State::Memory)],
    ),
    (
        "quiet → load",
        &[(State::Quiet, State::Processor), (State::Quiet, State::Memory)],
    ),
    (
        "load → quiet",
        &[(State::Processor, State::Quiet), (State::Memory, State::Quiet)],
    ),
];

/// Everything, with this many draws for each cell of the stream that it comes from; ten times as many where nothing
/// changed, since the rates are small there.
pub(crate) fn print(draws: usize) -> Result<(), Box<dyn Error>> {
    let streams = Streams::read()?;
    let recorded: Vec<String> = State::ALL
        .iter()
        .map(|state| format!("{} {}", streams.head(0, *state).len(), state.name()))
        .collect();
    println!("Recorded rounds: {}. Draws a cell: {draws}.\n", recorded.join(", "));
    crate::blend::print(&streams);
    crate::blend::print_apart(&streams);
    whole_tables(&streams, draws);
    paired_tables(&streams, draws);
    changed_part_table(&streams, draws);
    shared_table(&streams, draws);
    crate::few::print(&streams, draws);
    crate::drift::print(&streams, draws);
    Ok(())
}

fn repeat(draws: usize, seed: u64, mut check: impl FnMut(&mut SplitMix64) -> Ended) -> Rates {
    let mut random = SplitMix64::new(seed);
    let mut rates = Rates::default();
    for _ in 0..draws {
        rates.add(&check(&mut random));
    }
    rates
}

fn draws_for(slower: f64, draws: usize) -> usize {
    if slower == 0.0 { 10 * draws } else { draws }
}

fn header(first: &str) {
    let cells: Vec<String> = SLOWER
        .iter()
        .map(|slower| {
            if *slower == 0.0 {
                "A/A".to_owned()
            } else {
                format!("+{}%", 100.0 * slower)
            }
        })
        .collect();
    println!(
        "| {first} | {} | open A/A | samples A/A | samples +50% |",
        cells.join(" | ")
    );
    println!("|---|{}---|---|---|", "---|".repeat(cells.len()));
}

fn row(name: &str, rates: &[Rates]) {
    let cells: Vec<String> = rates.iter().map(Rates::failed).collect();
    let (same, half_again) = (&rates[0], &rates[rates.len() - 1]);
    println!(
        "| {name} | {} | {} | {} | {} |",
        cells.join(" | "),
        same.open(),
        same.median_samples(),
        half_again.median_samples()
    );
}

/// One row of rates for each slow-down, joined over the targets that `check` names.
fn print_rows(name: &str, targets: &[usize], draws: usize, check: impl Fn(&mut SplitMix64, usize, f64) -> Ended) {
    let mut joined: Vec<Rates> = vec![Rates::default(); SLOWER.len()];
    for &target in targets {
        let rates: Vec<Rates> = SLOWER
            .iter()
            .map(|&slower| {
                repeat(draws_for(slower, draws), 7 + target as u64, |random| {
                    check(random, target, slower)
                })
            })
            .collect();
        row(&format!("{name}, {}", TARGETS[target]), &rates);
        for (all, one) in joined.iter_mut().zip(rates) {
            all.join(one);
        }
    }
    row(&format!("**{name}, all**"), &joined);
}

fn whole_tables(streams: &Streams, draws: usize) {
    for (threshold, recorded, moves) in [
        (0.10, RECORDED, &MOVES[..]),
        (0.05, RECORDED, &MOVES[..1]),
        (0.05, 2 * RECORDED, &MOVES[..1]),
    ] {
        println!(
            "\n### Stored baseline of {recorded} samples, the whole against the reference, threshold {}%\n",
            100.0 * threshold
        );
        header("recorded → checked");
        for (name, pairs) in moves {
            print_rows(name, &EVERY_TARGET, draws, |random, target, slower| {
                let (before, now) = pairs[random.below(pairs.len())];
                let injection = Injection::Everything(slower);
                stored(
                    random,
                    streams.head(target, before),
                    streams.head(target, now),
                    recorded,
                    threshold,
                    injection,
                )
            });
        }
    }
}

fn paired_tables(streams: &Streams, draws: usize) {
    let both: Vec<usize> = (0..TARGETS.len()).filter(|target| *target != WITH_OWN_TIMES).collect();
    println!("\n### Base and head side by side, threshold 10%\n");
    header("state");
    for state in State::ALL {
        print_rows(state.name(), &both, draws, |random, target, slower| {
            let (base, head) = (streams.base(target, state), streams.head(target, state));
            paired(random, base, head, 0.10, Injection::Everything(slower))
        });
    }
}

fn changed_part_table(streams: &Streams, draws: usize) {
    println!(
        "\n### One module differs: the changed part decides ({})\n",
        TARGETS[WITH_OWN_TIMES]
    );
    println!(
        "| recorded → checked | what | threshold | failed | of these as `slowdown` | samples | within 10 samples | open |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let cases = [
        ("+2% of the time", Injection::OneModule(0.02), 0.01),
        ("a comment", Injection::OneModule(0.0), 0.01),
        ("a comment", Injection::OneModule(0.0), 0.10),
        ("lighter", Injection::OneModule(-0.02), 0.01),
        ("a hook: +10% everywhere", Injection::Hook(0.10), 0.01),
    ];
    for (name, pairs) in MOVES {
        for (what, injection, threshold) in cases {
            let many = matches!(injection, Injection::OneModule(share) if share <= 0.0);
            let mut slowdowns = 0;
            let rates = repeat(if many { 10 * draws } else { draws }, 11, |random| {
                let (before, now) = pairs[random.below(pairs.len())];
                let (before, now) = (streams.head(WITH_OWN_TIMES, before), streams.head(WITH_OWN_TIMES, now));
                let ended = stored(random, before, now, RECORDED, threshold, injection);
                let slowdown = ended.answers.slowdown.as_ref().map(|ruling| ruling.decision);
                slowdowns += usize::from(slowdown == Some(Decision::Fail));
                ended
            });
            println!(
                "| {name} | {what} | {}% | {} | {:.1}% | {} | {:.1}% | {} |",
                100.0 * threshold,
                rates.failed(),
                100.0 * slowdowns as f64 / rates.checks() as f64,
                rates.median_samples(),
                100.0 * rates.within(10),
                rates.open()
            );
        }
    }
}

/// Targets of one run that have one changed module in common.
fn shared_table(streams: &Streams, draws: usize) {
    const SHARING: usize = 20;
    println!(
        "\n### {SHARING} targets of one run share a module that differs ({})\n",
        TARGETS[WITH_OWN_TIMES]
    );
    println!(
        "| recorded → checked | what | threshold | failed targets | runs with a failure | samples a target | open |"
    );
    println!("|---|---|---|---|---|---|---|");
    let cases = [
        ("a comment", Injection::OneModule(0.0), 0.10),
        ("a comment", Injection::OneModule(0.0), 0.01),
        ("+2% of the time", Injection::OneModule(0.02), 0.01),
        ("+10% of the time", Injection::OneModule(0.10), 0.10),
        ("+15% of the time", Injection::OneModule(0.15), 0.10),
        ("+50% of the time", Injection::OneModule(0.50), 0.10),
        ("a hook: +10% everywhere", Injection::Hook(0.10), 0.01),
    ];
    for (name, pairs) in MOVES {
        for (what, injection, threshold) in cases {
            let mut random = SplitMix64::new(13);
            let (mut rates, mut runs_failed, mut samples) = (Rates::default(), 0, 0);
            let runs = (draws / 5).max(1);
            for _ in 0..runs {
                let (before, now) = pairs[random.below(pairs.len())];
                let streams = (streams.head(WITH_OWN_TIMES, before), streams.head(WITH_OWN_TIMES, now));
                let ended = sharing(&mut random, streams, SHARING, threshold, injection);
                runs_failed += usize::from(ended.iter().any(|ended| ended.decision == Decision::Fail));
                samples += ended.iter().map(|ended| ended.samples).sum::<usize>();
                ended.iter().for_each(|ended| rates.add(ended));
            }
            println!(
                "| {name} | {what} | {}% | {} | {runs_failed} of {runs} | {:.1} | {} |",
                100.0 * threshold,
                rates.failed(),
                samples as f64 / rates.checks() as f64,
                rates.open()
            );
        }
    }
}
