# What a developer types. `make test` needs Rust and a python3, nothing else. `make check` says what else it needs.

CARGO ?= cargo
# What `make tools` has installed goes before what is on PATH.
with_tools := PATH="$(CURDIR)/target/tools/bin:$$PATH"
# The program as `cargo build` leaves it.
built := $(abspath $(or $(CARGO_TARGET_DIR),target)/debug/importgate)

.PHONY: check lint audit tools formats test test-crash test-probe test-real test-package test-browser page-pictures docs docs-examples perf-check bench \
	bench-speed bench-scale bench-page fuzz \
	experiment

# All that can be said without running anything. cargo-deny reads every crate of Cargo.lock: it downloads those that are for
# other systems only, where they are not there yet, and needs no network after that.
check:
	@.ci/tools require cargo-fmt cargo-clippy python3 cargo-deny ruff typos zizmor
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(MAKE) lint
	tests/repository/core_stays_pure
	$(with_tools) tests/repository/scripts_are_sound
	$(with_tools) cargo-deny --locked check bans licenses sources
	$(with_tools) typos
	$(with_tools) zizmor --offline --quiet --pedantic --strict-collection . examples/workflows/github-*.yml

lint:
	$(CARGO) clippy --workspace --all-targets --all-features -- -D warnings # with what only fuzz/ sees
	$(CARGO) clippy --package importgate-probe -- -D warnings # alone, it sees of core no more than `observed`
	$(CARGO) clippy --package importgate-benchmarks -- -D warnings # so does this one

# All of cargo-deny. Apart from `check`, since it fetches the advisory database, which not every machine can reach.
audit:
	@.ci/tools require cargo-deny
	$(with_tools) cargo-deny --locked check

# The programs that `check` needs besides Rust's own, into target/tools.
tools:
	.ci/tools install

# The readers of other makers that tests/formats holds every output format against, into target/formats.
formats:
	tests/formats/environment

test:
	@begun=$$(date +%s) && $(CARGO) test --workspace && echo "make test: $$(($$(date +%s) - begun)) s, with the build"

# Commands that write, killed at each of their system calls. KILLS=10000 goes on for as many.
test-crash:
	IMPORTGATE_KILLS=$(or $(KILLS),500) $(CARGO) test --workspace --test crash -- --ignored --nocapture

# What depends on the Python that is first on PATH, and nothing else: for a matrix of Pythons.
test-probe:
	$(CARGO) test --package importgate-probe

# Real packages from the package index, on the oldest and the newest Python that can be found.
# One test after the other: they would take the processors from each other.
test-real:
	pythons=$$(tests/real/environments) && tools=$$(tests/real/benchmark_tools) && \
	IMPORTGATE_BENCHMARK_TOOLS="$$tools" IMPORTGATE_REAL_PYTHONS="$$pythons" $(CARGO) test --workspace --test real -- --ignored --nocapture --test-threads=1

# Every target of fuzz/ in turn, for so many minutes in all: make fuzz MINUTES=10; or with so many inputs each: make fuzz INPUTS=10000000.
# TARGETS="report usage" names some of them, and LENGTH=1024 is how long an input may be, in bytes.
fuzz:
	INPUTS=$(or $(INPUTS),0) LENGTH=$(LENGTH) fuzz/run $(if $(INPUTS),0,$(or $(MINUTES),10)) $(TARGETS)

# The package for pip, built as in a release, installed into fresh environments and run by pre-commit.
test-package:
	package=$$(tests/package/build) && IMPORTGATE_PACKAGE="$$package" $(CARGO) test --workspace --test package -- --ignored --nocapture

# The page in Chromium. Says so and runs nothing where there is no Chromium or no Node.
test-browser:
	tests/browser/with_browser $(CARGO) test --workspace --test browser -- --ignored --nocapture

# The site, into target/site. Its own links and anchors have to lead somewhere; those to elsewhere are asked where there is a network.
docs:
	tests/site/environment
	NO_MKDOCS_2_WARNING=1 target/site-tools/bin/mkdocs build --strict --quiet
	python3 tests/site/external_links.py target/site

# What importgate prints, into the pages of findings and the picture of the README. Times are those of the machine that runs it.
docs-examples:
	$(CARGO) build
	python3 tests/site/examples.py $(built)
	python3 tests/site/picture.py $(built)

# Pictures of the page as it looks on a laptop, a phone, paper and so on, into target/browser/pictures.
page-pictures:
	$(CARGO) build
	IMPORTGATE_PROGRAM=$(built) tests/browser/with_browser node tests/browser/pictures.mjs

# Gates the example, as a project gates itself.
perf-check:
	$(CARGO) run --release -- check --budgets budgets.example.toml

bench:
	$(CARGO) bench

# How many times as long as importing everything once each command takes, on two real projects, beside the peers.
bench-speed:
	$(CARGO) build --release
	python3 benches/speed/passes.py target/release/importgate

# Time, memory and the size of the baseline on a generated project of a thousand targets.
bench-scale:
	$(CARGO) build --release
	python3 benches/scale/scale.py target/release/importgate

# How long the page of a thousand targets takes to open, and to be searched and sorted.
bench-page:
	$(CARGO) build
	IMPORTGATE_PROGRAM=$(built) tests/browser/with_browser node tests/browser/bench.mjs

# The tables of benches/README.md: recorded streams replayed (a minute), then real runs.
experiment:
	$(CARGO) bench --bench experiment
	$(CARGO) build --release
	python3 benches/experiment/real_runs.py --minutes 15
