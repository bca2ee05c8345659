# What a developer types. `make test` needs Rust and a python3, nothing else.

CARGO ?= cargo

.PHONY: check test test-real perf-check bench

check:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings

test:
	$(CARGO) test

# Real packages from the package index, on the oldest and the newest Python that can be found.
test-real:
	pythons=$$(tests/real/environments) && \
	IMPORTGATE_REAL_PYTHONS="$$pythons" $(CARGO) test --release --test real -- --ignored --nocapture

# Gates the example, as a project gates itself.
perf-check:
	$(CARGO) run --release -- check --budgets budgets.example.toml

bench:
	$(CARGO) bench
