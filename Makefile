# What a developer types. `make test` needs Rust and a python3, nothing else.

CARGO ?= cargo

.PHONY: check test test-real perf-check bench experiment

check:
	$(CARGO) fmt --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --package importgate-probe -- -D warnings # alone, it sees of core no more than `observed`
	tests/house/core_stays_pure

test:
	$(CARGO) test --workspace

# Real packages from the package index, on the oldest and the newest Python that can be found.
# One test after the other: they would take the processors from each other.
test-real:
	pythons=$$(tests/real/environments) && \
	IMPORTGATE_REAL_PYTHONS="$$pythons" $(CARGO) test --test real -- --ignored --nocapture --test-threads=1

# Gates the example, as a project gates itself.
perf-check:
	$(CARGO) run --release -- check --budgets budgets.example.toml

bench:
	$(CARGO) bench

# The tables of benches/README.md: recorded streams replayed (a minute), then real runs.
experiment:
	$(CARGO) bench --bench experiment
	$(CARGO) build --release
	python3 benches/experiment/real_runs.py --minutes 15
